import Journal
import Kernel

/// Somebody was drawn to answer a survey.
public struct SurveyInvited: FactContent {
    public static let topic = "experience.survey_invited"
    /// The invitation.
    public let invitation: InvitationID
    /// Who is asked.
    public let person: PersonID
    /// What about.
    public let journey: Journey
    /// The probability of the draw.
    public let propensity: Double
    public var key: String { person.description }
}

/// Somebody answered a survey. Their own words stay in the room.
public struct SurveyAnswered: FactContent {
    public static let topic = "experience.survey_answered"
    /// The invitation.
    public let invitation: InvitationID
    /// Who answered.
    public let person: PersonID
    /// What about.
    public let journey: Journey
    /// The order, where it is about one.
    public let order: OrderID?
    /// 0…10.
    public let score: Int
    /// Why.
    public let drivers: [SurveyDriver]
    /// What was bought with the order; absent in facts of early versions.
    public let products: [ProductID]?
    /// When it was paid; absent as well.
    public let paidAt: Instant?
    /// When.
    public let time: Instant
    public var key: String { person.description }
}

/// Somebody didn't want to be asked.
public struct SurveyDismissed: FactContent {
    public static let topic = "experience.survey_dismissed"
    /// The invitation.
    public let invitation: InvitationID
    /// Who.
    public let person: PersonID
    public var key: String { person.description }
}
