import Flows
import HTTP
import HTTPTypes
import Hummingbird
import Kernel

/// A shop's goods as a table: out, in after a look at what would change.
struct GoodsTablePages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }
    /// Rows of a report that are shown; the sums count all.
    private static let shown = 500

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/shop-desk/{shop}/goods-table") { try await open($0, $1) }
        router.post("/shop-desk/{shop}/goods-table") { try await bring($0, $1) }
        router.get("/shop-desk/{shop}/goods.csv") { _, context in
            try await MarketplaceAPI.file(
                of: try context.identifier("shop", "shop"), market, by: try context.person())
        }
    }

    private func open(_ request: Request, _ context: Context) async throws -> Response {
        try context.person().require(.goods, at: try context.identifier("shop", "shop"))
        return try await show([:], request, context)
    }

    private func show(
        problem: (any Problem)? = nil, _ content: View, _ request: Request, _ context: Context
    ) async throws -> Response {
        let shop: ShopID = try context.identifier("shop", "shop")
        var page = Page(
            .goodsTable, context.words(.goodsTable), .me,
            ([
                "shopID": shop.description, "message": maybe(problem?.sentence(in: context.language)),
                "columns": context.words(.columnsHelp, GoodsColumn.allCases.map(\.rawValue).joined(separator: ", ")),
            ] as View).merging(content))
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    private func bring(_ request: Request, _ context: Context) async throws -> Response {
        let shop: ShopID = try context.identifier("shop", "shop")
        let identity = try context.person()
        try identity.require(.goods, at: shop)
        let form = try await MultipartForm(
            request, limit: 4 * GoodsTable.byteLimit, fieldLimit: 2 * GoodsTable.byteLimit)
        try context.requireFormToken(form["form_token"])
        do {
            // What was checked comes back as a field, so that nobody has to choose the file again.
            let bytes = form.files.first?.bytes ?? Array((form["table"] ?? "").utf8)
            let mode = BringGoods.Mode(rawValue: form["mode"] ?? "") ?? .check
            let report = try await BringGoods(market)(try GoodsTable(bytes), at: shop, mode, by: identity)
            return try await show(view(report, mode, bytes, context), request, context)
        } catch let problem as InvalidField {
            return try await show(problem: problem, [:], request, context)
        }
    }

    private func view(
        _ report: BringGoods.Report, _ mode: BringGoods.Mode, _ bytes: [UInt8], _ context: Context
    ) -> View {
        let counts = [BringGoods.Result.created, .changed, .unchanged, .refused].map {
            context.format.number(report.count($0))
        }
        let isStopped = mode == .all && !report.isApplied
        let summary: GoodsWord = report.isApplied ? .tableApplied : .tableChecked
        let useful = report.count(.created) + report.count(.changed)
        return [
            "hasReport": true, "isStopped": isStopped, "isClean": report.count(.refused) == 0,
            "summary": isStopped
                ? context.words(.tableStopped, counts[3])
                : context.words(summary, counts[0], counts[1], counts[2], counts[3]),
            "canApply": !report.isApplied && useful > 0,
            "table": report.isApplied ? "" : String(decoding: bytes, as: UTF8.self),
            "outcomes": report.outcomes.sorted { Self.order($0) < Self.order($1) }.prefix(Self.shown).map { outcome in
                row(outcome, context)
            },
        ]
    }

    /// Refused ones first, then by row.
    private static func order(_ outcome: BringGoods.Outcome) -> (Int, Int) {
        (outcome.result == .refused ? 0 : 1, outcome.lines.first ?? 0)
    }

    private func row(_ outcome: BringGoods.Outcome, _ context: Context) -> View {
        let reason = outcome.refusal.map { refusal in
            "\(context.words(.rowNumbers, String(refusal.line))): \(refusal.problem.sentence(in: context.language))"
        }
        let word: GoodsWord =
            switch outcome.result {
            case .created: .resultCreated
            case .changed: .resultChanged
            case .unchanged: .resultUnchanged
            case .refused: .resultRefused
            }
        return [
            "code": outcome.code.isEmpty ? "–" : outcome.code, "result": context.words(word), "reason": maybe(reason),
            "lines": context.words(.rowNumbers, outcome.lines.map(String.init).joined(separator: ", ")),
            "changes": outcome.changes.prefix(20).map { change -> View in
                ["field": change.field, "was": change.was ?? "–", "now": change.now ?? "–"]
            },
        ]
    }
}
