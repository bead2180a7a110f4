import Catalog
import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import Shops

/// A field before and after.
struct ChangeBody: Documented {
    let field: String
    let was: String?
    let now: String?
    static let example = ChangeBody(field: "variant var_00000000000000000000000002 amount", was: "49.00", now: "45.00")
}

/// What comes of the rows of one product.
struct GoodsOutcomeBody: Documented {
    /// The header is 1.
    let lines: [Int]
    let code: String
    let result: BringGoods.Result
    let changes: [ChangeBody]
    /// The row that is refused.
    let refusedLine: Int?
    let reason: String?
    static let example = GoodsOutcomeBody(
        lines: [2, 3], code: "TEA", result: .refused, changes: [.example], refusedLine: 3,
        reason: "price: must be an amount like 39.90.")
}

/// What comes of a table of goods.
struct GoodsReportBody: Documented {
    let isApplied: Bool
    let created: Int
    let changed: Int
    let unchanged: Int
    let refused: Int
    let outcomes: [GoodsOutcomeBody]
    static let example = GoodsReportBody(
        isApplied: false, created: 1, changed: 2, unchanged: 3, refused: 1, outcomes: [.example])

    init(isApplied: Bool, created: Int, changed: Int, unchanged: Int, refused: Int, outcomes: [GoodsOutcomeBody]) {
        self.isApplied = isApplied
        self.created = created
        self.changed = changed
        self.unchanged = unchanged
        self.refused = refused
        self.outcomes = outcomes
    }

    init(_ report: BringGoods.Report, _ language: Kernel.Language) {
        self.init(
            isApplied: report.isApplied, created: report.count(.created), changed: report.count(.changed),
            unchanged: report.count(.unchanged), refused: report.count(.refused),
            outcomes: report.outcomes.map { outcome in
                let details = outcome.refusal?.problem.details
                return GoodsOutcomeBody(
                    lines: outcome.lines, code: outcome.code, result: outcome.result,
                    changes: outcome.changes.map { ChangeBody(field: $0.field, was: $0.was, now: $0.now) },
                    refusedLine: outcome.refusal?.line,
                    reason: language == .zh ? details?.detailChinese : details?.detail)
            })
    }
}

extension MarketplaceAPI {
    func addGoodsTableRoutes(to api: API) {
        api.respond(
            .get, "/shops/{shop}/product-table", "downloadProducts",
            "A shop's goods as CSV, one row a variant, in the columns that `uploadProducts` takes.",
            access: .person(.shops), body: Nothing.self, answer: Nothing.self
        ) { [self] call in
            try await Self.file(of: try call.shop(.see), market, by: try call.context.person())
        }
        api.respond(
            .post, "/shops/{shop}/product-table", "uploadProducts",
            "Checks a CSV of goods (mode `check`), or brings it in: everything or nothing (`all`, 422 with the report when "
                + "a row is refused), or products without a refused row (`good`).",
            access: .person(.shops),
            query: [
                QueryParameter("mode", "check unless it says more", .oneOf(BringGoods.Mode.allCases.map(\.rawValue)))
            ],
            body: Nothing.self, answer: GoodsReportBody.self, uploads: ["text/csv"]
        ) { [self] call in
            let shop = try call.shop(.goods)
            guard let mode = BringGoods.Mode(rawValue: call.request.query("mode") ?? "check") else {
                throw InvalidField("mode", "must be check, all or good.", zh: "须为 check、all 或 good。")
            }
            let body = try await call.request.body.collect(upTo: GoodsTable.byteLimit + 1)
            let report = try await BringGoods(market)(
                try GoodsTable(Array(buffer: body)), at: shop, mode, by: try call.context.person())
            let isRefused = mode == .all && !report.isApplied
            return try API.json(
                GoodsReportBody(report, call.context.language), status: isRefused ? .unprocessableContent : .ok)
        }
    }

    /// A shop's goods as a file that is sent while it is written.
    public static func file(
        of shop: ShopID, _ market: Marketplace, by identity: Identity
    ) async throws -> Response {
        let pieces = try await SendGoods(market).pieces(of: shop, by: identity)
        var headers: HTTPFields = [.contentType: "text/csv; charset=utf-8", .cacheControl: "no-store"]
        headers[.contentDisposition] = "attachment; filename=\"goods.csv\""
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                for try await piece in pieces { try await writer.write(ByteBuffer(string: piece)) }
                try await writer.finish(nil)
            })
    }
}
