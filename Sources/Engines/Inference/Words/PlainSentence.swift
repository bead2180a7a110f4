/// One sentence that somebody with no statistics reads rightly, in both of the house's languages.
public struct PlainSentence: Sendable, Hashable, Codable {
    /// English.
    public let en: String
    /// 简体中文.
    public let zh: String

    /// A sentence made elsewhere.
    public init(en: String, zh: String) { (self.en, self.zh) = (en, zh) }

    /// "Of 1,000 shown, 151 came; 106 would have come anyway; this created 45 (39–52)."
    ///
    /// - Parameters:
    ///   - comparison: of a share, that is of outcomes that are 0 or 1.
    ///   - interval: the interval that holds however often one looked; that of the comparison by default.
    public static func created(_ comparison: Comparison, interval: Interval? = nil, per base: Int = 1_000)
        -> PlainSentence
    {
        // Shares differ by 1 at most.
        let whole = interval ?? comparison.interval
        let interval = Interval(Swift.max(-1, whole.lower), Swift.min(1, whole.upper))
        let base = Double(base)
        let decimals = Swift.min(3, decimals(comparison, base: base))
        func text(_ share: Double) -> String { Figures.fixed(share * base, decimals: decimals) }
        let (came, anyway) = (text(comparison.treatment.value), text(comparison.control.value))
        let low = text(interval.lower), high = text(interval.upper)
        let shown = Figures.fixed(base, decimals: 0)
        let effect = text(abs(comparison.effect))
        if interval.contains(0) {
            return PlainSentence(
                en: "Of \(shown) shown, \(came) came; \(anyway) would have come anyway; "
                    + "whether this created any is not known (\(low) to \(high)).",
                zh: "每展示 \(shown) 人，来了 \(came) 人；其中 \(anyway) 人本来也会来；是否创造了增量尚不能确定（\(low) 至 \(high)）。")
        }
        if comparison.effect < 0 {
            let (least, most) = (text(-interval.upper), text(-interval.lower))
            return PlainSentence(
                en: "Of \(shown) shown, \(came) came; \(anyway) would have come without this; "
                    + "it cost \(effect) (\(least)–\(most)).",
                zh: "每展示 \(shown) 人，来了 \(came) 人；若不这样做本会来 \(anyway) 人；这造成了 \(effect) 人的损失（\(least)–\(most)）。")
        }
        return PlainSentence(
            en:
                "Of \(shown) shown, \(came) came; \(anyway) would have come anyway; this created \(effect) (\(low)–\(high)).",
            zh: "每展示 \(shown) 人，来了 \(came) 人；其中 \(anyway) 人本来也会来；由此创造的增量是 \(effect) 人（\(low)–\(high)）。")
    }

    /// "revenue: 18.3 against 16.4 in A: +1.91 (−0.168 to 3.99); this may be chance (p = 0.072)."
    public static func difference(
        _ metric: String, arm: String, control: String, _ comparison: Comparison, interval: Interval, logPValue: Double,
        isSignificant: Bool
    ) -> PlainSentence {
        let (own, base) = (Figures.text(comparison.treatment.value), Figures.text(comparison.control.value))
        let effect = Figures.signed(comparison.effect)
        let (low, high) = (Figures.text(interval.lower), Figures.text(interval.upper))
        let p = Figures.pValue(log: logPValue)
        let (en, zh) =
            if !isSignificant {
                ("this may be chance", "可能只是巧合")
            } else if comparison.effect > 0 {
                ("this raised it", "确有提高")
            } else {
                ("this lowered it", "确有降低")
            }
        return PlainSentence(
            en:
                "\(metric): \(own) in \(arm) against \(base) in \(control), \(effect) (\(low) to \(high)); \(en) (\(p)).",
            zh: "\(metric)：\(arm) 为 \(own)，\(control) 为 \(base)，差 \(effect)（\(low) 至 \(high)）；\(zh)（\(p)）。")
    }

    /// Enough decimals that the interval has two digits to show.
    private static func decimals(_ comparison: Comparison, base: Double) -> Int {
        let width = comparison.interval.width * base
        return width >= 2 ? 0 : width >= 0.2 ? 1 : width >= 0.02 ? 2 : 3
    }
}
