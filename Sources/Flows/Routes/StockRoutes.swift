import Foundation
import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import Stock
import Warehouse

/// What lies of a variant in a warehouse.
struct PlaceBody: Documented {
    let warehouse: WarehouseID
    let onHand: Int64
    /// Units of them that are promised to shipments.
    let allocated: Int64
    static let example = PlaceBody(warehouse: Identifier(rawValue: 31), onHand: 12, allocated: 2)
}

/// How a variant stands.
struct StockBody: Documented {
    let variant: VariantID
    let product: ProductID
    let title: String
    let spec: String
    let sku: String
    /// What can be sold.
    let available: Int64
    /// From how many units on it counts as low; absent when nobody watches it.
    let threshold: Int64?
    let isLow: Bool
    let places: [PlaceBody]
    static let example = StockBody(
        variant: Identifier(rawValue: 2), product: Identifier(rawValue: 1), title: "Mountain green tea", spec: "250 g",
        sku: "TEA-250", available: 10, threshold: 20, isLow: true, places: [.example])
}

/// A change of stock by so many units.
struct AdjustmentBody: Documented {
    let variant: VariantID
    /// The shop's default when it is absent.
    let warehouse: WarehouseID?
    /// Units that came, or below zero went.
    let quantity: Int64
    /// `received`, `damaged`, `lost`, `returned` or `correction`.
    let reason: MovementReason
    let note: String?
    static let example = AdjustmentBody(
        variant: Identifier(rawValue: 2), warehouse: Identifier(rawValue: 31), quantity: -1, reason: .damaged,
        note: "fell from the shelf")
}

/// What somebody counted.
struct CountBody: Documented {
    let variant: VariantID
    let warehouse: WarehouseID?
    /// Units that lie there, those that wait to be shipped included.
    let counted: Int64
    let note: String?
    static let example = CountBody(
        variant: Identifier(rawValue: 2), warehouse: Identifier(rawValue: 31), counted: 11, note: "year's end")
}

/// What lies in a warehouse after a change.
struct ChangedStockBody: Documented {
    let variant: VariantID
    let warehouse: WarehouseID
    let quantity: Int64
    let onHand: Int64
    static let example = ChangedStockBody(
        variant: Identifier(rawValue: 2), warehouse: Identifier(rawValue: 31), quantity: -1, onHand: 11)
}

/// Changes of a program, each applied once for its identifier.
struct DeltasBody: Documented {
    struct Delta: Codable {
        /// The program's own, unique in the shop.
        let id: String
        let variant: VariantID
        let warehouse: WarehouseID?
        let quantity: Int64
        let reason: MovementReason
        let note: String?
    }

    let deltas: [Delta]
    static let example = DeltasBody(deltas: [
        .init(
            id: "till-7-20260301-118", variant: Identifier(rawValue: 2), warehouse: Identifier(rawValue: 31),
            quantity: -1, reason: .correction, note: "sold at the till")
    ])
}

/// What came of each delta.
struct DeltaResultsBody: Documented {
    struct Result: Codable {
        let id: String
        /// `applied`, `known` when it was applied before, or `refused`.
        let outcome: String
        let onHand: Int64?
        let problem: String?
        let detail: String?
    }

    let applied: Int
    let results: [Result]
    static let example = DeltaResultsBody(
        applied: 1,
        results: [
            .init(
                id: "till-7-20260301-118", outcome: "refused", onHand: 11, problem: "too-few-unsold",
                detail: "Only 0 units are not sold.")
        ])
}

/// Something that came or went.
struct MovementBody: Documented {
    let position: Int64
    let warehouse: WarehouseID
    let variant: VariantID
    let quantity: Int64
    /// What lay there afterwards.
    let onHand: Int64
    let reason: MovementReason
    let note: String
    /// What brought it about: an order, a case, a delta, the other warehouse.
    let cause: String?
    let person: PersonID?
    let at: Instant
    static let example = MovementBody(
        position: 118, warehouse: Identifier(rawValue: 31), variant: Identifier(rawValue: 2), quantity: -1, onHand: 11,
        reason: .damaged, note: "fell from the shelf", cause: "till-7-20260301-118", person: Identifier(rawValue: 5),
        at: Instant(milliseconds: 0))
}

/// From how many units on a variant counts as low.
struct ThresholdBody: Documented {
    /// Absent to watch it no more.
    let threshold: Int64?
    static let example = ThresholdBody(threshold: 20)
}

extension MarketplaceAPI {
    func addStockRoutes(to api: API) {
        addStockReads(to: api)
        api.route(
            .post, "/shops/{shop}/stock-adjustments", "adjustStock",
            "Changes what lies in a warehouse and can be sold by so many units, with a reason.",
            access: .person(.shops), body: AdjustmentBody.self, status: .created
        ) { [market] call in
            let (shop, command) = (try call.shop, try call.command)
            return ChangedStockBody(try await ChangeStock(market).adjust(call.body.adjustment, of: shop, command))
        }
        api.route(
            .post, "/shops/{shop}/stock-counts", "countStock",
            "Sets what lies in a warehouse to what was counted; the history keeps the difference.",
            access: .person(.shops), body: CountBody.self, status: .created
        ) { [market] call in
            let count = ChangeStock.Count(
                call.body.counted, of: call.body.variant, at: call.body.warehouse, note: call.body.note ?? "")
            let (shop, command) = (try call.shop, try call.command)
            return ChangedStockBody(try await ChangeStock(market).count(count, of: shop, command))
        }
        api.route(
            .post, "/shops/{shop}/stock-deltas", "syncStock",
            "Applies up to 1,000 changes of a program, each once for its identifier and each answered for itself.",
            access: .person(.shops), body: DeltasBody.self
        ) { [market] call in
            let outcomes = try await ChangeStock(market).sync(
                call.body.deltas.map(\.delta), of: try call.shop, by: try call.context.person())
            return DeltaResultsBody(outcomes, call.context.language)
        }
        api.route(
            .put, "/shops/{shop}/stock-thresholds/{variant}", "watchStock",
            "Says from how many units on a variant counts as low.", access: .person(.shops), body: ThresholdBody.self
        ) { [market] call in
            let variant = try call.context.identifier("variant", "variant", as: VariantKind.self)
            let (shop, command) = (try call.shop, try call.command)
            try await ChangeStock(market).watch(variant, at: call.body.threshold, of: shop, command)
            return call.body
        }
    }

