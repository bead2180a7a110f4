import Catalog
import HTTP
import Kernel
import Pricing
import Shops
import Store

/// Somebody else changed the product after the caller had read it; nothing was overwritten.
public struct GoodsChanged: Problem, Equatable {
    /// The product as it stands.
    public let product: Product
    /// What became different since the caller read it.
    public let changes: [TrailChange]

    public var details: ProblemDetails {
        ProblemDetails(
            .conflict, "goods-changed",
            "Somebody else changed this product meanwhile. Look at what is different and save again.",
            zh: "商品已被他人修改，请核对后重新保存。",
            fields: Dictionary(
                changes.map { ($0.field, "is now \($0.now ?? "nothing").") }, uniquingKeysWith: { first, _ in first }))
    }
}

/// A shop's staff makes and changes goods. Everything is in one transaction: the product, its variants and prices, the
/// journal's fact that feed, search and cards follow, and the shop's trail.
public struct KeepProducts: Sendable {
    let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// Which product, and which version of it the caller has read.
    public final class Target: Sendable {
        public let product: ProductID
        public let shop: ShopID
        public let version: Int64

        /// The product `product` of `shop` as of `version`.
        public init(_ product: ProductID, of shop: ShopID, version: Int64) {
            self.product = product
            self.shop = shop
            self.version = version
        }
    }

    /// Makes a product that nobody sees yet.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``, ``InvalidField``.
    public func create(_ patch: GoodsPatch, at shop: ShopID, _ command: Command) async throws -> Product {
        let target = Target(market.source.identifier(), of: shop, version: 0)
        return try await once(target, command) { [self] in
            try create(patch, as: target, by: command.identity, in: $0)
        }
    }

    /// Changes a product, adds variants to it or retires some.
    ///
    /// - Throws: ``GoodsChanged``, ``NotFound``, ``Forbidden``, ``InvalidField``.
    public func edit(_ target: Target, _ patch: GoodsPatch, _ command: Command) async throws -> Product {
        try await once(target, command) { [self] in try edit(target, patch, by: command.identity, in: $0) }
    }

    /// Puts a product on the shelf, takes it off, puts it away or takes it out again. Where it is already, nothing happens.
    ///
    /// - Throws: ``GoodsChanged``, ``IllegalProductStep``, ``NotFound``, ``Forbidden``, ``InvalidField`` when there is
    ///   nothing to sell.
    public func move(_ target: Target, to status: ProductStatus, _ command: Command) async throws -> Product {
        try await once(target, command) { [self] in try move(target, to: status, by: command.identity, in: $0) }
    }

    func once(
        _ target: Target, _ command: Command, _ body: @escaping @Sendable (any Transaction) throws -> ProductID
    ) async throws -> Product {
        try command.identity.require(.goods, at: target.shop)
        return try await market.store.write { [self] transaction in
            let id = try transaction.once(command.key, fingerprint: command.fingerprint, at: market.source.now) {
                try body(transaction)
            }
            return try Catalog.goods(id, of: target.shop, at: market.source.now, in: transaction)
        }
    }

    /// ``create(_:at:_:)`` within a unit of work of somebody else's.
    func create(
        _ patch: GoodsPatch, as target: Target, by identity: Identity, in transaction: any Transaction
    ) throws -> ProductID {
        let now = market.source.now
        let draft = try GoodsDraft(patch, on: nil, as: target.product, of: target.shop, at: now) {
            market.source.identifier()
        }
        try check(draft, on: nil, in: transaction)
        try market.catalog.add(draft.entry, code: draft.code, in: transaction)
        try write(draft, in: transaction)
        let product = try Catalog.goods(target.product, of: target.shop, at: now, in: transaction)
        try market.shops.note(
            .productCreated, of: "\(product.id)", named: product.title.en, version: product.version, [],
            by: identity.person, at: target.shop, in: transaction)
        return product.id
    }

