import HTTP
import Inference
import Kernel

/// What a decision claims: everything that is frozen when it starts. A draft may have gaps; a decision starts whole.
public struct DecisionTerms: Codable, Sendable, Hashable {
    /// What it is called.
    public var title: String
    /// What is there today, against which the difference is claimed.
    public var baseline: String
    /// What will be different from the baseline.
    public var difference: String
    /// What is to be achieved.
    public var goal: String
    /// Who is better off.
    public var beneficiaries: String
    /// By which metric it will be called a success.
    public var metric: String
    /// The least effect on the metric that is worth the resources, in ``unit``; above zero.
    public var leastWorthwhile: Double?
    /// The unit of the metric, for example "percentage points".
    public var unit: String
    /// Whether the metric falls when the experience gets worse; `nil` when nobody has said.
    public var fallsWhenExperienceWorsens: Bool?
    /// What the metric hangs under, step by step up to the North Star.
    public var chain: [String]
    /// When it begins.
    public var startsAt: Instant?
    /// When it ends; after ``startsAt``.
    public var endsAt: Instant?
    /// What will be seen on the way, in order.
    public var milestones: [String]
    /// What it takes: people, money, traffic.
    public var resources: String
    /// What else could be done.
    public var alternatives: [String]
    /// When it will be stopped.
    public var killRule: String
    /// When somebody looks whether it created value; not before ``endsAt``.
    public var reviewAt: Instant?

    /// Terms with nothing filled in but the title.
    public init(title: String) {
        self.title = title
        (baseline, difference, goal, beneficiaries, metric, unit) = ("", "", "", "", "", "")
        (resources, killRule) = ("", "")
        (chain, milestones, alternatives) = ([], [], [])
    }

    /// The part of the claim that the lint reads, with what the tree knows of the metric.
    ///
    /// Whom it helps is part of the goal, wherever the form asks for it. Where the tree doesn't have the metric, what the
    /// writer says it hangs under stands.
    func claim(_ reading: MetricReading) -> DecisionClaim {
        DecisionClaim(
            goal: [goal, beneficiaries].filter { !$0.isEmpty }.joined(separator: " · "),
            metric: metric.isEmpty ? nil : metric, parent: reading.isInTree == true ? reading.parent : chain.first,
            fallsWhenExperienceWorsens: fallsWhenExperienceWorsens, slope: reading.slope, milestones: milestones,
            alternatives: alternatives, killRule: killRule.isEmpty ? nil : killRule)
    }

    /// The terms with every text trimmed and its length checked; gaps are allowed, except in the title.
    ///
    /// - Throws: `InvalidField`.
    func checked() throws -> DecisionTerms {
        var terms = self
        terms.title = try ValidatedText(title, field: "title", length: 1...120).value
        for (path, field) in Self.texts {
            terms[keyPath: path] = try ValidatedText(self[keyPath: path], field: field, length: 0...2_000).value
        }
        for (path, field) in Self.lists {
            guard self[keyPath: path].count <= 20 else {
                throw InvalidField(field, "must be at most 20 lines.", zh: "最多 20 行。")
            }
            terms[keyPath: path] = try self[keyPath: path].map {
                try ValidatedText($0, field: field, length: 1...300).value
            }
        }
        if let size = leastWorthwhile, !(size.isFinite && size > 0) {
            throw InvalidField("leastWorthwhile", "must be a number above zero.", zh: "须为大于零的数。")
        }
        return terms
    }

    /// Checks that nothing is missing and that the times follow one another.
    ///
    /// - Throws: `InvalidField` naming the first gap.
    func requireWhole(at now: Instant) throws {
        let gaps =
            Self.texts.filter { self[keyPath: $0.0].isEmpty }.map(\.1)
            + Self.lists.filter { self[keyPath: $0.0].isEmpty }.map(\.1)
            + (leastWorthwhile == nil ? ["leastWorthwhile"] : [])
        if let gap = gaps.first {
            throw InvalidField(gap, "must be filled in before the decision starts.", zh: "启动前须填写。")
        }
        guard let startsAt, let endsAt, startsAt < endsAt else {
            throw InvalidField("endsAt", "must come after the beginning.", zh: "结束时间须晚于开始时间。")
        }
        guard let reviewAt, reviewAt >= endsAt, reviewAt > now else {
            throw InvalidField(
                "reviewAt", "must be in the future and not before the end.", zh: "复盘时间须在未来，且不早于结束时间。")
        }
    }

    private static var texts: [(WritableKeyPath<DecisionTerms, String>, String)] {
        [
            (\.baseline, "baseline"), (\.difference, "difference"), (\.goal, "goal"),
            (\.beneficiaries, "beneficiaries"), (\.metric, "metric"), (\.unit, "unit"), (\.resources, "resources"),
            (\.killRule, "killRule"),
        ]
    }

    private static var lists: [(WritableKeyPath<DecisionTerms, [String]>, String)] {
        [(\.chain, "chain"), (\.milestones, "milestones"), (\.alternatives, "alternatives")]
    }
}

extension Decision {
    /// What the lint reads.
    var claim: DecisionClaim { terms.claim(reading) }
}

extension DecisionTerms: Documented {
    public static let example: DecisionTerms = {
        var terms = DecisionTerms(title: "Answer where-is-my-parcel before it is asked")
        terms.baseline = "Tracking is shown on request"
        terms.difference = "A late parcel is announced with its reason and a new date"
        terms.goal = "Buyers of late parcels know when they arrive, so that they need not ask"
        terms.beneficiaries = "Buyers whose parcel is late"
        terms.metric = "logistics satisfaction of buyers with a late parcel"
        terms.leastWorthwhile = 2.5
        terms.unit = "points"
        terms.fallsWhenExperienceWorsens = true
        terms.chain = ["good service", "global NPS"]
        terms.startsAt = Instant(milliseconds: 1_800_000_000_000)
        terms.endsAt = Instant(milliseconds: 1_802_000_000_000)
        terms.milestones = ["half of late parcels announced before anybody asks"]
        terms.resources = "two people for three weeks"
        terms.alternatives = ["pay carriers for earlier scans"]
        terms.killRule = "Satisfaction falls by more than one point for a week"
        terms.reviewAt = Instant(milliseconds: 1_803_000_000_000)
        return terms
    }()
}
