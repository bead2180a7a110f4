import HTTP
import Kernel
import Stock
import Store
import Warehouse

/// A shop changes its stock: by so many units with a reason, to what was counted, or by the deltas of a program. Each
/// change is conditional, so it takes nothing that a buyer gets at the same time, and each is in the history.
public struct ChangeStock: Sendable {
    /// Most deltas at once.
    public static let limit = 1_000

    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// A change by so many units.
    public struct Adjustment: Sendable, Equatable {
        let variant: VariantID
        let warehouse: WarehouseID?
        let quantity: Int64
        let reason: MovementReason
        let note: String

        /// - Parameters:
        ///   - warehouse: the shop's default when it is absent.
        ///   - quantity: units that came, or below zero went.
        public init(
            _ quantity: Int64, of variant: VariantID, at warehouse: WarehouseID?, _ reason: MovementReason,
            note: String
        ) {
            self.variant = variant
            self.warehouse = warehouse
            self.quantity = quantity
            self.reason = reason
            self.note = note
        }
    }

    /// A change of a program, which is applied once whatever happens to its calls.
    public struct Delta: Sendable, Equatable {
        let id: String
        let adjustment: Adjustment

        /// - Parameter id: the program's own, unique in the shop, 1–128 visible ASCII characters.
        public init(id: String, _ adjustment: Adjustment) {
            self.id = id
            self.adjustment = adjustment
        }
    }

    /// What lies in a warehouse after a change.
    public struct Result: Sendable, Codable, Equatable {
        public let variant: VariantID
        public let warehouse: WarehouseID
        /// Units that came, or below zero went.
        public let quantity: Int64
        /// Units that lie there now.
        public let onHand: Int64
    }

    /// What came of a delta.
    public struct Outcome: Sendable {
        public let id: String
        /// What was done now.
        public let result: Result?
        /// Why nothing was; without result and problem it was applied before.
        public let problem: (any Problem)?
    }

    /// Changes the stock of a variant.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``, ``InvalidField``, ``StockProblem``, ``WarehouseProblem``.
    public func adjust(_ adjustment: Adjustment, of shop: ShopID, _ command: Command) async throws -> Result {
        try command.identity.require(.stock, at: shop)
        return try await market.store.write { [self, now = market.source.now] transaction in
            try transaction.once(command.key, fingerprint: command.fingerprint, at: now) {
                try apply(adjustment, of: shop, cause: nil, by: command.identity.person, in: transaction)
            }
        }
    }

    /// What somebody counted.
    public struct Count: Sendable {
        let variant: VariantID
        let warehouse: WarehouseID?
        let counted: Int64
        let note: String

        /// - Parameter counted: units that lie in the warehouse, those that wait to be shipped included.
        public init(_ counted: Int64, of variant: VariantID, at warehouse: WarehouseID?, note: String) {
            self.variant = variant
            self.warehouse = warehouse
            self.counted = counted
            self.note = note
        }
    }

    /// Sets what lies in a warehouse to what was counted; the history keeps the difference against what was known at
    /// that moment.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``, ``InvalidField``, ``StockProblem``, ``WarehouseProblem``.
    public func count(_ count: Count, of shop: ShopID, _ command: Command) async throws -> Result {
        try command.identity.require(.stock, at: shop)
        let note = try ValidatedText(count.note, field: "note", length: 0...500).value
        guard (0...1_000_000_000).contains(count.counted) else {
            throw InvalidField("counted", "must be 0–1,000,000,000.", zh: "须为 0–1,000,000,000。")
        }
        return try await market.store.write { [self, now = market.source.now] transaction in
            try transaction.once(command.key, fingerprint: command.fingerprint, at: now) {
                try apply(count, note, of: shop, by: command.identity.person, in: transaction)
            }
        }
    }

    private func apply(
        _ count: Count, _ note: String, of shop: ShopID, by person: PersonID, in transaction: any Transaction
    ) throws -> Result {
        let goods = KeepGoods(market: market)
        try goods.own([count.variant], of: shop, in: transaction)
        let place = try goods.place(count.warehouse, of: shop, in: transaction)
        try goods.open(count.variant, of: shop, in: transaction)
        let known = try Warehouses.level(of: count.variant, at: place, in: transaction)?.onHand ?? 0
        let move = Move(
            count.counted - known, of: count.variant, at: place, .counted, note: note, by: person)
        let onHand = try goods.change(move, of: shop, in: transaction)
        return Result(variant: count.variant, warehouse: place, quantity: move.quantity, onHand: onHand)
    }

