import Alliance
import HTTP
import Hummingbird
import Kernel

/// What an operator decides about a held commission, and why.
struct CommissionDecisionBody: Documented {
    let decision: CommissionLine.Decision
    /// 1–500 characters; the creator reads it.
    let reason: String
    static let example = CommissionDecisionBody(decision: .released, reason: "A gift to the creator's neighbour")
}

/// A commission that was held and decided about.
struct ReviewedCommissionBody: Documented {
    let commission: CommissionBody
    let creator: PersonID
    let decidedBy: PersonID?
    let decidedAt: Instant?
    static let example = ReviewedCommissionBody(
        commission: .example, creator: Identifier(rawValue: 3), decidedBy: Identifier(rawValue: 4),
        decidedAt: Instant(milliseconds: 0))
}

/// A creator's commissions in one state and currency, in minor units.
struct CommissionTotalBody: Documented {
    let state: String
    let currency: Currency
    let lines: Int
    let base: Int64
    let commission: Int64
    let net: Int64
    static let example = CommissionTotalBody(
        state: "confirmed", currency: .cny, lines: 12, base: 117_600, commission: 17_640, net: 14_112)
}

/// A commission as the shop that pays it sees it; amounts in minor units of the base's currency.
struct ShopCommissionBody: Documented {
    let line: OrderLineID
    let product: ProductID
    let creator: PersonID
    let state: String
    let base: Money
    let rate: Int64
    let planVersion: Int64
    let commission: Int64
    let orderedAt: Instant
    static let example = ShopCommissionBody(
        line: Identifier(rawValue: 12), product: Identifier(rawValue: 1), creator: Identifier(rawValue: 3),
        state: "confirmed", base: Money(9_800, .cny), rate: 1_500, planVersion: 2, commission: 1_470,
        orderedAt: Instant(milliseconds: 0))
}

extension MarketplaceAPI {
    private static let period = [
        QueryParameter("from", "keeps to what was ordered at this time or later", .time),
        QueryParameter("until", "keeps to what was ordered earlier", .time),
    ]
    private static let cursor = QueryParameter("cursor", "what `next` of the page before said")

    /// Commissions as lists: of a creator, of a shop, of the operator.
    func addCommissionLists(to api: API) {
        api.respond(
            .get, "/me/commissions", "listMyCommissions",
            "The caller's commissions, each explained to the line; as CSV with format=csv.",
            access: .person(.content),
            query: [Self.cursor] + Self.period + [
                QueryParameter("format", "`csv` for a file of up to 10,000 rows with no pages", .oneOf(["csv"]))
            ], body: Nothing.self, answer: Page<CommissionBody>.self
        ) { [self] call in try await commissions(of: try call.person, call.request) }
        api.route(
            .get, "/me/commission-totals", "readMyCommissionTotals",
            "The caller's commissions of a period summed by state.",
            access: .person(.content), query: Self.period
        ) { [market] call in
            let filter = try Self.filter(.creator(try call.person), call.request)
            let states = try await CommissionTotals(market).states(
                of: try call.person, from: filter.from, until: filter.until)
            let sorted = states.sorted {
                ($0.key.kind.rawValue, $0.key.currency.code) < ($1.key.kind.rawValue, $1.key.currency.code)
            }
            return Page(items: sorted.map { CommissionTotalBody($0.key, $0.value) })
        }
        api.route(
            .get, "/shops/{shop}/commissions", "listShopCommissions",
            "What creators earn with a shop's goods, newest first.", access: .person(.shops),
            query: [Self.cursor] + Self.period
        ) { [market] call in
            let shop = try call.context.identifier("shop", "shop", as: ShopKind.self)
            try call.context.person().require(.prices, at: shop)
            let lines = try await ExplainCommissions(market)(
                try Self.filter(.shop(shop), call.request), after: try call.request.cursor(), limit: 50)
            return Page(items: lines.map(ShopCommissionBody.init), next: Self.next(after: lines))
        }
        addCommissionDesk(to: api)
    }

    private func addCommissionDesk(to api: API) {
        api.route(
            .get, "/commissions/held", "listHeldCommissions",
            "Commissions that a signal speaks against, oldest first.", access: .role([.operator], .operate)
        ) { [market] _ in
            Page(items: try await ExplainCommissions(market).held(limit: 100).map(CommissionBody.init))
        }
        api.route(
            .get, "/commissions/reviewed", "listReviewedCommissions",
            "Commissions that were held and decided about, the latest decision first.",
            access: .role([.operator], .operate), query: [Self.cursor]
        ) { [market] call in
            let lines = try await ExplainCommissions(market).reviewed(
                after: try call.request.cursor(), limit: 50)
            let next = lines.count == 50 ? lines.last.map { "\(Alliance.Cursor(afterReviewed: $0.line))" } : nil
            return Page(items: lines.map(ReviewedCommissionBody.init), next: next)
        }
        api.route(
            .post, "/commissions/{line}/decision", "decideCommission",
            "Pays a held commission, or gives it back to the shop, for a reason.",
            access: .role([.operator], .operate), body: CommissionDecisionBody.self
        ) { [market] call in
            let line = try call.context.identifier("line", "held commission", as: OrderLineKind.self)
            let ruling = try CommissionRuling(call.body.decision, because: call.body.reason)
            try await DecideCommission(market)(line, ruling, try call.command)
            return Nothing()
        }
    }

    private func commissions(of creator: PersonID, _ request: Request) async throws -> Response {
        let filter = try Self.filter(.creator(creator), request)
        if request.query("format") == "csv" {
            return Response(
                csv: ExplainedCommission.file(try await ExplainCommissions(market).all(filter)),
                named: "commissions.csv")
        }
        let lines = try await ExplainCommissions(market)(filter, after: try request.cursor(), limit: 50)
        return try API.json(Page(items: lines.map(CommissionBody.init), next: Self.next(after: lines)))
    }

    private static func filter(_ side: CommissionFilter.Side, _ request: Request) throws -> CommissionFilter {
        CommissionFilter(side, from: try time("from", request), until: try time("until", request))
    }

    private static func next(after lines: [ExplainedCommission]) -> String? {
        lines.count == 50 ? lines.last.map { "\(Alliance.Cursor(after: $0.line))" } : nil
    }
}

extension CommissionTotalBody {
    fileprivate init(_ key: CommissionTotals.Key<ExplainedCommission.State>, _ sum: CommissionTotals.Sum) {
        self.init(
            state: key.kind.rawValue, currency: key.currency, lines: sum.lines, base: sum.base,
            commission: sum.commission, net: sum.net ?? 0)
    }
}

extension ShopCommissionBody {
    fileprivate init(_ explained: ExplainedCommission) {
        let line = explained.line
        self.init(
            line: line.line, product: line.product, creator: line.creator, state: explained.state.rawValue,
            base: line.base, rate: line.rate.value, planVersion: line.planVersion, commission: explained.commission,
            orderedAt: line.createdAt)
    }
}

extension ReviewedCommissionBody {
    fileprivate init(_ explained: ExplainedCommission) {
        let line = explained.line
        self.init(
            commission: CommissionBody(explained), creator: line.creator, decidedBy: line.decidedBy,
            decidedAt: line.decidedAt)
    }
}
