import Foundation
import Harness

/// A buyer and a shop with one of everything that can belong to them, made up front over the API.
struct Belongings {
    /// Texts that only the buyer and the shop may ever read.
    static let secrets = ["Wutong Alley 77", "13911112222", "zhenzhen@example.com", "The lid arrived broken"]

    let buyer: Caller
    let merchant: Caller
    let operates: Caller
    let shop: String
    /// An identifier for each prefix.
    private(set) var ids: [String: String] = [:]

    /// Identifiers that no stranger may be told.
    var privateIDs: [String] {
        ["ord", "cse", "qte", "ses", "tok", "pcl", "inb", "whs", "frt"].compactMap { ids[$0] }
    }

    /// Makes them at a shop of the small market's first merchant.
    init(_ server: Server, operator: Caller) async throws {
        (buyer, merchant, operates) = (Caller(server.address), Caller(server.address), `operator`)
        _ = try await buyer.signUp(Self.secrets[2])
        _ = try await merchant.signIn(SmallMarket.merchants[0], password: SmallMarket.password)
        let goods = try await buyer.goods()
        var found: String?
        for shop in Set(goods.map(\.shop)) where try await merchant.api("GET", "/shops/\(shop)/orders").status == 200 {
            found = shop
        }
        guard let shop = found else { throw HarnessProblem("The merchant has no shop.") }
        self.shop = shop
        let theirs = goods.filter { $0.shop == shop }
        ids = ["shp": shop, "prd": theirs[0].product, "var": theirs[0].variant]
        ids["slt"] = try await buyer.api("GET", "/feed?count=1")["slate"]
        ids["ses"] = try await buyer.api("GET", "/me/sessions").list("items").first?["id"] as? String
        try await make("tok", by: buyer, "/me/tokens", ["name": "t", "scopes": ["orders"]])
        try await makeAtTheShop(theirs[0])
        try await buy(theirs)
    }

    private mutating func makeAtTheShop(_ goods: Goods) async throws {
        let desk = "/shops/\(shop)"
        let time: [String: any Sendable] = [
            "startsAt": "2020-01-01T00:00:00.000Z", "endsAt": "2099-01-01T00:00:00.000Z",
        ]
        try await make("whs", by: merchant, "\(desk)/warehouses", ["name": "West", "region": "Sichuan"])
        let expected: [String: any Sendable] = ["variant": goods.variant, "expected": 9]
        try await make(
            "inb", by: merchant, "\(desk)/inbound-orders",
            ["lines": [expected], "reference": "PO 1", "warehouse": ids["whs"] ?? ""])
        let coupon: [String: any Sendable] = [
            "name": "5 off", "amount": 500, "currency": "CNY", "threshold": 1_000, "shopShare": 10_000,
            "platformShare": 0,
            "creatorShare": 0, "budget": 50_000, "uses": 100, "personLimit": 1, "zone": "Asia/Shanghai",
        ]
        try await make("cpn", by: merchant, "\(desk)/coupons", coupon.merging(time) { $1 })
        let offer: [String: any Sendable] = [
            "variant": goods.variant, "amount": goods.amount - 1, "zone": "Asia/Shanghai",
        ]
        try await make("ofr", by: merchant, "\(desk)/price-offers", offer.merging(time) { $1 })
        let session: [String: any Sendable] = [
            "title": "Tea tonight", "plannedAt": "2098-01-01T00:00:00.000Z", "products": [goods.product],
        ]
        try await make("lvs", by: merchant, "\(desk)/live", session)
        let lot: [String: any Sendable] = [
            "variant": goods.variant, "amount": goods.amount - 2, "total": 5, "buyerLimit": 1,
            "startsAt": "2098-01-01T00:00:00.000Z", "endsAt": "2098-01-01T01:00:00.000Z",
        ]
        try await make("flt", by: merchant, "\(desk)/flash-lots", lot)
        let zone: [String: any Sendable] = ["regions": ["Jilin"], "first": 1, "firstAmount": 0, "additional": 1]
        let template = "frt_0000000000000000000000000z"
        let body: [String: any Sendable] = [
            "name": "Standard", "measure": "piece", "currency": "CNY", "isDefault": false,
            "zones": [zone.merging(["additionalAmount": 0]) { $1 }],
        ]
        try await make("frt", by: merchant, "\(desk)/freight-templates/\(template)", body, method: "PUT", or: template)
    }

    /// One order on its way to a parcel, another with a case.
    private mutating func buy(_ goods: [Goods]) async throws {
        let quote: [String: any Sendable] = [
            "lines": [["variant": goods[1].variant, "quantity": 1] as [String: any Sendable]], "region": "Zhejiang",
        ]
        try await make("qte", by: buyer, "/quotes", quote)
        let complained = try await paid(goods[1])
        let units: [String: any Sendable] = ["line": complained.line, "quantity": 1]
        try await make(
            "cse", by: buyer, "/orders/\(complained.order)/after-sale-cases",
            ["kind": "refund", "reason": "damaged", "note": Self.secrets[3], "lines": [units]])
        let order = try await paid(goods[2])
        (ids["ord"], ids["lin"]) = (order.order, order.line)
        let note = try await buyer.api("POST", "/orders/\(order.order)/messages", ["text": Self.secrets[3]])
        let wave = try await merchant.api("POST", "/shops/\(shop)/pick-waves")
        let parcel = try await merchant.api("GET", "/orders/\(order.order)/parcels").list("items").first
        ids["pcl"] = parcel?["id"] as? String
        guard ids["pcl"] != nil, note.status < 300 else {
            throw HarnessProblem("No parcel was planned: \(wave.text) \(note.text)")
        }
    }