    private func apply(
        _ adjustment: Adjustment, of shop: ShopID, cause: String?, by person: PersonID, in transaction: any Transaction
    ) throws -> Result {
        try adjustment.reason.check(adjustment.quantity)
        let note = try ValidatedText(adjustment.note, field: "note", length: 0...500).value
        let goods = KeepGoods(market: market)
        try goods.own([adjustment.variant], of: shop, in: transaction)
        let place = try goods.place(adjustment.warehouse, of: shop, in: transaction)
        let move = Move(
            adjustment.quantity, of: adjustment.variant, at: place, adjustment.reason, note: note, cause: cause,
            by: person)
        let onHand = try goods.change(move, of: shop, in: transaction)
        return Result(
            variant: adjustment.variant, warehouse: place, quantity: adjustment.quantity, onHand: onHand)
    }

    /// Applies the deltas of a program in order, each once for its identifier, also when calls meet. Each is answered for
    /// itself; one that is refused stops no other and may come again.
    ///
    /// - Throws: ``NotFound`` or ``Forbidden`` for whoever may not, ``InvalidField`` for none or too many.
    public func sync(_ deltas: [Delta], of shop: ShopID, by identity: Identity) async throws -> [Outcome] {
        try identity.require(.stock, at: shop)
        guard (1...Self.limit).contains(deltas.count) else {
            throw InvalidField("deltas", "must be 1–\(Self.limit).", zh: "每次须为 1–\(Self.limit) 条。")
        }
        var outcomes: [Outcome] = []
        // Short transactions, so that buyers are not kept waiting by a long list.
        for start in stride(from: 0, to: deltas.count, by: 50) {
            let part = Array(deltas[start..<min(start + 50, deltas.count)])
            outcomes += try await market.store.write { [self] transaction in
                try part.map { try apply($0, of: shop, by: identity.person, in: transaction) }
            }
        }
        return outcomes
    }

    private func apply(
        _ delta: Delta, of shop: ShopID, by person: PersonID, in transaction: any Transaction
    ) throws -> Outcome {
        do {
            guard (1...128).contains(delta.id.utf8.count), delta.id.utf8.allSatisfy({ (33...126).contains($0) }) else {
                throw InvalidField("id", "must be 1–128 visible ASCII characters.", zh: "须为 1–128 个可见 ASCII 字符。")
            }
            guard try market.warehouses.note(delta.id, saying: delta.content, of: shop, in: transaction) else {
                return Outcome(id: delta.id, result: nil, problem: nil)
            }
        } catch let problem as any Problem where !(problem is StoreError) {
            return Outcome(id: delta.id, result: nil, problem: problem)
        }
        do {
            let result = try apply(
                delta.adjustment, of: shop, cause: delta.id, by: person, in: transaction)
            return Outcome(id: delta.id, result: result, problem: nil)
        } catch let problem as any Problem where !(problem is StoreError) {
            try market.warehouses.forget(delta.id, of: shop, in: transaction)
            return Outcome(id: delta.id, result: nil, problem: problem)
        }
    }

    /// Says from how many units on a variant counts as low; `nil` watches it no more.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``, ``InvalidField``.
    public func watch(_ variant: VariantID, at threshold: Int64?, of shop: ShopID, _ command: Command) async throws {
        try command.identity.require(.stock, at: shop)
        try await market.store.write { [market] transaction in
            try KeepGoods(market: market).own([variant], of: shop, in: transaction)
            try market.stock.watch(variant, at: threshold, in: transaction)
        }
    }
}

extension ChangeStock.Delta {
    /// What it says, to tell a repeated delta from another one with the same identifier.
    fileprivate var content: String {
        let place = adjustment.warehouse?.description ?? ""
        return "\(adjustment.quantity) \(adjustment.variant) \(place) \(adjustment.reason.rawValue) \(adjustment.note)"
    }
}
