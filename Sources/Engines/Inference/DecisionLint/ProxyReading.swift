/// Evidence that a process metric is taken for the North Star.
struct ProxyReading {
    private(set) var evidence: [DecisionLint.Evidence] = []

    init(_ claim: DecisionClaim) {
        let metric = Phrases(claim.metric)
        let goal = Phrases(claim.goal)
        readWords(goal, metric)
        let isOutput = metric.first(of: LintLexicon.outputs) != nil
        readStructure(claim, isOutput: isOutput)
    }

    private mutating func readWords(_ goal: Phrases, _ metric: Phrases) {
        let isDenied = goal.first(of: LintLexicon.denials) != nil
        if let word = metric.first(of: LintLexicon.results) {
            add(
                3, "“\(word)” is a result of trade: it follows from value and is none itself.",
                "“\(word)”是经营结果：它随价值而来，本身不是价值。")
        }
        if let word = goal.first(of: LintLexicon.results), !isDenied {
            add(
                2, "The goal names “\(word)”, which can rise while people are served worse.",
                "目标里写的是“\(word)”，用户体验变差时它也可能上升。")
        }
        if let word = metric.first(of: LintLexicon.attention)
            ?? (isDenied ? nil : goal.first(of: LintLexicon.attention))
        {
            add(1.5, "“\(word)” counts attention, not whether it was worth it.", "“\(word)”衡量的是注意力，而不是是否值得。")
        }
        if let word = goal.first(of: LintLexicon.silenced) ?? metric.first(of: LintLexicon.silenced) {
            add(
                1.5, "“\(word)”: this figure gets better when people are silenced.",
                "“\(word)”：让人不再出声，这个数字也会变好。")
        }
    }

    private mutating func readStructure(_ claim: DecisionClaim, isOutput: Bool) {
        switch claim.fallsWhenExperienceWorsens {
        case true?: add(-2)
        case false? where !isOutput:
            add(1, "It doesn't fall when the experience gets worse.", "体验变差时，这个指标不会下降。")
        default: break
        }
        switch claim.slope {
        case .raises?: add(-2)
        case .lowers?:
            add(1.5, "Past decisions that raised it lowered the North Star.", "以往提高它的决策降低了北极星。")
        case .unknown? where claim.fallsWhenExperienceWorsens != true:
            add(0.75, "Its slope on the North Star is unknown.", "它对北极星的影响尚不清楚。")
        default: break
        }
        if let parent = claim.parent, !isOutput, claim.fallsWhenExperienceWorsens != true {
            add(0.5, "In the tree it hangs under “\(parent)”.", "在指标树里它位于“\(parent)”之下。")
        }
    }

    private mutating func add(_ weight: Double, _ en: String = "", _ zh: String = "") {
        evidence.append(DecisionLint.Evidence(weight, en, zh))
    }
}
