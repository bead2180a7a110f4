/// A currency by its ISO 4217 code.
public struct Currency: Hashable, Sendable, Codable, LosslessStringConvertible {
    /// Three upper-case letters.
    public let code: String

    /// Reads a code; `nil` unless it is three upper-case ASCII letters.
    public init?(_ code: String) {
        guard code.utf8.count == 3, code.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) })
        else {
            return nil
        }
        self.code = code
    }

    private init(known code: String) { self.code = code }

    /// Chinese yuan (minor unit 分).
    public static let cny = Currency(known: "CNY")
    /// United States dollar (minor unit cent).
    public static let usd = Currency(known: "USD")

    public var description: String { code }

    /// Digits after the decimal point (ISO 4217 exponent).
    public var exponent: Int {
        switch code {
        case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF",
            "XPF":
            0
        case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND": 3
        default: 2
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let value = Self(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "is not an ISO 4217 code")
        }
        self = value
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(code)
    }
}

/// What can go wrong in money arithmetic.
public enum MoneyError: Error, Equatable {
    /// Two currencies met in one sum.
    case currencyMismatch(Currency, Currency)
    /// A result does not fit 64 bits.
    case overflow
    /// Parts were asked for without any positive weight.
    case noWeights
}

/// An amount in whole minor units (分, cents) of one currency. Never a fraction, never a float.
public struct Money: Hashable, Sendable, Codable {
    /// Minor units; negative for what is owed the other way.
    public let amount: Int64
    /// The currency.
    public let currency: Currency

    /// `amount` minor units of `currency`.
    public init(_ amount: Int64, _ currency: Currency) {
        self.amount = amount
        self.currency = currency
    }

    /// Nothing, in `currency`.
    public static func zero(_ currency: Currency) -> Money { Money(0, currency) }

    /// The sum. Throws ``MoneyError`` on two currencies or overflow.
    public func adding(_ other: Money) throws(MoneyError) -> Money {
        guard currency == other.currency else { throw .currencyMismatch(currency, other.currency) }
        let (sum, overflow) = amount.addingReportingOverflow(other.amount)
        guard !overflow else { throw .overflow }
        return Money(sum, currency)
    }

    /// The difference. Throws ``MoneyError`` on two currencies or overflow.
    public func subtracting(_ other: Money) throws(MoneyError) -> Money {
        guard other.amount != .min else { throw .overflow }
        return try adding(Money(-other.amount, other.currency))
    }

    /// `quantity` times this amount. Throws ``MoneyError/overflow``.
    public func times(_ quantity: Int64) throws(MoneyError) -> Money {
        let (product, overflow) = amount.multipliedReportingOverflow(by: quantity)
        guard !overflow else { throw .overflow }
        return Money(product, currency)
    }

    /// The share of `rate`, rounded half away from zero, once. Throws ``MoneyError/overflow``.
    public func share(of rate: BasisPoints) throws(MoneyError) -> Money {
        let product = Int128(amount) * Int128(rate.value)
        let half: Int128 = product < 0 ? -5_000 : 5_000
        guard let rounded = Int64(exactly: (product + half) / 10_000) else { throw .overflow }
        return Money(rounded, currency)
    }

    /// Parts in proportion to `weights` that sum exactly to this amount (largest remainder, ties to the earlier part).
    ///
    /// - Throws: ``MoneyError/noWeights`` when no weight is positive.
    public func split(by weights: [Int64]) throws(MoneyError) -> [Money] {
        let total = weights.reduce(Int128(0)) { $0 + Int128(max(0, $1)) }
        guard total > 0 else { throw .noWeights }
        var parts = [Int64](repeating: 0, count: weights.count)
        var remainders: [(index: Int, remainder: Int128)] = []
        var left = Int128(amount.magnitude)
        for (index, weight) in weights.enumerated() where weight > 0 {
            let (quotient, remainder) = (Int128(amount.magnitude) * Int128(weight)).quotientAndRemainder(
                dividingBy: total)
            parts[index] = Int64(truncatingIfNeeded: quotient)
            left -= quotient
            remainders.append((index, remainder))
        }
        remainders.sort { ($1.remainder, $0.index) < ($0.remainder, $1.index) }
        for (index, _) in remainders.prefix(Int(left)) { parts[index] += 1 }
        let sign: Int64 = amount < 0 ? -1 : 1
        return parts.map { Money($0 * sign, currency) }
    }
}

/// A rate in hundredths of a percent: 150 is 1.5 %.
public struct BasisPoints: Hashable, Sendable, Codable {
    /// 0…10 000 for a share; more is allowed for a markup.
    public let value: Int64

    /// `value` basis points.
    public init(_ value: Int64) { self.value = value }
}
