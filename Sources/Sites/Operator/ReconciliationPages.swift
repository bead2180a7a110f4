import Flows
import Foundation
import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import Payments

/// Our books held against the payment company's, in words that say what to do about a difference.
struct ReconciliationPages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/operator/reconciliation") { try await show($0, $1) }
        router.post("/operator/reconciliation") { try await catchUp($0, $1) }
    }

    /// Whole days in UTC, the last one included.
    private struct Days {
        static let style = Date.ISO8601FormatStyle(timeZone: .gmt).year().month().day()
        let from: String
        let until: String

        var period: Range<Instant> {
            get throws {
                guard let first = Self.start(of: from), let last = Self.start(of: until), first <= last else {
                    throw InvalidField("until", "must be a day from the first one on.", zh: "结束日期不能早于开始日期。")
                }
                return first..<(last + .days(1))
            }
        }

        static func text(_ instant: Instant) -> String {
            Date(timeIntervalSince1970: Double(instant.milliseconds) / 1000).formatted(style)
        }

        private static func start(of day: String) -> Instant? {
            (try? style.parse(day)).map { Instant(milliseconds: Int64($0.timeIntervalSince1970) * 1000) }
        }
    }

    private func show(_ request: Request, _ context: Context) async throws -> Response {
        let now = market.source.now
        let days = Days(
            from: request.query("from") ?? Days.text(now - .days(6)), until: request.query("until") ?? Days.text(now))
        return try await show(days, done: nil, request, context)
    }

    private func catchUp(_ request: Request, _ context: Context) async throws -> Response {
        let identity = try context.person()
        try identity.requireOperator()
        let form = try await Form(request, context)
        let days = Days(from: try form.required("from"), until: try form.required("until"))
        let count = try await ReconcilePayments(market).catchUp(try days.period, by: identity)
        return try await show(
            days, done: context.words(ReconciliationWord.caughtUp, String(count)), request, context)
    }

    private func show(
        _ days: Days, done: String?, _ request: Request, _ context: Context
    ) async throws -> Response {
        let identity = try context.person()
        try identity.requireOperator()
        var view: View = [
            "provider": market.provider.name, "from": days.from, "until": days.until, "done": maybe(done),
            "isCompared": false,
        ]
        var problem: (any Problem)?
        do {
            let found = try await ReconcilePayments(market)(try days.period, by: identity)
            view.merge(self.view(of: found, context))
        } catch let error as any Problem where error is InvalidField || error is ProviderProblem {
            problem = error
        }
        view["message"] = maybe(problem?.sentence(in: context.language))
        var page = Page(.reconciliation, context.words(ReconciliationWord.reconciliation), .me, view)
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    private func view(of found: Reconciliation, _ context: Context) -> View {
        [
            "isCompared": true, "agrees": found.differences.isEmpty && found.matched > 0,
            "matched": context.words(ReconciliationWord.agreeing, String(found.matched)),
            "hasTotals": !found.totals.isEmpty,
            "totals": found.totals.map { total in
                [
                    "kind": context.words(total.kind.word),
                    "ours": context.format.money(Money(total.ours, total.currency)),
                    "theirs": context.format.money(Money(total.theirs, total.currency)),
                ] as View
            }, "hasDifferences": !found.differences.isEmpty,
            "canCatchUp": found.differences.contains { $0.fault == .doneOnlyThere },
            "differences": found.differences.map { difference($0, context) },
        ]
    }

    private func difference(_ difference: Reconciliation.Difference, _ context: Context) -> View {
        let (name, help) = difference.fault.words
        return [
            "fault": context.words(name), "help": context.words(help), "kind": context.words(difference.kind.word),
            "id": difference.id ?? "", "reference": difference.reference ?? "",
            "ours": difference.ours.map { context.format.money($0) } ?? "—",
            "theirs": difference.theirs.map { context.format.money($0) } ?? "—",
            "time": context.format.time(difference.time),
        ]
    }
}

extension ProviderRecord.Kind {
    fileprivate var word: ReconciliationWord {
        switch self {
        case .payment: .paymentsIn
        case .refund: .refundsBack
        }
    }
}

extension Reconciliation.Fault {
    fileprivate var words: (name: ReconciliationWord, help: ReconciliationWord) {
        switch self {
        case .missingThere: (.missingThere, .missingThereHelp)
        case .missingHere: (.missingHere, .missingHereHelp)
        case .amountDiffers: (.amountDiffers, .amountDiffersHelp)
        case .doneOnlyThere: (.doneOnlyThere, .doneOnlyThereHelp)
        case .doneOnlyHere: (.doneOnlyHere, .doneOnlyHereHelp)
        }
    }
}
