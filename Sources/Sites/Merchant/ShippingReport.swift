import Flows
import HTTP
import Kernel

/// What a desk says after many orders were shipped at once.
struct ShippingReport {
    private let outcomes: [ShipOrders.Outcome]
    /// What stays to be mended and sent again; nil when nothing does.
    let pasted: String?

    init(_ outcomes: [ShipOrders.Outcome], text: String? = nil) {
        self.outcomes = outcomes
        let left =
            text
            ?? outcomes.filter { $0.problem != nil }
            .map { "\($0.parcel.order), \($0.parcel.carrier), \($0.parcel.tracking)" }.joined(separator: "\n")
        pasted = left.isEmpty ? nil : left
    }

    func view(in context: Context) -> View? {
        guard !outcomes.isEmpty else { return nil }
        let refused = outcomes.filter { $0.problem != nil }
        return [
            "summary": context.words(
                .shippedOf, context.format.number(outcomes.count - refused.count),
                context.format.number(outcomes.count)),
            "refused": refused.map { outcome -> View in
                ["order": outcome.parcel.order, "reason": outcome.problem?.sentence(in: context.language) ?? ""]
            },
        ]
    }
}
