import Hummingbird
import HummingbirdTesting
import Testing

@testable import Sites

/// Somebody takes their data along and goes, through the pages.
struct PersonalDataPagesTests {
    @Test func somebodyGoesForGood() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { client in
            let browser = Browser(client)
            #expect(try await browser.get("/me/data").status != .ok, "it is for somebody")
            try await browser.signUp("Goodbye")
            let page = try await browser.get("/me/data")
            #expect(page.text.contains("/api/v1/me/data") && page.text.contains("can’t be undone"))
            #expect(try await browser.get("/me/data", language: "zh").text.contains("注销账号"))
            let unsure = try await browser.post("/me/deletion", [("password", "correct horse")])
            #expect(unsure.status == .unprocessableContent)
            let wrong = try await browser.post("/me/deletion", [("password", "wrong"), ("sure", "1")])
            #expect(wrong.status == .forbidden && wrong.text.contains("not your password"))
            #expect(try await browser.get("/me").text.contains("Goodbye"))
            let fields = [("password", "correct horse"), ("sure", "1"), ("key", "k")]
            #expect(try await browser.post("/me/deletion", fields).location == "/me?deleted=1")
            let gone = try await browser.get("/me?deleted=1")
            #expect(gone.text.contains("Your account and your data are deleted") && !gone.text.contains("Goodbye"))
        }
    }

    @Test func whoeverHasOrdersUnderWayIsToldWhatToDo() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { client in
            let browser = Browser(client)
            _ = try await AfterSalePagesTests.buy(site, browser)
            let page = try await browser.get("/me/data")
            #expect(page.text.contains("orders on their way") && !page.text.contains("Delete for good"))
            let refused = try await browser.post(
                "/me/deletion", [("password", "correct horse"), ("sure", "1"), ("key", "k")])
            #expect(refused.status == .conflict)
            #expect(try await browser.get("/me").text.contains("Lin"))
        }
    }
}
