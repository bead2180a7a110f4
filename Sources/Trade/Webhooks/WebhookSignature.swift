import Crypto
import Foundation
import Kernel

/// The headers of a signed message, by the Standard Webhooks specification: HMAC-SHA256 with the decoded secret over
/// `NUMBER.SECONDS.BODY`, in base64
/// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
struct WebhookSignature: Sendable, Equatable {
    /// The secret is not `whsec_` and base64.
    struct BadSecret: Error {}

    /// `webhook-id`.
    let id: String
    /// `webhook-timestamp`, seconds since 1970.
    let timestamp: String
    /// `webhook-signature`.
    let signature: String

    /// - Throws: ``BadSecret``.
    init(_ body: String, id: String, secret: String, at now: Instant) throws {
        guard secret.hasPrefix("whsec_"), let key = Data(base64Encoded: String(secret.dropFirst(6))) else {
            throw BadSecret()
        }
        self.id = id
        timestamp = String(now.milliseconds / 1000)
        let code = HMAC<SHA256>.authenticationCode(
            for: Data("\(id).\(timestamp).\(body)".utf8), using: SymmetricKey(data: key))
        signature = "v1," + Data(code).base64EncodedString()
    }
}
