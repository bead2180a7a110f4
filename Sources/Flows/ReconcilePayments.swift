import HTTP
import Kernel
import Payments

/// Holds our books against the payment provider's list.
public struct ReconcilePayments: Sendable {
    /// How long after a payment began the provider may list it: buyers leave its page open.
    static let slack = Duration.days(2)
    /// The longest period that is compared at once.
    public static let longest = Duration.days(92)

    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// Compares what began in `period`.
    ///
    /// - Throws: ``Forbidden`` to all but operators, ``InvalidField`` for a period that is too long, ``ProviderProblem``.
    public func callAsFunction(_ period: Range<Instant>, by identity: Identity) async throws -> Reconciliation {
        try identity.requireOperator()
        guard !period.isEmpty, period.lowerBound + Self.longest >= period.upperBound else {
            throw InvalidField("until", "must be after the start, by 92 days at most.", zh: "结束时间须晚于开始时间，且不超过 92 天。")
        }
        let wide = (period.lowerBound - Self.slack)..<(period.upperBound + Self.slack)
        let theirs = try await market.provider.records(in: wide)
        let known = Set(theirs.compactMap(\.ours))
        let ours = try await market.payments.records(in: wide, and: known, through: market.provider.name)
        return Self.within(period, ours: ours, theirs: theirs)
    }

    /// What of two wide lists belongs to `period`: what either side began in it, with its counterpart.
    static func within(
        _ period: Range<Instant>, ours: [BookRecord], theirs: [ProviderRecord]
    ) -> Reconciliation {
        let here = Set(ours.filter { period.contains($0.time) }.map(\.id))
        let known = Set(ours.map(\.id))
        let theirs = theirs.filter { record in
            guard let id = record.ours, known.contains(id) else { return period.contains(record.time) }
            return here.contains(id)
        }
        return Reconciliation(ours: ours.filter { here.contains($0.id) }, theirs: theirs)
    }

    /// Does what lost webhooks would have done: applies each payment and refund that is done at the provider only.
    ///
    /// - Returns: how many differences were of that kind.
    /// - Throws: as the comparison does.
    public func catchUp(_ period: Range<Instant>, by identity: Identity) async throws -> Int {
        let late = try await self(period, by: identity).differences.filter { $0.fault == .doneOnlyThere }
        for difference in late {
            guard let event = try await event(for: difference) else { continue }
            try await SettlePayments(market).catchUp(on: event)
        }
        return late.count
    }

    private func event(for difference: Reconciliation.Difference) async throws -> ProviderEvent? {
        guard let id = difference.id, let amount = difference.theirs, let reference = difference.reference else {
            return nil
        }
        switch difference.kind {
        case .payment:
            guard let intent = PaymentIntentID(id) else { return nil }
            return ProviderEvent(id: "reconciled-\(reference)", intent: intent, state: .succeeded, amount: amount)
        case .refund:
            guard let refund = RefundID(id), let known = try await market.payments.refund(refund) else { return nil }
            return ProviderEvent(
                id: "reconciled-\(reference)", intent: known.intent, refund: refund, state: .succeeded, amount: amount)
        }
    }
}
