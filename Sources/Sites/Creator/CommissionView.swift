import Alliance
import Flows
import Foundation
import HTTP
import Kernel

/// Explained commissions in the words of a page.
struct CommissionView {
    let context: Context

    /// A line with everything that led to it.
    func line(_ explained: ExplainedCommission, titled title: String) -> View {
        let (line, format) = (explained.line, context.format)
        func money(_ amount: Int64) -> String { format.money(Money(amount, line.base.currency)) }
        return [
            "line": line.line.description, "title": title, "href": "/products/\(line.product)",
            "state": context.words(explained.state.word), "net": money(explained.net),
            "time": format.time(line.createdAt), "base": format.money(line.base),
            "rate": context.words(.ratePercent, percent(line.rate)),
            "version": context.words(.planVersion, String(line.planVersion)),
            "commission": money(explained.commission),
            "agency": maybe(explained.agency > 0 ? money(-explained.agency) : nil),
            "discounts": maybe(explained.discounts > 0 ? money(-explained.discounts) : nil),
            "touches": explained.touches.map { touch($0) }, "signals": signals(line),
            "hasSignals": !line.signals.isEmpty, "decision": maybe(line.decision.map { context.words($0.word) }),
            "reason": maybe(line.reason.isEmpty ? nil : line.reason),
            "release": maybe(explained.settlement == nil ? explained.releaseAt.map { format.time($0) } : nil),
            "settlement": maybe(explained.settlement.map { "…" + $0.description.suffix(8) }),
        ]
    }

    /// Why a commission is, or was, held.
    func signals(_ line: CommissionLine) -> String {
        line.signals.map { context.words($0.word) }.joined(separator: context.language == .zh ? "；" : "; ")
    }

    /// Sums by state, in the order of a commission's life.
    func totals(
        _ totals: [CommissionTotals.Key<ExplainedCommission.State>: CommissionTotals.Sum]
    ) -> [View] {
        let order = ExplainedCommission.State.allCases
        let sorted = totals.sorted { one, other in
            let places = [one, other].map { order.firstIndex(of: $0.key.kind) ?? 0 }
            return (places[0], one.key.currency.code) < (places[1], other.key.currency.code)
        }
        return sorted.map { key, sum in
            [
                "state": context.words(key.kind.word), "net": context.format.money(Money(sum.net ?? 0, key.currency)),
                "lines": context.words(.linesOf, context.format.number(sum.lines)),
            ]
        }
    }

    func percent(_ rate: BasisPoints) -> String {
        let style = FloatingPointFormatStyle<Double>(locale: Locale(identifier: "en_US"))
        return (Double(rate.value) / 100).formatted(style.precision(.fractionLength(0...2)))
    }

    private func touch(_ touch: ExplainedCommission.Touch) -> View {
        let word: AllianceWord =
            if !touch.isOwn {
                .touchOther
            } else {
                switch touch.cause.prefix(while: { $0 != ":" }) {
                case "link": .touchLink
                case "coupon": .touchCoupon
                case "live": .touchLive
                default: .touchSlate
                }
            }
        return ["what": context.words(word), "time": context.format.time(touch.at), "wins": touch.isCredited]
    }
}

extension ExplainedCommission.State {
    /// What it is called.
    var word: DeskWord {
        switch self {
        case .estimated: .commissionEstimated
        case .held: .commissionHeld
        case .confirmed: .commissionConfirmed
        case .settled: .commissionSettled
        case .returned: .commissionReturned
        case .cancelled: .commissionCancelled
        case .voided: .commissionVoided
        }
    }
}

extension CommissionLine.Decision {
    /// What it is called.
    var word: AllianceWord {
        switch self {
        case .released: .decidedPaid
        case .voided: .decidedReturned
        }
    }
}

extension FraudSignal {
    fileprivate var word: AllianceWord {
        switch self {
        case .selfPurchase: .signalSelfPurchase
        case .sameAddress: .signalSameAddress
        case .sameDevice: .signalSameDevice
        }
    }
}
