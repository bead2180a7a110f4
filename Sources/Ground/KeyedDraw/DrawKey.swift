import Crypto
import Foundation

/// Draws by keyed hash: the same unit always the same, nobody can foretell it without the key, and nothing is stored.
///
/// The hash is HMAC-SHA-256 cut to 64 bits. Each question ("which arm of this experiment", "who is asked this week") has a
/// label of its own, so that its answers are independent of those to every other question.
public struct DrawKey: Sendable {
    /// Basis points of a whole.
    public static let whole = 10_000

    private let key: SymmetricKey

    /// A key from a secret that every node shares.
    public init(secret: String) { key = SymmetricKey(data: Data(secret.utf8)) }

    /// 64 bits that say nothing about those of another label or unit.
    public func hash(_ label: String, _ unit: UInt128) -> UInt64 {
        var mac = HMAC<SHA256>(key: key)
        mac.update(data: Data(label.utf8))
        withUnsafeBytes(of: unit.littleEndian) { mac.update(data: $0) }
        // A code is 32 bytes; its first eight are as good as any.
        return mac.finalize().withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    }

    /// A bucket, 0 ..< ``whole``; each is equally likely to 1 in 10¹⁵.
    public func bucket(_ label: String, _ unit: UInt128) -> Int {
        Int(hash(label, unit).multipliedFullWidth(by: UInt64(Self.whole)).high)
    }
}
