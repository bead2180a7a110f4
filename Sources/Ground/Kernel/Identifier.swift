/// The kind of thing that an ``Identifier`` names.
public protocol IdentifierKind: Sendable {
    /// Lower-case letters before the underscore of the text form, for example `ord`.
    static var prefix: String { get }
}

/// A 128-bit identifier with a prefixed text form such as `ord_01jd3v8k3m9q4t0v6x2c5b7n8p`.
///
/// The first 48 bits are milliseconds since 1970, so identifiers made later sort later (the ULID layout,
/// <https://github.com/ulid/spec>); identifiers derived from imported data use all bits of a hash instead.
/// The text form is Crockford base 32, 26 digits, lower case, and sorts like the number.
public struct Identifier<Kind: IdentifierKind>: Hashable, Sendable, Comparable {
    /// The number behind the text.
    public let rawValue: UInt128

    /// Wraps a number that was read from an engine or derived from a hash.
    public init(rawValue: UInt128) {
        self.rawValue = rawValue
    }

    /// Reads the text form; `nil` when the prefix, a digit or the length is wrong.
    @inlinable
    public init?(_ text: some StringProtocol) {
        let read = text.utf8.withContiguousStorageIfAvailable { Self(utf8: $0) }
        guard let value = read ?? Array(text.utf8).withUnsafeBufferPointer({ Self(utf8: $0) }) else { return nil }
        self = value
    }

    // Every fact and row holds some of these: reading them must not cost more than what they name.
    @usableFromInline
    init?(utf8 bytes: UnsafeBufferPointer<UInt8>) {
        let prefix = Kind.prefix.utf8
        let start = prefix.count + 1
        guard bytes.count == start + CrockfordBase32.digits, bytes[start - 1] == UInt8(ascii: "_"),
            zip(prefix, bytes).allSatisfy({ $0 == $1 }),
            let value = CrockfordBase32.decode(bytes, from: start)
        else { return nil }
        rawValue = value
    }

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

extension Identifier: LosslessStringConvertible, Codable {
    /// The text form, `prefix_digits`.
    public var description: String {
        let prefix = Kind.prefix.utf8
        return String(unsafeUninitializedCapacity: prefix.count + 1 + CrockfordBase32.digits) { buffer in
            var end = buffer.update(fromContentsOf: prefix)
            buffer[end] = UInt8(ascii: "_")
            end += 1
            CrockfordBase32.write(rawValue, to: buffer, at: end)
            return end + CrockfordBase32.digits
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let value = Self(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "is not an identifier that starts with \(Kind.prefix)_")
        }
        self = value
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

enum CrockfordBase32 {
    static let digits = 26
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
    private static let values: [UInt8] = {
        var table = [UInt8](repeating: 255, count: 256)
        for (value, digit) in alphabet.enumerated() {
            table[Int(digit)] = UInt8(value)
            if digit >= UInt8(ascii: "a") { table[Int(digit) - 32] = UInt8(value) }
        }
        return table
    }()

    /// Writes the digits as ASCII.
    static func write(_ value: UInt128, to buffer: UnsafeMutableBufferPointer<UInt8>, at start: Int) {
        let alphabet = alphabet
        var rest = value
        for position in (start..<start + digits).reversed() {
            buffer[position] = alphabet[Int(truncatingIfNeeded: rest) & 31]
            rest >>= 5
        }
    }

    /// Reads 26 digits, or `nil` when one of them is none.
    static func decode(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> UInt128? {
        let values = values
        var seen: UInt8 = 0
        func number(_ positions: Range<Int>) -> UInt64 {
            var number: UInt64 = 0
            for position in positions {
                let digit = values[Int(bytes[start + position])]
                seen |= digit
                number = number << 5 | UInt64(digit & 31)
            }
            return number
        }
        let (high, middle, low) = (number(0..<2), number(2..<14), number(14..<26))
        // 26 digits hold 130 bits, so the first digit may only use three of its five. No digit has a bit above the fifth.
        guard seen < 32, high < 256 else { return nil }
        return UInt128(high) << 120 | UInt128(middle) << 60 | UInt128(low)
    }
}
