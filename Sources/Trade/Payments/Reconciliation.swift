import Kernel
import Store

/// A payment or refund in a provider's books.
public struct ProviderRecord: Sendable, Equatable {
    /// Money in, or money back.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        case payment
        case refund
    }

    /// Which of them.
    public let kind: Kind
    /// The provider's own number of it.
    public let reference: String
    /// Our identifier of it, as the provider was told; `nil` when it was told none.
    public let ours: String?
    /// How much, never negative.
    public let amount: Money
    /// Whether the money has moved.
    public let isDone: Bool
    /// When it began.
    public let time: Instant

    /// A record.
    public init(kind: Kind, reference: String, ours: String?, amount: Money, isDone: Bool, time: Instant) {
        self.kind = kind
        self.reference = reference
        self.ours = ours
        self.amount = amount
        self.isDone = isDone
        self.time = time
    }
}

/// A payment or refund in our books.
public struct BookRecord: Sendable, Equatable {
    /// Which of them.
    public let kind: ProviderRecord.Kind
    /// Its identifier.
    public let id: String
    /// How much, never negative.
    public let amount: Money
    /// Whether the money has moved.
    public let isDone: Bool
    /// When it began.
    public let time: Instant

    /// A record.
    public init(kind: ProviderRecord.Kind, id: String, amount: Money, isDone: Bool, time: Instant) {
        self.kind = kind
        self.id = id
        self.amount = amount
        self.isDone = isDone
        self.time = time
    }
}

/// Our books held against the provider's list: what agrees, and each thing that does not.
public struct Reconciliation: Sendable, Equatable {
    /// What is wrong with a payment or refund.
    public enum Fault: String, Sendable, Codable, CaseIterable {
        /// The money moved in our books, and the provider has no such thing.
        case missingThere
        /// The money moved at the provider, and we have no such thing.
        case missingHere
        /// Both have it, with another amount or currency.
        case amountDiffers
        /// The provider says that the money moved; our books wait for it still. A webhook was lost.
        case doneOnlyThere
        /// Our books say that the money moved; the provider has not done it.
        case doneOnlyHere
    }

    /// One thing that does not agree.
    public struct Difference: Sendable, Equatable {
        /// What is wrong.
        public let fault: Fault
        /// Money in, or back.
        public let kind: ProviderRecord.Kind
        /// Our identifier, if there is one.
        public let id: String?
        /// The provider's number, if there is one.
        public let reference: String?
        /// What our books say.
        public let ours: Money?
        /// What the provider says.
        public let theirs: Money?
        /// When it began, by the provider's clock if it knows it.
        public let time: Instant
    }

    /// Sums of what moved in one currency, in minor units.
    public struct Total: Sendable, Equatable {
        /// Money in, or back.
        public let kind: ProviderRecord.Kind
        /// The currency.
        public let currency: Currency
        /// By our books.
        public var ours: Int64
        /// By the provider's.
        public var theirs: Int64
    }

    /// Things on which both agree.
    public let matched: Int
    /// What does not agree, oldest first.
    public let differences: [Difference]
    /// Sums, payments first, by currency.
    public let totals: [Total]

    /// Compares records that were chosen so that each has its counterpart in the other list if there is one.
    ///
    /// What moved on neither side is nobody's business: an abandoned payment page stays with the provider for ever.
    public init(ours: [BookRecord], theirs: [ProviderRecord]) {
        let there = Dictionary(
            theirs.compactMap { record in record.ours.map { (Key(record.kind, $0), record) } },
            uniquingKeysWith: { first, second in first.isDone ? first : second })
        let here = Set(ours.map { Key($0.kind, $0.id) })
        var differences: [Difference] = []
        var matched = 0
        for record in ours {
            let counterpart = there[Key(record.kind, record.id)]
            switch Self.fault(record, counterpart) {
            case .some(let fault): differences.append(Difference(fault, record, counterpart))
            case .none where record.isDone: matched += 1
            case .none: break
            }
        }
        // What is nobody's counterpart is money that we don't know of; also a thing of ours that was paid twice there.
        for record in theirs where record.isDone {
            let key = record.ours.map { Key(record.kind, $0) }
            let isCounterpart = key.map { here.contains($0) && there[$0]?.reference == record.reference } ?? false
            if !isCounterpart { differences.append(Difference(.missingHere, nil, record)) }
        }
        self.matched = matched
        self.differences = differences.sorted { ($0.time, $0.reference ?? "") < ($1.time, $1.reference ?? "") }
        totals = Self.totals(ours, theirs)
    }

