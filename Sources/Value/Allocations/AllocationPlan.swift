import Inference
import Kernel

/// What an option is thought to do to a person of a group.
public struct OptionEstimate: Sendable, Hashable, Codable {
    /// The option's name.
    public var option: String
    /// Incremental long-term value a person, in minor units, as it was measured.
    public var value: Double
    /// Its standard error; not negative.
    public var valueError: Double
    /// Cost a person in minor units; not negative.
    public var cost: Double
    /// Effect on the experience in NPS points a person.
    public var experience: Double
    /// Its standard error; not negative.
    public var experienceError: Double

    /// An estimate.
    public init(
        option: String, value: Double, valueError: Double, cost: Double, experience: Double = 0,
        experienceError: Double = 0
    ) {
        (self.option, self.value, self.valueError, self.cost) = (option, value, valueError, cost)
        (self.experience, self.experienceError) = (experience, experienceError)
    }
}

/// People who are alike, with what each option is thought to do for them. Doing nothing is always an option.
public struct AllocationGroup: Sendable, Hashable, Codable {
    /// The group's name.
    public var name: String
    /// People of it.
    public var people: Int
    /// The options.
    public var options: [OptionEstimate]

    /// A group.
    public init(name: String, people: Int, options: [OptionEstimate]) {
        (self.name, self.people, self.options) = (name, people, options)
    }
}

/// What is to be allocated.
public struct AllocationRequest: Sendable, Hashable, Codable {
    /// What it is called.
    public var name: String
    /// Money that may be spent, in minor units.
    public var budget: Double
    /// The currency of money and value.
    public var currency: Currency
    /// What the mean experience of all people must not fall below, in NPS points; `nil` for what the experience budget has
    /// left.
    public var experienceFloor: Double?
    /// Of what people paid, the share that counts as value, 1–10,000: what is left after goods and delivery. `nil` where no
    /// value was read from paid amounts.
    public var margin: BasisPoints?
    /// The groups.
    public var groups: [AllocationGroup]

    /// A request.
    public init(
        name: String, budget: Double, currency: Currency, experienceFloor: Double? = nil, margin: BasisPoints? = nil,
        groups: [AllocationGroup]
    ) {
        (self.name, self.budget, self.currency) = (name, budget, currency)
        (self.experienceFloor, self.margin, self.groups) = (experienceFloor, margin, groups)
    }

    /// The request with names trimmed and numbers checked.
    ///
    /// - Throws: `InvalidField`.
    public func checked() throws -> AllocationRequest {
        var request = self
        request.name = try ValidatedText(name, field: "name", length: 1...120).value
        guard budget.isFinite, budget >= 0, experienceFloor?.isFinite ?? true else {
            throw InvalidField("budget", "must be a number, not negative.", zh: "须为非负数。")
        }
        if let margin, !(1...10_000).contains(margin.value) {
            throw InvalidField("margin", "must lie above 0 and be at most 100 %.", zh: "须大于 0 且不超过 100%。")
        }
        guard (1...200).contains(groups.count), Set(groups.map(\.name)).count == groups.count else {
            throw InvalidField("groups", "must be 1–200 with different names.", zh: "人群须为 1–200 个且名称不同。")
        }
        guard groups.reduce(0.0, { $0 + Double($1.people) }) <= 1e9 else {
            throw InvalidField("people", "must be at most a thousand million.", zh: "人数过多。")
        }
        for group in groups {
            guard group.people > 0, (1...20).contains(group.options.count),
                Set(group.options.map(\.option)).count == group.options.count
            else {
                throw InvalidField(
                    "options", "must be 1–20 with different names, for at least one person.",
                    zh: "选项须为 1–20 个且名称不同，人数须大于零。")
            }
            for option in group.options {
                _ = try ValidatedText(option.option, field: "option", length: 1...80)
                let numbers = [
                    option.value, option.valueError, option.cost, option.experience, option.experienceError,
                ]
                guard numbers.allSatisfy(\.isFinite), option.valueError >= 0, option.cost >= 0,
                    option.experienceError >= 0
                else {
                    throw InvalidField(
                        "options", "must have finite numbers; errors and costs not negative.", zh: "数值须有限，误差与成本不得为负。")
                }
            }
        }
        return request
    }
}

/// What was decided for an option of a group, and why.
public struct OptionChoice: Sendable, Hashable, Codable {
    /// The group.
    public let group: String
    /// The option.
    public let option: String
    /// People who get it.
    public let people: Int
    /// Value a person that it surely has (four times out of five), pulled towards what options are usually worth.
    public let value: Double
    /// Cost a person.
    public let cost: Double
    /// Experience a person at its lower bound (19 times out of 20), in points.
    public let experience: Double
    /// v − λ·cost + μ·experience: the greatest of the group is chosen, nothing when none is above zero.
    public let net: Double
}

/// An allocation that was made.
public struct AllocationOutcome: Sendable, Hashable, Codable {
    /// λ: value that the last unit of money buys.
    public let money: Double
    /// μ: value given up for the last point of experience of one person.
    public let experience: Double
    /// Σ value, in minor units.
    public let value: Double
    /// Σ cost, in minor units.
    public let cost: Double
    /// Mean experience of all people at its lower bound, in points.
    public let meanExperience: Double
    /// How far the value may be from the best, as a share of it.
    public let gap: Double
    /// The floor that held, in points; `nil` for none.
    public let floor: Double?
    /// Every option of every group, those of a group together, the best first.
    public let choices: [OptionChoice]
}

/// What an allocation refuses.
public enum AllocationProblem: Problem, Equatable {
    /// Whatever is chosen, the experience may fall below the floor.
    case floorCrossed(best: Double, floor: Double)
    /// A decision may hurt the experience by more than is left to spend.
    case budgetSpent(bound: Double, left: Double)

    public var details: ProblemDetails {
        switch self {
        case .floorCrossed(let best, let floor):
            ProblemDetails(
                .conflict, "experience-floor-crossed",
                "Whatever is chosen, the experience may fall to \(Figures.text(best)) points; the floor is "
                    + "\(Figures.text(floor)). Offer kinder options.",
                zh: "无论如何选择，体验都可能降至 \(Figures.text(best)) 点，低于底线 \(Figures.text(floor)) 点。请提供对体验更友好的选项。")
        case .budgetSpent(let bound, let left):
            ProblemDetails(
                .conflict, "experience-budget-spent",
                "This may change the experience by \(Figures.text(bound)) points, and only \(Figures.text(left)) points are "
                    + "left to spend. It is blocked.",
                zh: "此举可能使体验变化 \(Figures.text(bound)) 点，而体验预算仅剩 \(Figures.text(left)) 点，已阻止。")
        }
    }
}
