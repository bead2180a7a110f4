import Catalog
import HTTP
import Kernel
import Shops
import Store

extension BringGoods {
    /// A table on its way in; a class, so that it is one thing to hand on.
    final class Work: Sendable {
        let groups: [GoodsGroup]
        /// Rows that could not be read.
        let unread: [Outcome]
        private let market: Marketplace
        private let categories: [Category]
        private let currency: Currency
        private let shop: ShopID
        private let identity: Identity

        init(
            _ market: Marketplace, _ table: GoodsTable, _ categories: [Category], _ currency: Currency, _ shop: ShopID,
            _ identity: Identity
        ) {
            groups = GoodsGroup.groups(of: table.lines)
            unread = table.broken.map {
                Outcome(lines: [$0.number], code: "", result: .refused, changes: [], refusal: ($0.number, $0.problem))
            }
            self.market = market
            self.categories = categories
            self.currency = currency
            self.shop = shop
            self.identity = identity
        }

        /// Does what the rows of a product ask for. What it wrote before it refused is for the caller to undo.
        func outcome(of group: GoodsGroup, in transaction: any Transaction) -> Outcome {
            let lines = group.lines.map(\.number)
            func refused(_ problem: any Problem, at line: Int? = nil) -> Outcome {
                Outcome(
                    lines: lines, code: group.code, result: .refused, changes: [],
                    refusal: (line ?? lines.first ?? 1, problem))
            }
            do {
                let (result, changes) = try bring(group, in: transaction)
                return Outcome(lines: lines, code: group.code, result: result, changes: changes, refusal: nil)
            } catch let problem as GoodsLineProblem {
                return refused(problem.problem, at: problem.line)
            } catch let problem as InvalidField {
                return refused(problem, at: Self.line(of: problem, in: group))
            } catch let problem as any Problem {
                return refused(problem)
            } catch {
                return refused(
                    InvalidField("row", "can't be kept.", zh: "无法保存。"))
            }
        }

        private func bring(
            _ group: GoodsGroup, in transaction: any Transaction
        ) throws -> (Result, [TrailChange]) {
            let keep = KeepProducts(market)
            let before = try product(of: group, in: transaction)
            let patch = try group.patch(on: before, category: category, currency: currency)
            let status = try group.said(.status).map(Self.status)
            var id = before?.id ?? market.source.identifier(ProductKind.self)
            if let before {
                let isSame = patch == GoodsPatch() && (status ?? before.status) == before.status
                if isSame { return (.unchanged, []) }
                try Self.requireCurrent(before, try group.said(.version))
                if patch != GoodsPatch() {
                    id = try keep.edit(
                        .init(id, of: shop, version: before.version), patch, by: identity, in: transaction)
                }
            } else {
                id = try keep.create(patch, as: .init(id, of: shop, version: 0), by: identity, in: transaction)
            }
            let made = try Catalog.goods(id, of: shop, at: market.source.now, in: transaction)
            if let status, status != made.status {
                _ = try keep.move(
                    .init(id, of: shop, version: made.version), to: status, by: identity, in: transaction)
            }
            guard let before else { return (.created, []) }
            let after = try Catalog.goods(id, of: shop, at: market.source.now, in: transaction)
            return (.changed, before.changes(to: after))
        }

        /// The product that a code names: the shop's own number, or an identifier.
        private func product(of group: GoodsGroup, in transaction: any Transaction) throws -> Product? {
            let now = market.source.now
            if let id = try Catalog.products(coded: [group.code], in: shop, in: transaction)[group.code] {
                return try Catalog.goods(id, of: shop, at: now, in: transaction)
            }
            guard let id = ProductID(group.code) else { return nil }
            return try Catalog.goods(id, of: shop, at: now, in: transaction)
        }

        private func category(_ text: String) throws -> CategoryID {
            if let id = CategoryID(text), categories.contains(where: { $0.id == id }) { return id }
            let named = categories.filter { $0.name.en == text || $0.name.zh == text }
            guard named.count == 1 else {
                throw named.isEmpty
                    ? InvalidField("category", "is unknown.", zh: "类目不存在。")
                    : InvalidField("category", "is the name of several; use its identifier.", zh: "类目重名，请使用编号。")
            }
            return named[0].id
        }

        private static func status(_ text: String) throws -> ProductStatus {
            guard let status = ProductStatus(rawValue: text.lowercased()) else {
                throw InvalidField(
                    "status", "must be listed, unlisted or archived.", zh: "状态须为 listed、unlisted 或 archived。")
            }
            return status
        }

        private static func requireCurrent(_ product: Product, _ version: String?) throws {
            guard let version, version != "\(product.version)" else { return }
            throw InvalidField(
                "version", "is old: somebody changed the product after this table was made.", zh: "商品在导出后已被修改。")
        }

        /// The row whose variant a problem is about: rules name variants by their place in the wish.
        private static func line(of problem: InvalidField, in group: GoodsGroup) -> Int? {
            guard problem.field.hasPrefix("variants["), group.lines.count > 1,
                let place = Int(problem.field.dropFirst(9).prefix { $0.isNumber }), place < group.lines.count
            else { return nil }
            return group.lines[place].number
        }
    }
}
