import HTTP
import Kernel

/// What an experiment changes; changes of one kind share a layer, since a person can get only one of them at a time.
public enum Lever: String, Sendable, Codable, CaseIterable {
    /// The weights by which the feed ranks; a treatment is the version of a weight set.
    case rankingWeights
    /// Which coupons the platform pays for; a treatment is a coupon's identifier, or ``nothing``.
    case coupons
    /// The share of the feed's slots that the exploration pools may take; a treatment is a number of basis points.
    case explorationPools

    /// All levers together; its only experiment is that of the global holdout, which nobody drafts.
    case everything

    /// The treatment of whoever gets no coupon.
    public static let nothing = "none"

    /// The layer in which its experiments exclude one another.
    public var layer: String {
        switch self {
        case .rankingWeights: "ranking"
        case .coupons: "coupons"
        case .explorationPools: "pools"
        case .everything: "everything"
        }
    }

    /// The programme whose holdout stays out of every such change.
    public var programme: String { layer }
}

/// One of the things that are compared.
public struct Arm: Sendable, Hashable, Codable {
    /// What it is called.
    public var name: String
    /// Basis points of the people in the experiment; the shares of all arms sum to 10,000.
    public var share: Int
    /// What people get, in the lever's own words; `nil` is what was in force when the experiment started.
    public var treatment: String?

    /// An arm.
    public init(name: String, share: Int, treatment: String?) {
        (self.name, self.share, self.treatment) = (name, share, treatment)
    }
}

/// What is randomised.
public enum Design: Sendable, Hashable {
    /// Each person stays in one arm.
    case persons
    /// The whole market switches between arms by windows of time.
    ///
    /// - Parameters:
    ///   - window: minutes, 10…10,080.
    ///   - carryOver: minutes at the beginning of each window that are left out, less than half of it.
    case switchback(window: Int, carryOver: Int)

    /// Which window a moment lies in, 0 when persons are randomised; `nil` in the part that is left out.
    public func period(of time: Instant) -> Int64? {
        guard case .switchback(let window, let carryOver) = self else { return 0 }
        let length = Int64(window) * 60_000
        let (number, rest) = time.milliseconds.quotientAndRemainder(dividingBy: length)
        return rest < Int64(carryOver) * 60_000 ? nil : number
    }
}

extension Design: Codable {
    private enum Member: String, CodingKey {
        case unit, window, carryOver
    }

    private enum Unit: String, Codable {
        case persons, time
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Member.self)
        switch try container.decode(Unit.self, forKey: .unit) {
        case .persons: self = .persons
        case .time:
            self = .switchback(
                window: try container.decode(Int.self, forKey: .window),
                carryOver: try container.decode(Int.self, forKey: .carryOver))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Member.self)
        switch self {
        case .persons: try container.encode(Unit.persons, forKey: .unit)
        case .switchback(let window, let carryOver):
            try container.encode(Unit.time, forKey: .unit)
            try container.encode(window, forKey: .window)
            try container.encode(carryOver, forKey: .carryOver)
        }
    }
}

/// What an experiment compares and how; frozen when it starts.
public struct ExperimentTerms: Sendable, Hashable, Codable {
    /// What it is called.
    public var name: String
    /// What it changes.
    public var lever: Lever
    /// Control first.
    public var arms: [Arm]
    /// What is randomised.
    public var design: Design
    /// Basis points of all people that take part at the start; it can grow, never shrink.
    public var share: Int
    /// The metric by which it is judged.
    public var primary: MetricName
    /// The least effect worth having on the primary metric, per 1,000 people, in the metric's unit; above zero.
    public var leastWorthwhile: Double
    /// How much worse a metric of the experience may get, in percent of control, before it counts as harm.
    public var toleratedHarm: Double
    /// Looks at the primary metric, 1…30, with ``plannedPeople`` at the last; `nil` for an open end.
    public var looks: Int?
    /// People at the last look.
    public var plannedPeople: Int?
    /// People who may come in the first weeks, where an interval with an open end is tightest. The start sets it, from how
    /// many were active before, and nobody else can; absent from experiments that started before this was kept.
    public internal(set) var expectedPeople: Int?
    /// Whether the arms draw on the same stock.
    public var sharesStock: Bool
    /// Whether the arms draw on the same traffic.
    public var sharesTraffic: Bool

