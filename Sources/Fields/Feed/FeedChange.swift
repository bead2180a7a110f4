import Foundation
import Journal
import Kernel
import Matching

/// What a fact means to the engine. The shapes of other rooms' facts are read here by their published members, since
/// rooms do not import rooms.
enum FeedChange {
    case item(Item)
    case withdrawal(Key)
    case availability(Key, Bool)
    case events([Event])
    case recognised(visitor: PersonID, person: PersonID)
    case deleted(PersonID)
    case room(LiveChange)

    private struct ProductFact: Decodable {
        let product: ProductID
        let shop: ShopID
        let category: CategoryID
        let isListed: Bool
        let createdAt: Instant
    }

    private struct VideoFact: Decodable {
        let video: VideoID
        let creator: PersonID
        let hashtags: [String]
        let products: [ProductID]
        let isListed: Bool
        let createdAt: Instant
    }

    private struct AvailabilityFact: Decodable {
        let product: ProductID
        let isAvailable: Bool
    }

    fileprivate struct OrderFact: Decodable {
        struct Line: Decodable {
            let product: ProductID
            let quantity: Int64
        }
        let buyer: PersonID
        let state: String
        let time: Instant
        let paidAt: Instant?
        let lines: [Line]
    }

    fileprivate struct CaseFact: Decodable {
        let buyer: PersonID
        let kind: String
        let state: String
        let from: String?
        let isShipped: Bool?
        let wasDisputed: Bool?
        let products: [ProductID]?
        let paidAt: Instant?
        let isFaultOfShop: Bool?
    }

    fileprivate struct AnswerFact: Decodable {
        let person: PersonID
        let score: Int
        let products: [ProductID]?
        let paidAt: Instant?
        let time: Instant
    }

    private struct DeletedFact: Decodable {
        let person: PersonID
    }

    private struct RecognisedFact: Decodable {
        let visitor: PersonID
        let person: PersonID
    }

    /// Changes in order; neighbouring events melt into one. A fact that can't be read is left out: it would stop the feed.
    static func changes(in facts: [Fact]) -> [FeedChange] {
        let decoder = JSONDecoder()
        var changes: [FeedChange] = []
        var events: [Event] = []
        for fact in facts {
            if fact.topic == Touchpoint.topic {
                if let touchpoint = try? Touchpoint.read(fact.payload, with: decoder), let event = Event(touchpoint) {
                    events.append(event)
                }
                continue
            }
            if let told = trade(fact, decoder) {
                events += told
                continue
            }
            guard let change = change(fact, decoder) else { continue }
            if !events.isEmpty { changes.append(.events(events)) }
            events = []
            changes.append(change)
        }
        return events.isEmpty ? changes : changes + [.events(events)]
    }

    /// What was bought, and what of it was regretted; `nil` for facts about something else.
    private static func trade(_ fact: Fact, _ decoder: JSONDecoder) -> [Event]? {
        let data = Data(fact.payload.utf8)
        return switch fact.topic {
        case "orders.order_changed": (try? decoder.decode(OrderFact.self, from: data))?.events ?? []
        case "after_sales.case_changed":
            (try? decoder.decode(CaseFact.self, from: data))?.events(at: fact.at) ?? []
        case "experience.survey_answered": (try? decoder.decode(AnswerFact.self, from: data))?.events ?? []
        default: nil
        }
    }

    private static func change(_ fact: Fact, _ decoder: JSONDecoder) -> FeedChange? {
        let data = Data(fact.payload.utf8)
        switch fact.topic {
        case "catalog.product_changed":
            guard let product = try? decoder.decode(ProductFact.self, from: data) else { return nil }
            guard product.isListed else { return .withdrawal(product.product.rawValue) }
            return .item(
                Item(
                    id: product.product.rawValue, kind: .product, shop: product.shop.rawValue,
                    category: product.category.rawValue, listedAt: product.createdAt.milliseconds))
        case "content.video_changed":
            guard let video = try? decoder.decode(VideoFact.self, from: data) else { return nil }
            guard video.isListed else { return .withdrawal(video.video.rawValue) }
            return .item(
                Item(
                    id: video.video.rawValue, kind: .video, creator: video.creator.rawValue,
                    tags: video.hashtags.map(tagKey), products: video.products.map(\.rawValue),
                    listedAt: video.createdAt.milliseconds))
        case "stock.availability_changed":
            return (try? decoder.decode(AvailabilityFact.self, from: data)).map {
                .availability($0.product.rawValue, $0.isAvailable)
            }
        case "people.visitor_recognised":
            return (try? decoder.decode(RecognisedFact.self, from: data)).map {
                .recognised(visitor: $0.visitor, person: $0.person)
            }
        case "people.person_deleted":
            return (try? decoder.decode(DeletedFact.self, from: data)).map { .deleted($0.person) }
        case LiveChange.sessionTopic, LiveChange.signalTopic: return LiveChange(fact, decoder).map { .room($0) }
        default: return nil
        }
    }