    /// ``edit(_:_:_:)`` within a unit of work of somebody else's.
    ///
    /// - Parameter newPictures: paths of pictures that were taken in for this product a moment ago.
    func edit(
        _ target: Target, _ patch: GoodsPatch, newPictures: [String] = [], by identity: Identity,
        in transaction: any Transaction
    ) throws -> ProductID {
        let now = market.source.now
        let before = try Catalog.goods(target.product, of: target.shop, at: now, in: transaction)
        try requireCurrent(before, target, in: transaction)
        if let pictures = patch.pictures, !Set(pictures.map(\.path)).isSubset(of: Set(before.media + newPictures)) {
            throw NotFound("picture")
        }
        let draft = try GoodsDraft(patch, on: before, as: target.product, of: target.shop, at: now) {
            market.source.identifier()
        }
        try check(draft, on: before, in: transaction)
        try market.catalog.change(
            draft.entry, code: draft.code, alts: draft.alts, version: target.version, in: transaction)
        try write(draft, in: transaction)
        let after = try Catalog.goods(target.product, of: target.shop, at: now, in: transaction)
        try market.shops.note(
            .productChanged, of: "\(after.id)", named: after.title.en, version: after.version,
            before.changes(to: after), by: identity.person, at: target.shop, in: transaction)
        return after.id
    }

    /// ``move(_:to:_:)`` within a unit of work of somebody else's.
    func move(
        _ target: Target, to status: ProductStatus, by identity: Identity, in transaction: any Transaction
    ) throws -> ProductID {
        let before = try Catalog.goods(target.product, of: target.shop, at: market.source.now, in: transaction)
        try requireCurrent(before, target, in: transaction)
        if before.status == status { return before.id }
        guard ProductStatus.isStep(from: before.status, to: status) else {
            throw IllegalProductStep(from: before.status, to: status)
        }
        if status == .listed { try Self.requireSellable(before.sold.map(\.price)) }
        try market.catalog.move(
            target.product, of: target.shop, to: status, version: target.version, in: transaction)
        try market.catalog.announce([target.product], in: transaction)
        let action: TrailAction =
            status == .listed ? .productListed : status == .archived ? .productArchived : .productUnlisted
        try market.shops.note(
            action, of: "\(before.id)", named: before.title.en, version: before.version + 1,
            [TrailChange("status", was: before.status.rawValue, now: status.rawValue)], by: identity.person,
            at: target.shop, in: transaction)
        return before.id
    }

    /// - Throws: ``GoodsChanged`` with what others did since.
    private func requireCurrent(_ product: Product, _ target: Target, in transaction: any Transaction) throws {
        guard product.version != target.version else { return }
        let entries = try Shops.trail(of: "\(product.id)", after: target.version, in: transaction)
        var changes: [TrailChange] = []
        for change in entries.flatMap(\.changes) {
            let first = changes.first { $0.field == change.field }
            changes.removeAll { $0.field == change.field }
            changes.append(TrailChange(change.field, was: (first ?? change).was, now: change.now))
        }
        throw GoodsChanged(product: product, changes: changes.filter { $0.was != $0.now })
    }

    private func write(_ draft: GoodsDraft, in transaction: any Transaction) throws {
        let (entry, now) = (draft.entry, market.source.now)
        for (position, item) in draft.items.enumerated() {
            if item.before?.spec != item.spec || item.before?.sku != item.sku {
                try market.catalog.putVariant(
                    item.id, of: entry.id, in: entry.shop, spec: item.spec, sku: item.sku, position: position,
                    in: transaction)
            }
            if (item.before?.isRetired ?? false) != item.isRetired {
                try market.catalog.setRetired(item.isRetired, item.id, in: transaction)
            }
            if item.setsPrice, let price = item.price {
                try market.catalog.setPrice(price, of: item.id, from: now, until: nil, in: transaction)
            }
        }
        try market.catalog.announce([entry.id], in: transaction)
    }
}