    private func addStockReads(to api: API) {
        api.route(
            .get, "/shops/{shop}/stock", "listStock", "A shop's variants: what can be sold, and where it lies.",
            access: .person(.shops),
            query: [
                QueryParameter("low", "keeps to those at their threshold or below", .oneOf(["true"])),
                QueryParameter("cursor", "what `next` of the page before said"),
            ]
        ) { [market] call in
            let after = try call.request.cursor(as: VariantID.self)
            let rows = try await ReadStock(market).rows(
                of: try call.shop, onlyLow: call.request.query("low") == "true", after: after, limit: 100,
                by: try call.context.person())
            let next = rows.count == 100 ? rows.last?.level.variant.description : nil
            return Page(items: rows.map { StockBody($0, call.context.language) }, next: next)
        }
        api.route(
            .get, "/shops/{shop}/stock-movements", "listMovements", "What came and went, newest first.",
            access: .person(.shops),
            query: [
                QueryParameter("variant", "keeps to a variant"),
                QueryParameter("cursor", "what `next` of the page before said"),
            ]
        ) { [market] call in
            let shop = try call.shop
            try call.context.person().require(.see, at: shop)
            let variant = try call.request.query("variant").map { text in
                guard let id = VariantID(text) else { throw NotFound("variant") }
                return id
            }
            let before = try call.request.cursor(as: Int64.self)
            let found = try await market.warehouses.movements(of: shop, variant: variant, before: before, limit: 100)
            let next = found.count == 100 ? found.last.map { "\($0.position)" } : nil
            return Page(items: found.map(MovementBody.init), next: next)
        }
        api.respond(
            .get, "/shops/{shop}/stock-snapshot", "readStockSnapshot",
            "What lay in the shop's warehouses at a moment, as CSV.", access: .person(.shops),
            query: [
                QueryParameter("warehouse", "keeps to a warehouse"),
                QueryParameter("at", "the moment; now when it is absent", .time),
            ], body: Nothing.self, answer: Nothing.self
        ) { [market] call in
            let warehouse = try call.request.query("warehouse").map { text in
                guard let id = WarehouseID(text) else { throw NotFound("warehouse") }
                return id
            }
            let csv = try await ReadStock(market).snapshot(
                of: try call.shop, warehouse: warehouse, at: try Self.time("at", call.request),
                by: try call.context.person())
            return Response(csv: csv, named: "stock.csv")
        }
    }
}

extension Response {
    /// A file of comma-separated values.
    public init(csv text: String, named name: String) {
        var headers: HTTPFields = [.contentType: "text/csv; charset=utf-8", .cacheControl: "no-store"]
        headers[.contentDisposition] = "attachment; filename=\"\(name)\""
        self.init(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}

extension Call {
    fileprivate var shop: ShopID {
        get throws { try context.identifier("shop", "shop", as: ShopKind.self) }
    }
}

extension AdjustmentBody {
    fileprivate var adjustment: ChangeStock.Adjustment {
        .init(quantity, of: variant, at: warehouse, reason, note: note ?? "")
    }
}

extension DeltasBody.Delta {
    fileprivate var delta: ChangeStock.Delta {
        .init(id: id, .init(quantity, of: variant, at: warehouse, reason, note: note ?? ""))
    }
}

extension ChangedStockBody {
    init(_ result: ChangeStock.Result) {
        self.init(
            variant: result.variant, warehouse: result.warehouse, quantity: result.quantity, onHand: result.onHand)
    }
}

extension DeltaResultsBody {
    fileprivate init(_ outcomes: [ChangeStock.Outcome], _ language: Kernel.Language) {
        self.init(
            applied: outcomes.count { $0.result != nil },
            results: outcomes.map { outcome in
                let details = outcome.problem?.details
                return Result(
                    id: outcome.id,
                    outcome: outcome.result != nil ? "applied" : outcome.problem != nil ? "refused" : "known",
                    onHand: outcome.result?.onHand, problem: details?.code,
                    detail: details.map { language == .zh ? $0.detailChinese : $0.detail })
            })
    }
}

extension StockBody {
    fileprivate init(_ row: ReadStock.Row, _ language: Kernel.Language) {
        self.init(
            variant: row.level.variant, product: row.level.product, title: row.title.text(in: language),
            spec: row.spec.text(in: language), sku: row.sku, available: row.level.available,
            threshold: row.level.threshold, isLow: row.level.isLow,
            places: row.places.map {
                PlaceBody(warehouse: $0.warehouse, onHand: $0.onHand, allocated: $0.allocated)
            })
    }
}

extension MovementBody {
    fileprivate init(_ movement: Movement) {
        self.init(
            position: movement.position, warehouse: movement.warehouse, variant: movement.variant,
            quantity: movement.quantity, onHand: movement.onHand, reason: movement.reason, note: movement.note,
            cause: movement.cause, person: movement.person, at: movement.at)
    }
}
