import RealModule

/// A Net Promoter Score from answers of 0 to 10, in points from −100 to 100.
public struct NetPromoterScore: Sendable, Hashable {
    /// Answers of 9 and 10.
    public let promoters: Int
    /// Answers of 7 and 8.
    public let passives: Int
    /// Answers of 0 to 6.
    public let detractors: Int

    /// A score from counts.
    public init(promoters: Int, passives: Int, detractors: Int) {
        (self.promoters, self.passives, self.detractors) = (promoters, passives, detractors)
    }

    /// A score from answers; what lies outside 0…10 is left out.
    public init(answers: some Sequence<Int>) {
        var counts = [0, 0, 0]
        for answer in answers where (0...10).contains(answer) { counts[answer > 8 ? 0 : answer > 6 ? 1 : 2] += 1 }
        self.init(promoters: counts[0], passives: counts[1], detractors: counts[2])
    }

    /// 1 for a promoter, 0 for a passive, −1 for a detractor: the value whose mean is the score.
    public static func value(of answer: Int) -> Double { answer > 8 ? 1 : answer > 6 ? 0 : -1 }

    /// All answers.
    public var count: Int { promoters + passives + detractors }
    /// The score in points; NaN without answers.
    public var score: Double { 100 * Double(promoters - detractors) / Double(count) }
    /// Standard error in points with divisor n.
    public var standardError: Double { Self.error(Double(promoters), Double(detractors), Double(count)) }

    /// The adjusted Wald interval (Rocks 2016, after Agresti & Coull): ¾ of a promoter, 1½ passives and ¾ of a detractor are
    /// added. At ten answers of a loved shop it covers 93 % where the plain one covers 65 %.
    public func interval(level: Double = 0.95) -> Interval {
        let whole = unclippedInterval(level: level)
        return Interval(Swift.max(-100, whole.lower), Swift.min(100, whole.upper))
    }

    /// The same without cutting at ±100.
    public func unclippedInterval(level: Double = 0.95) -> Interval {
        let (p, d, n) = (Double(promoters) + 0.75, Double(detractors) + 0.75, Double(count) + 3)
        return Interval(
            centre: 100 * (p - d) / n, margin: Normal.upperQuantile((1 - level) / 2) * Self.error(p, d, n))
    }

    /// The Wald interval that most tools print; for comparison with them.
    public func waldInterval(level: Double = 0.95) -> Interval {
        Interval(centre: score, margin: Normal.upperQuantile((1 - level) / 2) * standardError)
    }

    private static func error(_ promoters: Double, _ detractors: Double, _ count: Double) -> Double {
        let mean = (promoters - detractors) / count
        return 100 * .sqrt(((promoters + detractors) / count - mean * mean) / count)
    }
}
