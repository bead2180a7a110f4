import RealModule

/// Numbers as people read them: rounded to what matters, with separators and a real minus sign.
public enum Figures {
    /// `value` with `digits` significant digits, never more than six decimals ("1,234", "0.0316", "−1.91").
    public static func text(_ value: Double, digits: Int = 3) -> String {
        guard value.isFinite else { return value.isNaN ? "?" : value < 0 ? "−∞" : "∞" }
        let size = abs(value)
        if size >= 1e15 { return "\(value)" }
        let magnitude = size > 0 ? Int(Double.log10(size).rounded(.down)) : 0
        return fixed(value, decimals: Swift.min(6, Swift.max(0, digits - 1 - magnitude)))
    }

    /// `value` with exactly `decimals` decimals.
    public static func fixed(_ value: Double, decimals: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return text(value) }
        let scale = Double.pow(10, Double(decimals))
        let units = (abs(value) * scale).rounded()
        let whole = Int64((units / scale).rounded(.down))
        let rest = Int64(units - Double(whole) * scale)
        let sign = value < 0 && units > 0 ? "−" : ""
        guard decimals > 0 else { return sign + grouped(whole) }
        let fraction = "\(rest)"
        return sign + grouped(whole) + "." + String(repeating: "0", count: decimals - fraction.count) + fraction
    }

    /// A share as percent: 0.1164 is "11.6%".
    public static func percent(_ share: Double, decimals: Int = 1) -> String {
        share.isFinite ? fixed(share * 100, decimals: decimals) + "%" : text(share)
    }

    /// A number with its sign always shown.
    public static func signed(_ value: Double, digits: Int = 3) -> String {
        let text = text(value, digits: digits)
        return value > 0 ? "+" + text : text
    }

    /// A p-value: three decimals, or a power of ten for what is smaller; takes its natural logarithm, so nothing is "0".
    public static func pValue(log: Double) -> String {
        guard log.isFinite else { return "?" }
        let value = Double.exp(log)
        if value >= 0.001 { return "p = " + fixed(value, decimals: 3) }
        return "p < 10^−\(Int((-log / 2.302585092994046).rounded(.down)))"
    }

    private static func grouped(_ value: Int64) -> String {
        var (text, count) = ("", 0)
        for digit in "\(value)".reversed() {
            if count > 0, count % 3 == 0 { text = "," + text }
            text = "\(digit)" + text
            count += 1
        }
        return text
    }
}
