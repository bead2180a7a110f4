import Experiments
import Flows
import HTTP
import Hummingbird
import Inference
import Kernel

/// The value ledger: claimed, measured and confirmed, per decision and in total.
struct ValuePages: Sendable {
    private let frame: Frame

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/operator/value") { try await show($0, $1) }
    }

    private func show(_ request: Request, _ context: Context) async throws -> Response {
        try context.person().requireOperator()
        let accounts = try await ReadValue(frame.market).ledger()
        let reviews = try await ReadValue(frame.market).reviews()
        let page = Page(
            .valueLedger, context.words(.valueLedger), .me,
            [
                "accounts": accounts.map { account($0, context) }, "reviews": reviews.map { review($0, context) },
            ])
        return try await frame.show(page, request, context)
    }

    private func account(_ account: ValueAccount, _ context: Context) -> View {
        [
            "title": account.metric.title.text(in: context.language),
            "unit": account.metric.unit.text(in: context.language), "claimed": Figures.text(account.claimed),
            "measured": Figures.signed(account.measured), "created": maybe(total(account.created)),
            "confirmed": total(account.confirmed) ?? context.words(.notYet),
            "everything": effect(account.everything, context),
            "lines": account.lines.map { line($0, context) },
        ]
    }

    private func total(_ total: ValueAccount.Total?) -> String? {
        guard let total, total.count > 0 else { return nil }
        return "\(Figures.signed(total.value)) (\(ExperimentView.range(total.interval(), scale: 1)))"
    }

    private func effect(_ effect: DecisionValue.Effect?, _ context: Context) -> String {
        effect.map { "\(Figures.signed($0.value)) (\(ExperimentView.range($0.interval, scale: 1)))" }
            ?? context.words(.notYet)
    }

    private func review(_ review: ValueReview, _ context: Context) -> View {
        [
            "id": review.decision.id.description, "title": review.decision.terms.title,
            "day": maybe(review.decision.terms.reviewAt.map { context.format.time($0) }), "isDue": review.isDue,
            "claimed": review.value.map { Figures.text($0.claimed) } ?? "—",
            "measured": effect(review.value?.measured, context),
            "confirmed": effect(review.value?.confirmed, context), "drift": context.words(review.drift.word),
            "isDrift": review.drift.isDrift,
        ]
    }

    private func line(_ line: ValueLine, _ context: Context) -> View {
        func effect(_ effect: DecisionValue.Effect?) -> String { self.effect(effect, context) }
        let value = line.value
        func cost(_ amount: Double?) -> String {
            guard let amount, amount.isFinite, let currency = value.cost?.currency else { return "—" }
            return context.format.money(Money(Int64(amount.rounded()), currency))
        }
        return [
            "title": line.decision.terms.title, "experiment": value.experiment.description,
            "isShipped": line.isShipped, "claimed": Figures.text(value.claimed), "measured": effect(value.measured),
            "confirmed": effect(value.confirmed), "costCreated": cost(value.costPerOrder?.perCreated),
            "costCredited": cost(value.costPerOrder?.perCredited),
        ]
    }
}

extension Drift {
    fileprivate var word: LeverWord {
        switch self {
        case .holds: .driftHolds
        case .faded: .driftFaded
        case .short: .driftShort
        case .harmful: .driftHarmful
        case .unknown: .driftUnknown
        }
    }
}
