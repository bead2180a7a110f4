import Foundation
import HTTP
import Hummingbird
import HummingbirdTesting
import Kernel
import People
import Testing

@testable import Sites

/// An owner runs the staff with a browser that runs no script, and reads what they did.
struct StaffPagesTests {
    @Test func anOwnerAddsChangesAndRemovesSomebody() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { try await Self.run(site, $0) }
    }

    static func run(_ site: Site, _ client: any TestClientProtocol) async throws {
        let (owner, helper) = (Browser(client), Browser(client))
        try await employ(owner, as: .owner, at: site)
        let email = "\(UUID().uuidString.lowercased())@example.com"
        _ = try await helper.get("/sign-up")
        _ = try await helper.post("/sign-up", [("name", "Bo <b>"), ("email", email), ("password", "correct horse")])
        let path = "/shop-desk/\(site.shop)/staff"
        _ = try await owner.get(path)
        let nobody = try await owner.post(path, [("email", "no@example.com"), ("role", "goods"), ("key", "a")])
        #expect(nobody.status == .unprocessableContent && nobody.text.contains("id=\"email-error\""))
        let fields = [("email", email.uppercased()), ("role", "goods"), ("key", "b")]
        #expect(try await owner.post(path, fields).status == .seeOther)
        #expect(try await owner.post(path, fields).status == .seeOther, "a double click")
        let page = try await owner.get(path)
        #expect(page.text.contains("Bo &lt;b&gt;") && page.text.contains("keep goods"))
        let helperID = try #require(try await site.market.store.read { try People.person(email: email, in: $0) })
        _ = try await helper.get("/me")
        #expect(try await helper.get("/shop-desk/\(site.shop)/goods/new").status == .ok)
        #expect(try await helper.get(path).status == .forbidden)
        #expect(try await owner.post("\(path)/\(helperID)", [("role", "viewer")]).status == .seeOther)
        #expect(try await helper.get("/shop-desk/\(site.shop)/goods/new").status == .forbidden)
        // The last owner stays.
        let members = try await site.market.store.read { [shop = site.shop] in try People.staff(of: shop, in: $0) }
        let ownerID = try #require(members.first { $0.role == .owner }?.person)
        let last = try await owner.post("\(path)/\(ownerID)/remove", [])
        #expect(last.status == .conflict && last.text.contains("needs an owner"))
        #expect(try await owner.post("\(path)/\(helperID)/remove", []).status == .seeOther)
        #expect(try await helper.get("/shop-desk/\(site.shop)/goods").status == .notFound)
        let trail = try await owner.get("/shop-desk/\(site.shop)/trail")
        for words in ["Staff added", "Part changed", "Staff removed", "goods → viewer"] {
            #expect(trail.text.contains(words), "\(words)")
        }
        let some = try await owner.get("/shop-desk/\(site.shop)/trail?action=staffRemoved&from=2020-01-01&person=")
        #expect(
            some.text.matches(of: /<strong>Staff removed/).count == 1 && !some.text.contains("<strong>Part changed"))
        #expect(try await owner.get("/shop-desk/\(site.shop)/trail?until=2020-01-01").text.contains("Nothing fits"))
    }

    /// Makes an account that has a part in the shop.
    static func employ(_ browser: Browser, as role: ShopRole, at site: Site) async throws {
        _ = try await browser.get("/sign-up")
        let email = "\(UUID().uuidString.lowercased())@example.com"
        _ = try await browser.post("/sign-up", [("name", "Mei"), ("email", email), ("password", "correct horse")])
        try await site.market.store.write { transaction in
            guard let person = try People.person(email: email, in: transaction) else { throw NotFound("person") }
            try site.market.people.setStaff(person, of: site.shop, role: role, in: transaction)
        }
        _ = try await browser.get("/me")
    }
}
