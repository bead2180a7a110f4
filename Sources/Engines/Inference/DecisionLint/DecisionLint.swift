/// Reads a decision's claim for the two named mistakes, and says why.
///
/// It adds up evidence from the record's structure (the tree, the measured slope, alternatives, kill rule) and from its
/// words, so that a well-measured record is not refused for a word and a well-worded one not passed for its prose.
public struct DecisionLint: Sendable {
    /// The two mistakes that have names.
    public enum Mistake: String, Sendable, Hashable, Codable, CaseIterable {
        /// 把过程指标当作北极星: taking a process metric for the North Star.
        case processMetricAsNorthStar
        /// 把方法当作目标: taking a method for the goal.
        case methodAsGoal
    }

    /// A mistake found.
    public struct Finding: Sendable, Hashable, Codable {
        /// Which one.
        public let mistake: Mistake
        /// How strong the evidence is; 1 is the threshold.
        public let strength: Double
        /// Why, the strongest reason first.
        public let reasons: [PlainSentence]
        /// What to write instead.
        public let advice: PlainSentence
    }

    /// A piece of evidence.
    struct Evidence {
        let weight: Double
        let reason: PlainSentence?

        init(_ weight: Double, _ en: String = "", _ zh: String = "") {
            self.weight = weight
            reason = en.isEmpty ? nil : PlainSentence(en: en, zh: zh)
        }
    }

    /// A lint.
    public init() {}

    /// The first word in a text that names money changing hands (GMV, revenue, 成交额 …), which follows from value and is no
    /// objective; `nil` when there is none.
    public static func tradeResult(in text: String) -> String? { Phrases(text).first(of: LintLexicon.trade) }

    /// The mistakes in a claim, none when it is sound.
    public func findings(in claim: DecisionClaim) -> [Finding] {
        let candidates: [(Mistake, [Evidence], Double, PlainSentence)] = [
            (
                .processMetricAsNorthStar, ProxyReading(claim).evidence, 3,
                PlainSentence(
                    en:
                        "Say whose experience gets better and which part of the North Star shows it; keep this figure as a "
                        + "process metric or a result.",
                    zh: "请写明谁的体验会变好、由北极星的哪一部分体现；把这个数字作为过程指标或结果。")
            ),
            (
                .methodAsGoal, MethodReading(claim).evidence, 3,
                PlainSentence(
                    en:
                        "Say what will be different for whom once it is there, what else could bring that, and when you "
                        + "would stop.",
                    zh: "请写明做成之后谁会有什么不同、还有哪些别的办法，以及在什么情况下停止。")
            ),
        ]
        return candidates.compactMap { mistake, evidence, threshold, advice in
            let sum = evidence.reduce(0) { $0 + $1.weight }
            guard sum >= threshold else { return nil }
            let reasons = evidence.sorted { $0.weight > $1.weight }.filter { $0.weight > 0 }.compactMap(\.reason)
            return Finding(mistake: mistake, strength: sum / threshold, reasons: reasons, advice: advice)
        }
    }
}
