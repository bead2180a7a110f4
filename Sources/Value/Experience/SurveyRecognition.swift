import Kernel
import Store

/// A visitor turned out to be a person: one of those who could be asked, not two. What the visitor was asked and answered is
/// the person's, and so is the rest from questions.
struct SurveyRecognition: Decodable {
    static let topic = "people.visitor_recognised"
    let visitor: PersonID
    let person: PersonID

    /// - Parameter now: weeks whose invitations may still be open at that time are looked at.
    func apply(at now: Instant, in transaction: any Transaction) throws {
        guard visitor != person else { return }
        let week = SurveyWeek.number(of: now)
        for week in week - 2...week { try join(week, in: transaction) }
        try transaction.send("UPDATE survey_invitations SET person = \(person) WHERE person = \(visitor)")
        try transaction.send(
            """
            INSERT INTO survey_people (person, has_account, orders, asked_at)
            SELECT \(person), has_account, orders, asked_at FROM survey_people WHERE person = \(visitor)
            ON CONFLICT (person) DO UPDATE SET orders = survey_people.orders + excluded.orders,
                asked_at = CASE WHEN excluded.asked_at IS NULL
                    OR survey_people.asked_at > excluded.asked_at THEN survey_people.asked_at ELSE excluded.asked_at END
            """)
        try transaction.send("DELETE FROM survey_people WHERE person = \(visitor)")
    }

    /// Of two places in a week's population one stays: the person's, unless only the visitor's was answered.
    private func join(_ week: Int64, in transaction: any Transaction) throws {
        let (former, own) = ("\(week)/\(visitor)", "\(week)/\(person)")
        let answered = try transaction.value(
            """
            SELECT COUNT(*) FROM survey_invitations WHERE journey = 'everything' AND subject = \(former)
                AND state = 'answered' AND NOT EXISTS (SELECT 1 FROM survey_invitations o
                    WHERE o.journey = 'everything' AND o.subject = \(own) AND o.state = 'answered')
            """, as: Int.self)
        let isKnown =
            try transaction.row(
                "SELECT 1 FROM survey_population WHERE journey = 'everything' AND subject = \(own)") != nil
        if isKnown {
            let loser = answered == 1 ? own : former
            try transaction.send("DELETE FROM survey_invitations WHERE journey = 'everything' AND subject = \(loser)")
            try transaction.send("DELETE FROM survey_population WHERE journey = 'everything' AND subject = \(loser)")
            guard answered == 1 else { return }
        }
        try transaction.send(
            "UPDATE survey_population SET subject = \(own) WHERE journey = 'everything' AND subject = \(former)")
        try transaction.send(
            "UPDATE survey_invitations SET subject = \(own) WHERE journey = 'everything' AND subject = \(former)")
    }
}
