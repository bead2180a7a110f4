import Foundation

/// A variant with what it costs.
public struct Goods: Sendable {
    public let product: String
    public let variant: String
    public let shop: String
    public let amount: Int64
}

extension Caller {
    /// Every variant of the small market, in the order of the search.
    public func goods() async throws -> [Goods] {
        var goods: [Goods] = []
        for product in try await api("GET", "/search?limit=60").list("products") {
            guard let id = product["id"] as? String else { continue }
            let detail = try await api("GET", "/products/\(id)")
            let shop = (detail.json["shop"] as? [String: Any])?["id"] as? String ?? ""
            for variant in detail.list("variants") {
                guard let name = variant["id"] as? String,
                    let amount = variant["amount"] as? Int64 ?? (variant["amount"] as? Int).map(Int64.init)
                else { continue }
                goods.append(Goods(product: id, variant: name, shop: shop, amount: amount))
            }
        }
        return goods
    }

    /// Orders goods.
    public func order(_ goods: [Goods], quantity: Int64 = 1, key: String? = nil) async throws -> Answer {
        let lines: [[String: any Sendable]] = goods.map {
            ["variant": $0.variant, "quantity": quantity, "amount": $0.amount]
        }
        let address: [String: any Sendable] = [
            "name": "Lin", "phone": "13900000000", "region": "Zhejiang", "city": "Hangzhou",
            "street": "1 West Lake Road",
        ]
        return try await api("POST", "/order-groups", ["lines": lines, "address": address], key: key)
    }

    /// Pays for what was placed, at the test provider.
    ///
    /// - Returns: the order that is paid then.
    public func pay(_ placed: Answer) async throws -> [String: Any] {
        guard let payment = placed["payment"] else { throw HarnessProblem("Nothing was placed: \(placed.text)") }
        let page = try await send("GET", "/test-provider/\(payment)").text
        let token = page.firstMatch(of: /name="form_token" value="([^"]*)"/)?.1 ?? ""
        let answer = try await send(
            "POST", "/test-provider/\(payment)", body: Data("decision=pay&form_token=\(token)".utf8),
            headers: ["Content-Type": "application/x-www-form-urlencoded"])
        for _ in 0..<200 {
            if let order = try await orders().first, order["state"] as? String == "paid" { return order }
        }
        throw HarnessProblem("The order is not paid: \(answer.status) \(answer.text)")
    }

    /// Every order of the caller, over all pages.
    public func orders() async throws -> [[String: Any]] {
        var all: [[String: Any]] = []
        var next: String?
        repeat {
            let page = try await api("GET", "/orders" + (next.map { "?cursor=\($0)" } ?? ""))
            guard page.status == 200 else { throw HarnessProblem("The orders can't be read: \(page.text)") }
            all += page.list("items")
            next = page["next"]
        } while next != nil
        return all
    }
}