    private static func fault(_ ours: BookRecord, _ theirs: ProviderRecord?) -> Fault? {
        guard let theirs else { return ours.isDone ? .missingThere : nil }
        if ours.amount != theirs.amount, ours.isDone || theirs.isDone { return .amountDiffers }
        if ours.isDone != theirs.isDone { return ours.isDone ? .doneOnlyHere : .doneOnlyThere }
        return nil
    }

    private static func totals(_ ours: [BookRecord], _ theirs: [ProviderRecord]) -> [Total] {
        let moved =
            ours.filter(\.isDone).map { ($0.kind, $0.amount, true) }
            + theirs.filter(\.isDone).map { ($0.kind, $0.amount, false) }
        let groups = Dictionary(grouping: moved) { Key($0.0, $0.1.currency.code) }
        return groups.values.map { group in
            var total = Total(kind: group[0].0, currency: group[0].1.currency, ours: 0, theirs: 0)
            for (_, amount, isOurs) in group {
                if isOurs { total.ours += amount.amount } else { total.theirs += amount.amount }
            }
            return total
        }.sorted { ($0.kind.rawValue, $0.currency.code) < ($1.kind.rawValue, $1.currency.code) }
    }

    private struct Key: Hashable {
        let kind: ProviderRecord.Kind
        let id: String

        init(_ kind: ProviderRecord.Kind, _ id: String) { (self.kind, self.id) = (kind, id) }
    }
}

extension Reconciliation.Difference {
    fileprivate init(_ fault: Reconciliation.Fault, _ ours: BookRecord?, _ theirs: ProviderRecord?) {
        self.fault = fault
        kind = ours?.kind ?? theirs?.kind ?? .payment
        id = ours?.id ?? theirs?.ours
        reference = theirs?.reference
        self.ours = ours?.amount
        self.theirs = theirs?.amount
        time = theirs?.time ?? ours?.time ?? Instant(milliseconds: 0)
    }
}

extension Payments {
    /// Payments and refunds through a provider that began in a period, and those among `known` that began at another time.
    ///
    /// - Parameter known: our identifiers as a provider gave them.
    public func records(
        in period: Range<Instant>, and known: Set<String>, through provider: String
    ) async throws -> [BookRecord] {
        try await store.read { transaction in
            var records = try Self.records(
                "created_at >= \(period.lowerBound) AND created_at < \(period.upperBound)",
                "r.created_at >= \(period.lowerBound) AND r.created_at < \(period.upperBound)", provider,
                in: transaction)
            let missing = known.subtracting(records.map(\.id)).sorted()
            for start in stride(from: 0, to: missing.count, by: 500) {
                let ids = Array(missing[start..<min(start + 500, missing.count)])
                records += try Self.records("id IN \(list: ids)", "r.id IN \(list: ids)", provider, in: transaction)
            }
            return records
        }
    }

    private static func records(
        _ payments: SQL, _ refunds: SQL, _ provider: String, in transaction: any Transaction
    ) throws -> [BookRecord] {
        // What cost nothing never went to a provider.
        let paid = try transaction.rows(
            """
            SELECT id, amount, currency, state, created_at FROM payment_intents
            WHERE provider = \(provider) AND amount > 0 AND \(payments)
            """
        ).map { try BookRecord($0, .payment) }
        let repaid = try transaction.rows(
            """
            SELECT r.id, r.amount, i.currency, r.state, r.created_at FROM refunds r JOIN payment_intents i ON i.id = r.intent
            WHERE i.provider = \(provider) AND \(refunds)
            """
        ).map { try BookRecord($0, .refund) }
        return paid + repaid
    }
}

extension BookRecord {
    fileprivate init(_ row: SQLRow, _ kind: ProviderRecord.Kind) throws {
        self.init(
            kind: kind, id: try row.get("id"), amount: Money(try row.get("amount"), try row.get("currency")),
            isDone: try row.get("state") == "succeeded", time: try row.get("created_at"))
    }
}
