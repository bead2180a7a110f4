import Kernel
import NIOCore
import Testing

@testable import Webhooks

struct WebhookRuleTests {
    /// The example of the Standard Webhooks' own libraries.
    @Test func messagesAreSignedAsTheStandardSays() throws {
        let made = try WebhookSignature(
            #"{"test": 2432232314}"#, id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
            secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", at: Instant(milliseconds: 1_614_265_330_999))
        #expect(made.timestamp == "1614265330")
        #expect(made.signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
        #expect(throws: WebhookSignature.BadSecret.self) {
            try WebhookSignature("", id: "a", secret: "secret", at: Instant(milliseconds: 0))
        }
    }

    @Test(arguments: ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "198.20.0.1", "2606:4700::1111"])
    func theInternetCanBeReached(_ address: String) throws {
        #expect(InternetAddress.isPublic(try SocketAddress(ipAddress: address, port: 443)))
    }

    @Test(arguments: [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255",
        "192.0.0.8", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9",
        "224.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "fe80::1", "fc00::1",
        "fd12::1", "ff02::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1",
    ])
    func whatIsSetAsideCannot(_ address: String) throws {
        #expect(!InternetAddress.isPublic(try SocketAddress(ipAddress: address, port: 443)))
    }

    @Test(arguments: [
        "", "example.com", "http://example.com/", "ftp://example.com/", "https://", "https://me:pw@example.com/",
        "https://example.com/#top", "https://example.com/\(String(repeating: "a", count: 500))", "javascript:alert(1)",
    ])
    func otherAddressesAreRefused(_ url: String) {
        #expect(throws: InvalidField.self) { try WebhookTerms(url: url, topics: ["stock.ran_low"]) }
    }

    @Test func topicsAreKnownOnes() throws {
        let terms = try WebhookTerms(
            url: " https://example.com/in ", topics: ["stock.ran_low", "orders.order_changed", "stock.ran_low"])
        #expect(terms.url == "https://example.com/in")
        #expect(terms.topics == ["orders.order_changed", "stock.ran_low"])
        for topics in [[], ["people.person_changed"], ["stock.ran_low", "touchpoint"]] {
            #expect(throws: InvalidField.self) { try WebhookTerms(url: "https://example.com", topics: topics) }
        }
    }

    @Test func anAttemptIntoThisMachineIsNotMade() async throws {
        let signature = try WebhookSignature("{}", id: "a", secret: "whsec_AAAA", at: Instant(milliseconds: 0))
        for url in ["https://127.0.0.1:1/", "https://localhost:1/", "https://[::1]:1/", "https://169.254.169.254/"] {
            let outcome = await WebhookSender(mayReachPrivate: false).send("{}", to: url, signature)
            #expect(outcome == .init(wasTaken: false, text: "the host was not found, or is not on the internet"))
        }
    }
}