    private func paid(_ goods: Goods) async throws -> (order: String, line: String) {
        let address: [String: any Sendable] = [
            "name": "Zhenzhen", "phone": Self.secrets[1], "region": "Zhejiang", "city": "Hangzhou",
            "street": Self.secrets[0],
        ]
        let line: [String: any Sendable] = ["variant": goods.variant, "quantity": 2, "amount": goods.amount]
        let placed = try await buyer.api("POST", "/order-groups", ["lines": [line], "address": address])
        let order = try await buyer.pay(placed)
        guard let id = order["id"] as? String, let line = (order["lines"] as? [[String: Any]])?.first?["id"] as? String
        else { throw HarnessProblem("An order without lines: \(order)") }
        return (id, line)
    }

    private mutating func make(
        _ prefix: String, by caller: Caller, _ path: String, _ body: [String: any Sendable], method: String = "POST",
        or known: String? = nil
    ) async throws {
        let answer = try await caller.api(method, path, body)
        guard answer.status < 300, let id = known ?? answer["id"] else {
            throw HarnessProblem("\(path) made nothing: \(answer.status) \(answer.text)")
        }
        ids[prefix] = id
    }
}

extension Belongings {
    /// An identifier with the prefix: theirs, or one that nobody has.
    func id(_ prefix: String) -> String { ids[prefix] ?? "\(prefix)_00000000000000000000000009" }

    /// The path of a route with their things in it; `shop` stands in for their shop when it is given.
    func path(_ route: Route, at shop: String? = nil) -> String {
        var values: [String: String] = [:]
        for name in route.parameters { values[name] = id(AccessTable.owned[name] ?? AccessTable.shared[name] ?? "xxx") }
        if let shop { values["shop"] = shop }
        return route.path(values)
    }

    /// The example of a route's body with their things in it.
    func body(_ route: Route) throws -> Data? {
        guard let example = route.example else { return nil }
        let json = try JSONSerialization.jsonObject(with: example, options: .fragmentsAllowed)
        return try JSONSerialization.data(withJSONObject: filled(json), options: .fragmentsAllowed)
    }

    private func filled(_ json: Any) -> Any {
        switch json {
        case let object as [String: Any]: Self.acceptable(object.mapValues(filled))
        case let list as [Any]: list.map(filled)
        case let text as String: text.count == 30 && text.dropFirst(3).first == "_" ? id(String(text.prefix(3))) : text
        default: json
        }
    }

    /// Prices below the present ones and times to come, and one kind of discount, so that nothing but ownership is
    /// left to refuse.
    private static func acceptable(_ object: [String: Any]) -> [String: Any] {
        var object = object
        if object["threshold"] != nil { (object["rate"], object["ceiling"], object["creator"]) = (nil, nil, nil) }
        if object["amount"] is Int { object["amount"] = 100 }
        // Whoever asks with the right password is gone and asks nothing more.
        if object["password"] != nil { object["password"] = "not the right one" }
        if object["startsAt"] != nil { object["startsAt"] = "2098-01-01T00:00:00.000Z" }
        if object["endsAt"] != nil { object["endsAt"] = "2098-01-01T01:00:00.000Z" }
        return object
    }

    /// Everything that the owners and the operators read, by route; what changes by itself is left out.
    func view(_ routes: [Route]) async throws -> [String: String] {
        var view: [String: String] = [:]
        for (name, caller) in [("buyer", buyer), ("shop", merchant), ("operator", operates)] {
            for route in routes where !route.isUnsafe && route.needsPerson && !changesByItself(route) {
                if name == "operator" && route.access == "person" { continue }
                let answer = try await caller.send("GET", path(route))
                if answer.status == 200 { view["\(name) \(route.path)"] = Self.ordered(answer) }
            }
        }
        // What everybody is asked to pay.
        let product = try await operates.api("GET", "/products/\(id("prd"))")
        view["everybody /products"] = Self.ordered(product)
        return view
    }

    /// Everything about a person says when it was read, and in which order it was found.
    private func changesByItself(_ route: Route) -> Bool { route.path.hasSuffix("/me/data") }

    /// The text of an answer, its JSON members in the order of their names.
    private static func ordered(_ answer: Answer) -> String {
        guard let json = try? JSONSerialization.jsonObject(with: answer.body),
            let data = try? JSONSerialization.data(withJSONObject: json, options: .sortedKeys)
            // A snapshot of stock says in each line when it was taken.
        else { return answer.text.replacing(/(?m)^20[0-9T:.-]+Z,/, with: "") }
        return String(decoding: data, as: UTF8.self)
    }
}
