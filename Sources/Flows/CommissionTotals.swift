import Alliance
import HTTP
import Kernel

/// Sums of explained commissions. Pure.
public struct CommissionTotals: Sendable, Equatable {
    /// A count of lines and what they amount to.
    public struct Sum: Sendable, Equatable {
        /// Lines.
        public var lines = 0
        /// What the shop asked for the goods, in minor units.
        public var base: Int64 = 0
        /// What the shop pays, in minor units.
        public var commission: Int64 = 0
        /// What the creator gets of it, in minor units.
        public var net: Int64 = 0

        mutating func add(_ explained: ExplainedCommission) {
            lines += 1
            base += explained.line.base.amount
            commission += explained.commission
            net += explained.net
        }
    }

    /// What a sum is taken over: a state, or a creator, in one currency.
    public struct Key<Kind: Hashable & Sendable>: Hashable, Sendable {
        /// The state or the creator.
        public let kind: Kind
        /// The currency of all its lines.
        public let currency: Currency
    }

    /// By state.
    public let states: [Key<ExplainedCommission.State>: Sum]
    /// By creator; only what can still be paid or has been.
    public let creators: [Key<PersonID>: Sum]
    /// Whether there are more lines than were summed.
    public let isCut: Bool

    /// Sums `lines`; `limit` is how many there can be at most.
    public init(_ lines: [ExplainedCommission], limit: Int = ExplainCommissions.fileLimit) {
        var states: [Key<ExplainedCommission.State>: Sum] = [:]
        var creators: [Key<PersonID>: Sum] = [:]
        for explained in lines {
            let currency = explained.line.base.currency
            states[Key(kind: explained.state, currency: currency), default: Sum()].add(explained)
            guard explained.state.isEarned else { continue }
            creators[Key(kind: explained.line.creator, currency: currency), default: Sum()].add(explained)
        }
        self.states = states
        self.creators = creators
        isCut = lines.count >= limit
    }
}

extension ExplainedCommission.State {
    /// Whether the creator gets, or may still get, the commission.
    public var isEarned: Bool {
        switch self {
        case .estimated, .held, .confirmed, .settled: true
        case .returned, .cancelled, .voided: false
        }
    }
}

extension ExplainedCommission {
    static let csvHeader = [
        "line", "ordered_at", "product", "shop", "state", "currency", "base", "rate_bp", "plan_version", "commission",
        "agency_share", "discounts", "net", "credited_touch", "touched_at", "touches", "signals", "decision", "reason",
        "release_at", "settlement",
    ]

    /// The row of a file; amounts in minor units.
    var csvFields: [CSVWriter.Field] {
        let touch = line.credited
        return [
            .text("\(line.line)"), .text(line.createdAt.rfc3339), .text("\(line.product)"), .text("\(line.shop)"),
            .text(state.rawValue), .text(line.base.currency.code), .number(line.base.amount), .number(line.rate.value),
            .number(line.planVersion), .number(commission), .number(agency), .number(discounts), .number(net),
            .text(touch?.cause ?? ""), .text(touch?.at.rfc3339 ?? ""), .number(Int64(line.touches.count)),
            .text(line.signals.map(\.rawValue).joined(separator: " ")), .text(line.decision?.rawValue ?? ""),
            .text(line.reason), .text(releaseAt?.rfc3339 ?? ""), .text(settlement.map { "\($0)" } ?? ""),
        ]
    }

    /// Lines as a table.
    static func file(_ lines: [ExplainedCommission]) -> String {
        var csv = CSVWriter(header: csvHeader)
        for line in lines { csv.append(line.csvFields) }
        return csv.text
    }
}
