import Crypto
import Foundation
import Kernel

/// The signature of a webhook: `t=SECONDS,v1=HEX[,v1=HEX…]`, HMAC-SHA256 over `SECONDS.BODY`
/// (https://docs.stripe.com/webhooks#verify-manually).
struct StripeSignature {
    /// How old a signed message may be. A kept one that is sent again later is refused.
    static let tolerance = Duration.seconds(300)

    private let time: Int64
    private let codes: [[UInt8]]

    /// - Throws: ``WebhookRefused`` for a header of another shape.
    init(header: String?) throws {
        let parts = (header ?? "").split(separator: ",").map { $0.split(separator: "=", maxSplits: 1) }
        let values = parts.filter { $0.count == 2 }.map { (name: $0[0], value: $0[1]) }
        guard let time = values.first(where: { $0.name == "t" }).flatMap({ Int64($0.value) }) else {
            throw WebhookRefused("the signature has no time.")
        }
        self.time = time
        codes = values.filter { $0.name == "v1" }.compactMap { [UInt8](hexadecimal: $0.value) }
    }

    /// - Throws: ``WebhookRefused`` unless one of the codes was made with `secret`, a short time ago.
    func check(_ body: String, secret: String, at now: Instant) throws {
        let signed = Data("\(time).\(body)".utf8)
        let key = SymmetricKey(data: Data(secret.utf8))
        // While a secret is exchanged for a new one, messages carry a code of each.
        let isKnown = codes.contains {
            HMAC<SHA256>.isValidAuthenticationCode($0, authenticating: signed, using: key)
        }
        guard isKnown else { throw WebhookRefused("the signature is wrong.") }
        let age = now.milliseconds - time * 1000
        guard abs(age) <= Self.tolerance.milliseconds else { throw WebhookRefused("the signature is too old.") }
    }
}
