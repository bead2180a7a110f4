import Carts
import Flows
import Foundation
import HTTP
import Kernel
import Orders
import Store

/// Pages that show a little of much: a full cart, and any page of the orders of a large shop. One client asks, one request
/// after the other.
struct LongLists {
    let server: BenchServer
    let goods: CheckoutMarket
    private var market: Marketplace { server.market }

    /// - Parameter orders: how many the shop gets before its list is asked for.
    func figures(orders: Int) async throws -> [BenchReport.Figure] {
        try await fillCart(of: goods.buyers[0])
        var figures = try await time("/cart", as: goods.sessions[0], "cart page, \(Carts.maximumLines) lines")
        figures += try await time(
            "/api/v1/cart", as: goods.sessions[0], "cart over the API, \(Carts.maximumLines) lines")
        let shop = market.source.identifier(ShopKind.self)
        try await open(shop, by: goods.buyers[1])
        let middle = try await sell(orders, at: shop)
        let (desk, list) = ("/shop-desk/\(shop)/orders", "/api/v1/shops/\(shop)/orders")
        let name = "orders of a shop with \(orders)"
        figures += try await time(desk, as: goods.sessions[1], "\(name), first page of the desk")
        figures += try await time(list, as: goods.sessions[1], "\(name), first page over the API")
        figures += try await time("\(list)?cursor=\(middle)", as: goods.sessions[1], "\(name), page in the middle")
        return figures
    }

    private func time(_ path: String, as session: String, _ name: String) async throws -> [BenchReport.Figure] {
        let load = try await Load.run(
            server.url(path), connections: 1, seconds: 3,
            script: "wrk.headers['Cookie'] = '\(IdentityMiddleware.sessionCookie)=\(session)'")
        guard load.errors == 0 else { throw StoreError.unavailable("\(path) is refused") }
        return [
            BenchReport.Figure(name: "\(name), p50", value: load.p50, unit: "ms"),
            BenchReport.Figure(name: "\(name), p99", value: load.p99, unit: "ms"),
        ]
    }

    private func fillCart(of buyer: PersonID) async throws {
        let cart = AddToCart(market)
        for number in 0..<Carts.maximumLines {
            if number % 20 == 0 { ProgressLine.show("cart: \(number) of \(Carts.maximumLines) lines") }
            let line = try await CheckoutMarket.product(of: goods.shop, goods.category, market)
            try await cart(line.variant, quantity: 1, slate: nil, for: buyer)
        }
    }

    private func open(_ shop: ShopID, by owner: PersonID) async throws {
        let now = market.source.now
        try await market.store.write { [market] transaction in
            try market.shops.put(
                .init(id: shop, name: Localized(en: "Large"), about: Localized(en: ""), logo: nil, createdAt: now),
                in: transaction)
            try market.people.setStaff(owner, of: shop, role: .owner, in: transaction)
        }
    }

    /// Old orders, a second apart.
    ///
    /// - Returns: a cursor in their middle.
    private func sell(_ count: Int, at shop: ShopID) async throws -> String {
        let last = market.source.now
        var middle = ""
        for first in stride(from: 0, to: count, by: 500) {
            ProgressLine.show("orders: \(first) of \(count)")
            let numbers = first..<min(first + 500, count)
            let stretch = OldOrders(market, shop: shop, goods: goods, last: last)
            let cursor = try await market.store.write { transaction in
                try numbers.map { try stretch.add(count - $0, in: transaction) }.last
            }
            if numbers.contains(count / 2) { middle = cursor ?? "" }
        }
        ProgressLine.end()
        return middle
    }
}

/// Orders that were completed elsewhere.
private final class OldOrders: Sendable {
    private let market: Marketplace
    private let shop: ShopID
    private let goods: CheckoutMarket
    private let last: Instant

    init(_ market: Marketplace, shop: ShopID, goods: CheckoutMarket, last: Instant) {
        (self.market, self.shop, self.goods, self.last) = (market, shop, goods, last)
    }

    /// Adds the order that was placed `age` seconds before the last.
    ///
    /// - Returns: the cursor after it.
    func add(_ age: Int, in transaction: any Transaction) throws -> String {
        let price = Money(500, .cny)
        let line = OrderLine(
            id: market.source.identifier(), product: market.source.identifier(), variant: goods.hot.variant,
            quantity: 1,
            title: Localized(en: "Green tea", zh: "绿茶"), spec: Localized(en: "250 g"), image: nil, unitPrice: price,
            listAmount: nil, amount: price, reservation: nil, slate: nil)
        let (id, time) = (market.source.identifier(OrderKind.self), last - .seconds(age))
        _ = try market.orders.addImported(
            id, group: market.source.identifier(), shop: shop, buyer: goods.buyers[age % goods.buyers.count],
            state: .completed, lines: [line], currency: .cny, at: time, in: transaction)
        return Orders.Cursor(time: time, id: id).description
    }
}
