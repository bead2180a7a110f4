import Crypto
import CryptoExtras
import Dispatch
import Foundation
import Kernel

/// Hashes passwords with scrypt (RFC 7914), off the cooperative pool, two at a time at most.
struct Passwords: Sendable {
    private let rounds: Int
    private let source: Source
    private let queue = DispatchQueue(label: "quanyu.passwords", attributes: .concurrent)
    private let slots = DispatchSemaphore(value: 2)

    init(rounds: Int, source: Source) {
        self.rounds = rounds
        self.source = source
    }

    /// `scrypt$N$r$p$salt$hash` with salt and hash in base 64.
    func hash(_ password: String) async throws -> String {
        let salt = Data(source.secret(bytes: 16).utf8)
        let hash = try await derive(password, salt: salt, rounds: rounds)
        return "scrypt$\(rounds)$8$1$\(salt.base64EncodedString())$\(hash.base64EncodedString())"
    }

    /// Whether `password` made `stored`. With no stored hash the same time passes and the answer is no, so that nobody
    /// learns from the clock which addresses have accounts.
    func verify(_ password: String, against stored: String?) async throws -> Bool {
        let parts = (stored ?? "").split(separator: "$")
        guard parts.count == 6, let rounds = Int(parts[1]), let salt = Data(base64Encoded: String(parts[4])),
            let expected = Data(base64Encoded: String(parts[5]))
        else {
            _ = try await derive(password, salt: Data(repeating: 0, count: 16), rounds: rounds)
            return false
        }
        let hash = try await derive(password, salt: salt, rounds: rounds)
        return hash.count == expected.count && zip(hash, expected).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private func derive(_ password: String, salt: Data, rounds: Int) async throws -> Data {
        try await withCheckedThrowingContinuation { continuation in
            queue.async {
                slots.wait()
                defer { slots.signal() }
                continuation.resume(
                    with: Result {
                        let key = try KDF.Scrypt.deriveKey(
                            from: Data(password.precomposedStringWithCompatibilityMapping.utf8), salt: salt,
                            outputByteCount: 32, rounds: rounds, blockSize: 8, parallelism: 1)
                        return key.withUnsafeBytes { Data($0) }
                    })
            }
        }
    }
}

/// What is kept of a session's or token's secret: worthless to whoever steals the table.
func digest(_ secret: String) -> String {
    SHA256.hash(data: Data(secret.utf8)).hexadecimal
}
