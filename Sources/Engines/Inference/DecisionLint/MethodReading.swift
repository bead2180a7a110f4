/// Evidence that a method is taken for the goal.
struct MethodReading {
    private(set) var evidence: [DecisionLint.Evidence] = []

    init(_ claim: DecisionClaim) {
        let (goal, metric) = (Phrases(claim.goal), Phrases(claim.metric))
        if let verb = goal.begins(with: LintLexicon.verbs) {
            add(1, "The goal begins with what is done (“\(verb)”).", "目标写的是要做的事（“\(verb)”）。")
        }
        readMetric(claim, metric)
        readMilestones(claim)
        if claim.alternatives.isEmpty {
            add(0.75, "There is no alternative: nothing else could reach it.", "没有备选：似乎没有别的办法可以达到目标。")
        }
        if claim.killRule == nil {
            add(0.75, "There is no kill rule: shipping alone meets it.", "没有停止规则：只要做出来就算达成。")
        }
        if goal.first(of: LintLexicon.beneficiaries) != nil { add(-1) }
        if claim.fallsWhenExperienceWorsens == true { add(-1.5) }
        if claim.slope == .raises { add(-1.5) }
    }

    private mutating func readMetric(_ claim: DecisionClaim, _ metric: Phrases) {
        if claim.metric == nil {
            add(1, "No metric says whether it worked.", "没有指标说明它是否奏效。")
        } else if let word = metric.first(of: LintLexicon.outputs) {
            add(1.5, "Its metric (“\(word)”) is met by shipping alone.", "它的指标（“\(word)”）只要交付就能达到。")
        } else if metric.first(of: LintLexicon.results + LintLexicon.attention) != nil {
            // Whatever it is, it is not met by shipping.
            add(-0.5)
        }
    }

    private mutating func readMilestones(_ claim: DecisionClaim) {
        guard !claim.milestones.isEmpty else { return }
        let stages = claim.milestones.filter { Phrases($0).first(of: LintLexicon.stages) != nil }
        guard 2 * stages.count >= claim.milestones.count else { return }
        add(1, "Its milestones count what is made, not what becomes different.", "里程碑数的是产出，而不是带来的变化。")
    }

    private mutating func add(_ weight: Double, _ en: String = "", _ zh: String = "") {
        evidence.append(DecisionLint.Evidence(weight, en, zh))
    }
}