    /// An experiment with an open end.
    public init(
        name: String, lever: Lever = .rankingWeights, arms: [Arm], design: Design = .persons, share: Int,
        primary: MetricName = .buyers, leastWorthwhile: Double, toleratedHarm: Double = 10, looks: Int? = nil,
        plannedPeople: Int? = nil, sharesStock: Bool = false, sharesTraffic: Bool = false
    ) {
        (self.name, self.lever, self.arms, self.design, self.share) = (name, lever, arms, design, share)
        (self.primary, self.leastWorthwhile, self.toleratedHarm) = (primary, leastWorthwhile, toleratedHarm)
        (self.looks, self.plannedPeople) = (looks, plannedPeople)
        (self.sharesStock, self.sharesTraffic) = (sharesStock, sharesTraffic)
    }

    /// The terms with every value checked.
    ///
    /// - Throws: `InvalidField` naming the first that breaks a rule.
    public func checked() throws -> ExperimentTerms {
        var terms = self
        terms.expectedPeople = nil
        terms.name = try ValidatedText(name, field: "name", length: 1...120).value
        try checkArms()
        terms.arms = try arms.map { arm in
            var arm = arm
            arm.name = try ValidatedText(arm.name, field: "arms", length: 1...60).value
            return arm
        }
        try checkDesign()
        guard (1...BucketSet.size).contains(share) else {
            throw InvalidField("share", "must be 1–10000 basis points.", zh: "须为 1–10000 个基点。")
        }
        guard leastWorthwhile.isFinite, leastWorthwhile > 0 else {
            throw InvalidField("leastWorthwhile", "must be a number above zero.", zh: "须为大于零的数。")
        }
        guard toleratedHarm > 0, toleratedHarm <= 100 else {
            throw InvalidField("toleratedHarm", "must be above 0 and at most 100 percent.", zh: "须大于 0，且不超过 100%。")
        }
        try checkPlan()
        return terms
    }

    private func checkArms() throws {
        guard (2...6).contains(arms.count) else {
            throw InvalidField("arms", "must be 2–6, control first.", zh: "须有 2–6 组，对照组在前。")
        }
        guard arms.allSatisfy({ $0.share > 0 }), arms.reduce(0, { $0 + $1.share }) == BucketSet.size else {
            throw InvalidField("arms", "need shares above zero that sum to 10000.", zh: "各组份额须大于零，合计 10000。")
        }
        guard Set(arms.map(\.name)).count == arms.count else {
            throw InvalidField("arms", "need different names.", zh: "名称不能重复。")
        }
        guard Set(arms.map(\.treatment)).count == arms.count else {
            throw InvalidField("arms", "must differ in their treatment.", zh: "各组处理须不同。")
        }
    }

    private func checkDesign() throws {
        guard case .switchback(let window, let carryOver) = design else { return }
        guard (10...10_080).contains(window), carryOver >= 0, carryOver * 2 < window else {
            throw InvalidField(
                "design", "needs windows of 10–10080 minutes, of which less than half is left out.",
                zh: "窗口须为 10–10080 分钟，剔除部分须少于一半。")
        }
        guard arms.count == 2 else {
            throw InvalidField("design", "switches between two arms.", zh: "时间片切换只支持两组。")
        }
    }

    private func checkPlan() throws {
        guard (looks == nil) == (plannedPeople == nil) else {
            throw InvalidField(
                "looks", "and plannedPeople belong together: both, or neither for an open end.",
                zh: "计划查看次数与计划人数须同时填写；不设终点则都不填。")
        }
        guard let looks, let plannedPeople else { return }
        guard (1...30).contains(looks), plannedPeople >= 100 * looks, plannedPeople <= 1_000_000_000 else {
            throw InvalidField("looks", "must be 1–30, with 100 people or more a look.", zh: "须为 1–30 次，每次至少 100 人。")
        }
        guard design == .persons else {
            throw InvalidField("looks", "are planned when persons are randomised.", zh: "仅按人分组时可计划查看次数。")
        }
    }
}
