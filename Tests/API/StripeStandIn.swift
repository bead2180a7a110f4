import Foundation
import Harness

/// localstripe with Checkout pages (StripeStandIn/stand_in.py) on a port of its own.
final class StripeStandIn: Sendable {
    static let secret = "whsec_stand_in"
    static let good = "4242424242424242"
    static let declined = "4000000000000002"
    /// A Python that has localstripe, or `nil`.
    static let python = ProcessInfo.processInfo.environment["QUANYU_TEST_STRIPE_PYTHON"]

    let address: String
    private let child: Child
    private let caller: Caller

    private init(_ address: String, _ child: Child) {
        self.address = address
        self.child = child
        caller = Caller(address, token: "sk_test_stand_in")
    }

    /// Starts one that sends webhooks to `url`.
    static func start(callingBack url: String) async throws -> StripeStandIn {
        guard let python else { throw HarnessProblem("QUANYU_TEST_STRIPE_PYTHON is not set.") }
        let port = try freePort()
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "StripeStandIn/stand_in.py")
        let child = try Child(
            python, [script.path, "--port", "\(port)", "--from-scratch"],
            output: NSTemporaryDirectory() + "quanyu-stripe-\(port).log")
        let standIn = StripeStandIn("http://127.0.0.1:\(port)", child)
        _ = try await eventually("the stand-in answers") {
            if let end = child.end { throw HarnessProblem("The stand-in ended (\(end)): \(child.output)") }
            return (try? await standIn.caller.send("GET", "/v1/balance"))?.status == 200 ? true : nil
        }
        let webhook = try JSONSerialization.data(withJSONObject: ["url": url, "secret": secret])
        _ = try await standIn.caller.send("POST", "/_config/webhooks/1", body: webhook)
        return standIn
    }

    /// The buyer fills in the Checkout page.
    func pay(_ page: String, card: String) async throws {
        guard page.hasPrefix(address) else { throw HarnessProblem("\(page) is no page of the stand-in.") }
        _ = try await caller.send(
            "POST", String(page.dropFirst(address.count)), body: Data("card=\(card)".utf8),
            headers: ["Content-Type": "application/x-www-form-urlencoded"])
    }

    /// Numbers of the messages so far.
    func events() async throws -> [String] {
        try await caller.send("GET", "/v1/events?limit=100").list("data").compactMap { $0["id"] as? String }
    }

    func resend(_ event: String) async throws { _ = try await caller.send("POST", "/_config/resend/\(event)") }

    func silence() async throws { _ = try await caller.send("POST", "/_config/silence") }

    func stop() async throws {
        child.send(SIGKILL)
        _ = try await child.ended()
    }
}
