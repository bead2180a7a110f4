import Catalog
import Kernel
import Pricing
import Stock
import Store

/// The rules of goods that need the store.
extension KeepProducts {
    /// - Throws: ``InvalidField``.
    func check(_ draft: GoodsDraft, on product: Product?, in transaction: any Transaction) throws {
        if draft.entry.category != product?.category,
            try Catalog.known([draft.entry.category], in: transaction).isEmpty
        {
            throw InvalidField("category", "is unknown.", zh: "类目不存在。")
        }
        if !draft.code.isEmpty, draft.code != product?.code,
            try Catalog.products(coded: [draft.code], in: draft.entry.shop, in: transaction)[draft.code] != nil
        {
            throw InvalidField("code", "is another product's.", zh: "商品编码已被使用。")
        }
        try checkNumbers(draft, in: transaction)
        try checkOffers(draft, in: transaction)
        if product?.isListed == true { try Self.requireSellable(draft.items.filter { !$0.isRetired }.map(\.price)) }
    }

    /// - Throws: ``InvalidField`` when nothing of it has a price.
    static func requireSellable(_ prices: [Price?]) throws {
        guard prices.contains(where: { $0 != nil }) else {
            throw InvalidField("variants", "must have one that is sold and has a price.", zh: "上架商品至少需要一个有价格的规格。")
        }
    }

    /// A warehouse tells variants apart by their numbers, so a shop uses each once.
    private func checkNumbers(_ draft: GoodsDraft, in transaction: any Transaction) throws {
        let changed = draft.items.enumerated().filter { _, item in
            !item.sku.isEmpty && !item.isRetired && (item.before.map { $0.sku != item.sku || $0.isRetired } ?? true)
        }
        guard !changed.isEmpty else { return }
        let own = Set(draft.items.map(\.id))
        let used = try Catalog.variants(
            numbered: changed.map(\.element.sku), in: draft.entry.shop, in: transaction)
        for (index, item) in changed where used[item.sku]?.contains(where: { !own.contains($0) }) ?? false {
            throw InvalidField("variants[\(index)].sku", "is another variant's.", zh: "规格编码已被使用。")
        }
    }

    /// Deals and flash lots are below the list price; a list price that would make one none is refused, so that a shop
    /// sees what it does.
    private func checkOffers(_ draft: GoodsDraft, in transaction: any Transaction) throws {
        let changed = draft.items.enumerated().filter { $0.element.setsPrice && $0.element.before != nil }
        guard !changed.isEmpty else { return }
        let (ids, now) = (changed.map(\.element.id), market.source.now)
        let offers = try Pricing.standingOffers(of: ids, at: now, in: transaction)
        let lots = try Stock.standingLots(of: ids, at: now, in: transaction)
        for (index, item) in changed {
            guard let price = item.price?.amount.amount else { continue }
            let field = "variants[\(index)].amount"
            if let offer = offers.first(where: { $0.variant == item.id && $0.price.amount >= price }) {
                throw InvalidField(
                    field, "must stay above the deal or member price \(offer.price.plain); end that first.",
                    zh: "须高于进行中的优惠价 \(offer.price.plain)，请先结束该优惠。")
            }
            if let lot = lots.first(where: { $0.variant == item.id && $0.price.amount >= price }) {
                throw InvalidField(
                    field, "must stay above the flash price \(lot.price.plain); end that lot first.",
                    zh: "须高于限时特价 \(lot.price.plain)，请先结束该特价。")
            }
        }
    }
}
