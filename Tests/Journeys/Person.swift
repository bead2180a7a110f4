import Foundation
import Harness
import Testing

/// A person in front of a browser: the steps of the journeys.
struct Person {
    let browser: Browser
    let email: String

    /// Looks at the page: nothing is wider than the screen, nothing failed, there is one main heading.
    func looks(_ name: String) async throws {
        try await browser.find("main h1")
        try await browser.screenshot(name)
        if browser.look.runsScript {
            let width = try #require(try await browser.number("document.documentElement.scrollWidth"))
            #expect(width <= Double(browser.look.width), "\(name) is \(width) px wide on \(browser.look.width) px")
            let headings = try await browser.number("document.querySelectorAll('h1').length")
            #expect(headings == 1, "\(name) has \(headings ?? 0) main headings")
        }
        let errors = try await browser.consoleErrors()
        #expect(errors.isEmpty, "\(name): \(errors)")
    }

    /// Opens the feed and asks why its first item stands there.
    func readsFeed() async throws {
        try await browser.go("/")
        try await browser.find("[data-slot]")
        try await looks("feed")
        let slots = try await browser.all("[data-slot]")
        #expect(slots.count >= 3)
        let why = try #require(try await browser.attribute("href", of: "[data-slot] .why a"))
        if browser.look.runsScript {
            try await browser.click("[data-slot] details.menu summary")
            let reason = try await eventually("a reason is shown in the menu") {
                let text = try await browser.text("[data-slot] .menu-body")
                return text.split(separator: "\n").count >= 3 ? text : nil
            }
            #expect(!reason.isEmpty)
        }
        try await browser.go(URL(string: why)?.path ?? why)
        #expect(try await browser.text(".reasons li").count > 5)
        try await looks("why")
    }

    /// Searches and opens the first hit.
    func searches(_ words: String, expecting title: String) async throws {
        try await browser.go("/search")
        try await looks("search")
        try await browser.type(words + "\u{E007}", into: "form.search input[name=q]")
        try await browser.arrives("a search") { $0.contains("q=") }
        #expect(try await browser.text(".grid .card-title") == title)
        try await looks("results")
        try await browser.click(".grid .card-link")
        try await browser.arrives("a product") { $0.contains("/products/") }
        #expect(try await browser.text(".product-info h1") == title)
        try await looks("product")
    }

    /// Puts the product that is shown into the cart and goes there.
    func fillsCart(with title: String) async throws {
        try await browser.click("form.buy .buy-bar button:not([name])")
        try await browser.click("[data-toasts] a[href='/cart'], .message--good a[href='/cart']")
        try await browser.arrives("the cart") { $0.hasSuffix("/cart") }
        #expect(try await browser.text(".line .line-title") == title)
        try await looks("cart")
    }

    /// Goes to the checkout as a visitor and makes an account on the way.
    func signsUpAtCheckout() async throws {
        try await browser.click("aside.summary a.button")
        try await browser.arrives("the door") { $0.contains("/sign-in") }
        try await looks("sign-in")
        try await browser.click("main a[href^='/sign-up']")
        try await browser.type("Lin", into: "#name")
        try await browser.type(email, into: "#email")
        try await browser.type("correct horse", into: "#password")
        try await looks("sign-up")
        try await browser.click("main form.stack button")
        try await browser.arrives("the checkout") { $0.contains("/checkout") }
    }

    /// Fills in the address, orders and pays on the provider's page.
    func ordersAndPays(for title: String) async throws {
        #expect(try await browser.text("form.checkout .line-title") == title)
        let address = [
            "name": "Lin", "phone": "13900000000", "region": "Zhejiang", "city": "Hangzhou",
            "street": "1 West Lake Road",
        ]
        for (field, value) in address { try await browser.type(value, into: "form.checkout #\(field)") }
        try await looks("checkout")
        try await browser.click("form.checkout aside button")
        try await browser.arrives("the provider") { $0.contains("/test-provider/") }
        try await looks("provider")
        try await browser.click("button[name=decision][value=pay]")
        try await browser.find(".result-sign--good")
        try await looks("paid")
        try await browser.click(".result-orders a")
        try await browser.find(".section-head .state--paid")
        #expect(try await browser.text("address").contains("1 West Lake Road, Hangzhou"))
        try await looks("order")
    }

    /// Cancels the order that is shown.
    func cancels() async throws {
        try await browser.click("details.cancel summary")
        try await browser.click("details.cancel button.button--danger")
        try await browser.find(".section-head .state--cancelled")
        try await looks("cancelled")
    }

    /// Signs in at the door and goes on to `next`.
    func signsIn(password: String, next: String) async throws {
        try await browser.go("/sign-in?next=\(next)")
        try await browser.type(email, into: "#email")
        try await browser.type(password, into: "#password")
        try await browser.click("main form.stack button")
        try await browser.arrives(next) { $0.hasSuffix(next) && !$0.contains("/sign-in") }
    }
}
