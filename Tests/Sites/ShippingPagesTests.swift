import Flows
import Hummingbird
import HummingbirdTesting
import Kernel
import Orders
import Testing

@testable import Sites

/// A shop ships many orders at once.
struct ShippingPagesTests {
    @Test func linesShipWhatTheyCanAndSayWhatTheyCanNot() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { client in
            let (buyer, shop) = (Browser(client), Browser(client))
            try await AfterSalePagesTests.employ(shop, at: site)
            let order = try await AfterSalePagesTests.buy(site, buyer)
            let (queue, path) = ("/shop-desk/\(site.shop)/orders", "/shop-desk/\(site.shop)/shipments")
            #expect(try await shop.get(queue).text.contains("Ship many"))
            let lines = "order,carrier,tracking\n\(order.id)\tSF\tSF 1\n\nord_nonsense,SF,SF2\n"
            let done = try await shop.post(path, [("lines", lines)])
            #expect(done.text.contains("1 of 2 shipped.") && done.text.contains("is not the number of an order"))
            // What failed stays in the box, what left does not.
            #expect(done.text.contains("ord_nonsense, SF, SF2</textarea>"))
            let shipped = try #require(try await site.market.orders.order(order.id))
            #expect(shipped.state == .shipped && shipped.carrier == "SF" && shipped.tracking == "SF 1")
            // The same parcel again is no problem; another number for it is.
            #expect(try await shop.post(path, [("lines", "\(order.id),SF,SF 1")]).text.contains("1 of 1 shipped."))
            #expect(try await shop.post(path, [("lines", "\(order.id),SF,SF 9")]).text.contains("0 of 1 shipped."))
            let broken = try await shop.post(path, [("lines", "\(order.id) SF")])
            #expect(broken.status == .unprocessableContent && broken.text.contains("line 1 is not"))
            _ = try await buyer.get("/me")
            #expect(try await buyer.post(path, [("lines", lines)]).status == .notFound)
        }
    }
}
