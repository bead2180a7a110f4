import Foundation
import Journal
import Kernel

/// What surveys read from the journal. The shapes of other rooms' facts are read here by their published members, since
/// rooms do not import rooms.
enum SurveyEvent {
    /// Somebody was seen somewhere.
    case seen(PersonID, Stratum.Field, Instant)
    /// Somebody has an account.
    case account(PersonID)
    /// An order went somewhere.
    case order(OrderStep)
    /// An after-sale case went somewhere.
    case afterSale(CaseStep)
    /// A visitor turned out to be a person.
    case recognised(SurveyRecognition)

    struct OrderStep: Decodable {
        struct Line: Decodable {
            let product: ProductID
            let amount: Int64
        }
        let order: OrderID
        let shop: ShopID
        let buyer: PersonID
        let state: String
        let time: Instant
        let lines: [Line]
    }

    struct CaseStep: Decodable {
        let id: AfterSaleCaseID
        let order: OrderID
        let shop: ShopID
        let buyer: PersonID
        let reason: String
        let state: String

        /// Whether it is the shop that sent the wrong thing, a broken one, or none.
        var isFaultOfShop: Bool {
            ["notReceived", "damaged", "notAsDescribed", "wrongItem"].contains(reason)
        }
        /// Whether it is about what came.
        var isAboutGoods: Bool { ["damaged", "notAsDescribed", "wrongItem"].contains(reason) }
        var isEnded: Bool { state == "completed" || state == "closed" }
    }

    private struct PersonFact: Decodable { let person: PersonID }

    static let topics = [
        Touchpoint.topic, "people.person_changed", "orders.order_changed", "after_sales.case_changed",
        SurveyRecognition.topic,
    ]

    /// `nil` for what doesn't matter, and for what can't be read, which would stop the follower.
    init?(_ fact: Fact, _ decoder: JSONDecoder) {
        switch fact.topic {
        case Touchpoint.topic:
            guard let touch = try? Touchpoint.read(fact.payload, with: decoder) else { return nil }
            self = .seen(touch.person, Stratum.Field(touch), touch.time)
        case "people.person_changed":
            guard let found = Self.read(fact, decoder, as: PersonFact.self) else { return nil }
            self = .account(found.person)
        case "orders.order_changed":
            guard let found = Self.read(fact, decoder, as: OrderStep.self) else { return nil }
            self = .order(found)
        case "after_sales.case_changed":
            guard let found = Self.read(fact, decoder, as: CaseStep.self) else { return nil }
            self = .afterSale(found)
        case SurveyRecognition.topic:
            guard let found = Self.read(fact, decoder, as: SurveyRecognition.self) else { return nil }
            self = .recognised(found)
        default: return nil
        }
    }

    static func read<Value: Decodable>(_ fact: Fact, _ decoder: JSONDecoder, as type: Value.Type) -> Value? {
        try? decoder.decode(Value.self, from: Data(fact.payload.utf8))
    }
}

extension Stratum.Field {
    /// Where a touchpoint happened: a search and goods that no slate led to belong to the centre field.
    fileprivate init(_ touch: Touchpoint) {
        self =
            switch touch.subject {
            case .query: .centre
            case .shop: .shop
            case .product: touch.slate == nil ? .centre : .feed
            case .video, .creator, .live: .feed
            }
    }
}
