import Foundation
import Kernel

/// Writes money, numbers and times for one language.
struct Format: Sendable {
    let language: Kernel.Language

    private static let english = Locale(identifier: "en_US")
    private static let chinese = Locale(identifier: "zh_Hans_CN")
    private var locale: Locale { language == .zh ? Self.chinese : Self.english }

    /// An amount with its currency sign.
    func money(_ money: Money) -> String {
        let value = Decimal(
            sign: money.amount < 0 ? .minus : .plus, exponent: -money.currency.exponent,
            significand: Decimal(money.amount.magnitude))
        // Everybody here reads ¥ as yuan; other signs keep their country where they need one.
        let presentation: CurrencyFormatStyleConfiguration.Presentation = money.currency == .cny ? .narrow : .standard
        return value.formatted(.currency(code: money.currency.code).presentation(presentation).locale(locale))
    }

    /// An amount in its currency, or nothing.
    func money(_ amount: Int64?, _ currency: Currency?) -> String? {
        guard let amount, let currency else { return nil }
        return money(Money(amount, currency))
    }

    /// A whole number with separators.
    func number(_ number: Int) -> String { number.formatted(.number.locale(locale)) }

    /// A count as people read it at a glance: 1.2K, 3.4万.
    func count(_ number: Int) -> String {
        number < 1_000 ? String(number) : number.formatted(.number.notation(.compactName).locale(locale))
    }

    /// A moment with date and time in UTC; scripts show it in the reader's own zone.
    func time(_ instant: Instant) -> View {
        let date = Date(timeIntervalSince1970: Double(instant.milliseconds) / 1000)
        let style = Date.FormatStyle(date: .abbreviated, time: .shortened, locale: locale, timeZone: .gmt)
        return ["iso": instant.rfc3339, "text": date.formatted(style) + " UTC"]
    }
}