    /// A hashtag's key: its first sixteen bytes folded, marked so that no identifier of the present century collides.
    static func tagKey(_ tag: String) -> Key {
        tag.lowercased().utf8.reduce(Key(0xFF) << 120) { ($0 &* 0x100_0000_01B3) ^ Key($1) } | Key(0xFF) << 120
    }
}

extension FeedChange.OrderFact {
    /// A purchase when it is paid, and a late delivery by the rule that the shop's score goes by: shipped, or cancelled
    /// unshipped, later than the shop has time to ship. What never left is no return.
    fileprivate var events: [Event] {
        switch state {
        case "paid":
            lines.map {
                Event(
                    person: buyer.rawValue, subject: $0.product.rawValue, kind: .buy, time: time.milliseconds,
                    quantity: Int32(clamping: $0.quantity))
            }
        case "shipped", "cancelled":
            if let paidAt, time > paidAt + .shippingTime {
                Event.regrets(.lateDelivery, of: lines.map(\.product), by: buyer, at: time, bought: paidAt)
            } else {
                []
            }
        default: []
        }
    }
}

extension FeedChange.CaseFact {
    /// Told once a case, at its end: goods that had left and were paid back are a refund, the shop's fault and whatever the
    /// platform had to be called into are a complaint.
    fileprivate func events(at time: Instant) -> [Event] {
        guard state == "completed" || state == "closed" else { return [] }
        let isRefund = from == "refunding" && state == "completed" && kind != "priceProtection" && isShipped == true
        let isComplaint = wasDisputed == true || isFaultOfShop == true && state == "completed"
        let kinds: [(Event.Kind, Bool)] = [(.refund, isRefund), (.complaint, isComplaint)]
        return kinds.filter(\.1).flatMap {
            Event.regrets($0.0, of: products ?? [], by: buyer, at: time, bought: paidAt)
        }
    }
}

extension FeedChange.AnswerFact {
    /// Whoever would not recommend what they got (0–6 of 10, the North Star's detractors) complains.
    fileprivate var events: [Event] {
        score <= 6 ? Event.regrets(.complaint, of: products ?? [], by: person, at: time, bought: paidAt) : []
    }
}

extension Event {
    /// One event a product, however many lines of it there were.
    fileprivate static func regrets(
        _ kind: Kind, of products: [ProductID], by person: PersonID, at time: Instant, bought: Instant?
    ) -> [Event] {
        Set(products).sorted().map {
            Event(
                person: person.rawValue, subject: $0.rawValue, kind: kind, time: time.milliseconds,
                bought: bought?.milliseconds ?? 0)
        }
    }
}

extension Event {
    /// `nil` for what the engine does not learn from.
    init?(_ touchpoint: Touchpoint) {
        guard let kind = Event.Kind(touchpoint.kind), let subject = touchpoint.subject.key else { return nil }
        self.init(
            person: touchpoint.person.rawValue, subject: subject, kind: kind, time: touchpoint.time.milliseconds,
            dwell: Int32(clamping: touchpoint.dwell ?? 0))
    }
}

extension Event.Kind {
    fileprivate init?(_ kind: Touchpoint.Kind) {
        switch kind {
        case .impression: self = .impression
        case .view: self = .view
        case .finish: self = .finish
        case .like: self = .like
        case .favourite: self = .favourite
        case .share: self = .share
        case .follow: self = .follow
        case .unfollow: self = .unfollow
        case .open: self = .open
        case .cart: self = .cart
        case .notInterested: self = .notInterested
        case .report: self = .report
        // Orders tell what was bought; a program's own `buy` would count twice.
        case .buy, .search, .unlike, .unfavourite: return nil
        }
    }
}

extension Touchpoint.Subject {
    /// The engine's key; `nil` for words.
    var key: Key? {
        switch self {
        case .product(let id): id.rawValue
        case .video(let id): id.rawValue
        case .live(let id): id.rawValue
        case .shop(let id): id.rawValue
        case .creator(let id): id.rawValue
        case .query: nil
        }
    }
}
