import Flows
import Hummingbird
import HummingbirdTesting
import Kernel
import Orders
import Testing
import Warehouse

@testable import Sites

/// Stock, warehouses, parcels and messages through the pages of a shop and its buyer.
struct WarehousePagesTests {
    @Test func aClerkChangesStockAndReadsItsHistory() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { client in
            let (shop, stranger) = (Browser(client), Browser(client))
            try await AfterSalePagesTests.employ(shop, at: site)
            try await stranger.signUp("Eve")
            let path = "/shop-desk/\(site.shop)/stock"
            let variant = site.teaVariants[0]
            let list = try await shop.get(path)
            #expect(list.status == .ok && list.text.contains("Green tea") && list.text.contains("Can be sold"))
            for page in [
                path, "\(path)/movements", "\(path).csv", "/shop-desk/\(site.shop)/warehouses",
                "/shop-desk/\(site.shop)/parcels",
            ] {
                #expect(try await shop.get(page).status == .ok, "\(page)")
                #expect(try await shop.get(page, language: "zh").status == .ok, "\(page)")
                #expect(try await stranger.get(page).status == .notFound, "\(page)")
            }
            _ = try await shop.get(path)
            let fields = [
                ("quantity", "-2"), ("reason", "damaged"), ("note", "<i>wet</i>"), ("title", "Tea"), ("key", "k"),
            ]
            let done = try await shop.post("\(path)/\(variant)/adjustment", fields)
            #expect(done.text.contains("3 lie there now"))
            _ = try await shop.post("\(path)/\(variant)/adjustment", fields)
            let history = try await shop.get("\(path)/movements?variant=\(variant)").text
            #expect(history.contains("Damaged") && history.contains("&lt;i&gt;wet") && history.contains("-2"))
            #expect(try await site.market.stock.available([variant])[variant] == 3, "a double click takes once")
            let wrong = try await shop.post(
                "\(path)/\(variant)/adjustment", [("quantity", "-9"), ("reason", "lost"), ("title", "Tea")])
            #expect(wrong.status == .conflict && wrong.text.contains("Only 3 units"))
            let sign = try await shop.post(
                "\(path)/\(variant)/adjustment", [("quantity", "9"), ("reason", "lost"), ("title", "Tea")])
            #expect(sign.status == .unprocessableContent)
            #expect(try await shop.post("\(path)/\(variant)/count", [("quantity", "7")]).text.contains("7 lie there"))
            _ = try await shop.post("\(path)/\(variant)/threshold", [("quantity", "7")])
            #expect(try await shop.get("\(path)?low=true").text.contains(variant.description))
            _ = try await stranger.get("/me")
            #expect(try await stranger.post("\(path)/\(variant)/count", [("quantity", "1")]).status == .notFound)
        }
    }

    @Test func warehousesGoodsThatComeAndGoodsThatMove() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { client in
            let shop = Browser(client)
            try await AfterSalePagesTests.employ(shop, at: site)
            let path = "/shop-desk/\(site.shop)/warehouses"
            let variant = site.teaVariants[0].description
            _ = try await shop.get(path)
            #expect(try await shop.post("\(path)/add", [("name", "West"), ("region", "四川")]).location == path)
            let places = try await site.market.warehouses.all(of: site.shop)
            try #require(places.map(\.name) == ["", "West"])
            let (home, west) = (places[0].id.description, places[1].id.description)
            let move = [("variant", variant), ("from", home), ("to", west), ("quantity", "2")]
            #expect(try await shop.post("\(path)/transfer", move).location == path)
            let tooMuch = try await shop.post("\(path)/transfer", move.dropLast() + [("quantity", "40")])
            #expect(tooMuch.status == .conflict && tooMuch.text.contains("Only 3 units"))
            let expected = [("reference", "PO 7"), ("variant", variant), ("warehouse", west), ("quantity", "10")]
            #expect(try await shop.post("\(path)/expect", expected).location == path)
            let inbound = try #require(try await site.market.warehouses.inbounds(of: site.shop, limit: 5).first)
            #expect(try await shop.get(path).text.contains("PO 7"))
            let came = [("inbound", "\(inbound.id)"), ("variant", variant), ("received", "9"), ("damaged", "1")]
            #expect(try await shop.post("\(path)/receive", came).location == path)
            #expect(try await shop.post("\(path)/close", [("inbound", "\(inbound.id)")]).location == path)
            #expect(try await site.market.stock.available([site.teaVariants[0]])[site.teaVariants[0]] == 14)
        }
    }

    @Test func aParcelIsScannedPackedAndHandedOver() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { client in
            let (buyer, shop) = (Browser(client), Browser(client))
            try await AfterSalePagesTests.employ(shop, at: site)
            let order = try await AfterSalePagesTests.buy(site, buyer)
            let path = "/shop-desk/\(site.shop)/parcels"
            _ = try await shop.get(path)
            #expect(try await shop.post(path, []).text.contains("Orders that have parcels now: 1."))
            let parcel = try #require(
                try await site.market.warehouses.openShipments(of: site.shop, limit: 5).first)
            let page = "/parcels/\(parcel.id)"
            #expect(try await shop.get(page).text.contains("autofocus"))
            #expect(try await buyer.get(page).status == .notFound)
            _ = try await shop.get(page)
            let wrong = try await shop.post("\(page)/scan", [("code", "<b>")])
            #expect(wrong.status == .conflict && wrong.text.contains("“&lt;b&gt;” is not in this parcel"))
            for _ in 0..<parcel.lines[0].quantity {
                #expect(try await shop.post("\(page)/scan", [("code", "\(parcel.lines[0].variant)")]).location == page)
            }
            #expect(try await shop.get(page).text.contains("Picked"))
            #expect(try await shop.post("\(page)/pack", []).location == page)
            #expect(try await shop.post("\(page)/dispatch", [("carrier", ""), ("tracking", "SF1")]).status.code == 422)
            #expect(try await shop.post("\(page)/dispatch", [("carrier", "SF"), ("tracking", "SF1")]).location == page)
            let seen = try await buyer.get("/orders/\(order.id)").text
            #expect(seen.contains("SF1") && seen.contains("Parcel"))
            #expect(try await site.market.orders.order(order.id)?.state == .shipped)
            #expect(try await shop.get("/shop-desk/\(site.shop)/orders").text.contains("SF1"))
        }
    }

    @Test func anOpenCaseIsALineAboveTheQueue() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { client in
            let (buyer, shop) = (Browser(client), Browser(client))
            try await AfterSalePagesTests.employ(shop, at: site)
            let order = try await AfterSalePagesTests.buy(site, buyer)
            _ = try await buyer.get("/orders/\(order.id)/after-sale")
            _ = try await buyer.post(
                "/orders/\(order.id)/after-sale",
                [("kind", "refund"), ("reason", "changedMind"), ("quantity-\(order.lines[0].id)", "1")])
            let queue = "/shop-desk/\(site.shop)/orders"
            _ = try await shop.get(queue)
            let refused = try await shop.post(
                "\(queue)/\(order.id)/ship", [("carrier", "SF"), ("tracking", "1")])
            #expect(refused.status == .conflict)
            #expect(refused.text.contains("open case about these goods") && refused.text.contains("Ship many"))
        }
    }

    @Test func buyerAndShopTalkAndNobodyElse() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { client in
            let (buyer, shop, stranger) = (Browser(client), Browser(client), Browser(client))
            try await AfterSalePagesTests.employ(shop, at: site)
            try await stranger.signUp("Eve")
            let order = try await AfterSalePagesTests.buy(site, buyer)
            let path = "/orders/\(order.id)/messages"
            _ = try await buyer.get(path)
            #expect(try await buyer.post(path, [("text", "When?\n<script>x</script>")]).location == path)
            #expect(try await shop.get("/shop-desk/\(site.shop)/orders").text.contains("1 unread"))
            let seen = try await shop.get(path).text
            #expect(seen.contains("&lt;script&gt;x") && !seen.contains("<script>x"))
            #expect(try await !shop.get("/shop-desk/\(site.shop)/orders").text.contains("1 unread"))
            _ = try await shop.get(path)
            #expect(try await shop.post(path, [("text", "Tomorrow")]).location == path)
            #expect(try await buyer.get("/orders/\(order.id)").text.contains("1 unread"))
            #expect(try await buyer.get(path).text.contains("Tomorrow"))
            #expect(try await stranger.get(path).status == .notFound)
            #expect(try await stranger.post(path, [("text", "me too")]).status == .notFound)
            _ = try await buyer.get(path)
            let long = String(repeating: "长", count: 1_001)
            let refused = try await buyer.post(path, [("text", long)])
            #expect(refused.status == .unprocessableContent && refused.text.contains(long), "what was typed stays")
            // On a slow machine the limit refills while messages are sent, so it takes more of them.
            var status = 0
            for _ in 0..<100 where status != 429 {
                _ = try await buyer.get(path)
                status = try await buyer.post(path, [("text", "again")]).status.code
            }
            #expect(status == 429)
        }
    }
}
