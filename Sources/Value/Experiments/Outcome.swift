import Foundation
import Journal
import Kernel

/// Something that a person did or that happened to them, as far as metrics count it. The shapes of other rooms' facts are
/// read here by their published members, since rooms do not import rooms.
struct Outcome: Sendable, Equatable {
    /// Names the event, so that the same one told twice counts once.
    let event: String
    /// Whose it is.
    let person: PersonID
    /// When it happened.
    let time: Instant
    /// By how much it raises which metric.
    let amounts: [(metric: MetricName, amount: Double)]

    static func == (left: Outcome, right: Outcome) -> Bool { left.event == right.event && left.person == right.person }

    static let topics = [Touchpoint.topic, "orders.order_changed", "payments.refund_succeeded"]

    private struct OrderFact: Decodable {
        struct Line: Decodable { let amount: Int64 }
        let order: OrderID
        let buyer: PersonID
        let state: String
        let time: Instant
        let lines: [Line]
    }

    private struct RefundFact: Decodable {
        let refund: RefundID
        let buyer: PersonID
        let amount: Int64
        let time: Instant
    }

    private init(event: String, person: PersonID, time: Instant, amounts: [(MetricName, Double)]) {
        (self.event, self.person, self.time) = (event, person, time)
        self.amounts = amounts.map { (metric: $0.0, amount: $0.1) }
    }

    /// The same as the person's, where it was the visitor's.
    func recognised(by recognition: Recognition) -> Outcome {
        guard person == recognition.visitor else { return self }
        return Outcome(
            event: event, person: recognition.person, time: time, amounts: amounts.map { ($0.metric, $0.amount) })
    }

    /// What a fact counts for; `nil` for what no metric counts, and for what can't be read, which would stop the follower.
    init?(_ fact: Fact, _ decoder: JSONDecoder) {
        switch fact.topic {
        case Touchpoint.topic: self.init(touchpoint: fact.payload, decoder)
        case "orders.order_changed":
            guard let order = try? decoder.decode(OrderFact.self, from: Data(fact.payload.utf8)), order.state == "paid"
            else { return nil }
            let value = order.lines.reduce(0) { $0 + $1.amount }
            self.init(
                event: "paid \(order.order)", person: order.buyer, time: order.time,
                amounts: [(.buyers, 1), (.paidOrders, 1), (.paidValue, Double(value))])
        case "payments.refund_succeeded":
            guard let refund = try? decoder.decode(RefundFact.self, from: Data(fact.payload.utf8)) else { return nil }
            self.init(
                event: "refund \(refund.refund)", person: refund.buyer, time: refund.time,
                amounts: [(.refunds, 1), (.refundedValue, Double(refund.amount))])
        default: return nil
        }
    }

    /// Touchpoints come by the thousand and most of them count for nothing, so the kind is looked at first.
    private init?(touchpoint payload: String, _ decoder: JSONDecoder) {
        let kind = payload.split(separator: " ", maxSplits: 3)
        guard kind.count > 2, let metric = Self.metrics[String(kind[2])],
            let touchpoint = try? Touchpoint.read(payload, with: decoder)
        else { return nil }
        let place = touchpoint.slate.map(\.description) ?? "\(touchpoint.time.milliseconds)"
        self.init(
            event: "\(metric.rawValue) \(touchpoint.person) \(touchpoint.subject) \(place)", person: touchpoint.person,
            time: touchpoint.time, amounts: [(metric, 1)])
    }

    private static let metrics: [String: MetricName] = [
        Touchpoint.Kind.finish.rawValue: .finishedVideos, Touchpoint.Kind.notInterested.rawValue: .notInterested,
        Touchpoint.Kind.report.rawValue: .reports,
    ]
}
