import Allocations
import Experiments
import HTTP
import Hummingbird
import Inference
import Kernel

/// How many people are held out of something.
struct HoldoutBody: Documented {
    /// `global`, or a programme's name.
    let name: String
    /// Basis points of all people.
    let share: Int
    static let example = HoldoutBody(name: "global", share: 100)
}

/// Another size for a holdout.
struct HoldoutSizeBody: Documented {
    /// A running decision.
    let decision: DecisionID
    /// Basis points of all people, 0…1,000.
    let share: Int
    static let example = HoldoutSizeBody(decision: Identifier(rawValue: 14), share: 150)
}

/// How many points of the North Star may be given up in a time.
struct ExperienceBudgetBody: Documented {
    /// A running decision.
    let decision: DecisionID
    /// Points, 0…100.
    let allowance: Double
    let startsAt: Instant
    let endsAt: Instant
    static let example = ExperienceBudgetBody(
        decision: Identifier(rawValue: 14), allowance: 1.5, startsAt: Instant(milliseconds: 1_800_000_000_000),
        endsAt: Instant(milliseconds: 1_808_000_000_000))
}

/// What of the experience budget is spent.
struct ExperienceSpendingBody: Documented {
    let decision: DecisionID
    let what: String
    let points: Double
    let at: Instant
    static let example = ExperienceSpendingBody(
        decision: Identifier(rawValue: 14), what: "Spring coupons", points: 0.2, at: Instant(milliseconds: 0))
}

/// The experience budget that holds now.
struct ExperienceBudgetStateBody: Documented {
    /// Absent when no budget holds, so that nothing is limited by one.
    let allowance: Double?
    let spent: Double?
    let left: Double?
    let endsAt: Instant?
    let spending: [ExperienceSpendingBody]
    static let example = ExperienceBudgetStateBody(
        allowance: 1.5, spent: 0.2, left: 1.3, endsAt: Instant(milliseconds: 1_808_000_000_000), spending: [.example])
}

/// What an option is thought to do to a person of a group.
struct OptionEstimateBody: Documented {
    let option: String
    /// Incremental value a person in minor units, with its standard error; absent where an experiment measured it.
    let value: Double?
    let valueError: Double?
    /// The experiment whose first treatment is the option: value and error are the margin of its paid value a person.
    let experiment: ExperimentID?
    /// Cost a person in minor units.
    let cost: Double
    /// Effect in NPS points a person, with its standard error.
    let experience: Double?
    let experienceError: Double?
    static let example = OptionEstimateBody(
        option: "coupon 500", value: 720, valueError: 90, experiment: Identifier(rawValue: 15), cost: 500,
        experience: 0.1, experienceError: 0.05)
}

/// People who are alike, with the options for them; doing nothing is always one.
struct AllocationGroupBody: Documented {
    let name: String
    let people: Int
    let options: [OptionEstimateBody]
    static let example = AllocationGroupBody(name: "new buyers", people: 12_000, options: [.example])
}

/// An allocation to be made.
struct NewAllocationBody: Documented {
    /// A running decision.
    let decision: DecisionID
    let name: String
    /// Minor units that may be spent.
    let budget: Double
    let currency: Currency
    /// What the mean experience must not fall below, in NPS points; what the experience budget has left holds besides.
    let experienceFloor: Double?
    /// Of what people paid, the share that is left after goods and delivery, in basis points; needed where an experiment
    /// measured an option's value.
    let margin: Int64?
    let groups: [AllocationGroupBody]
    static let example = NewAllocationBody(
        decision: Identifier(rawValue: 14), name: "Spring coupons", budget: 3_000_000, currency: .cny,
        experienceFloor: -0.2, margin: 2_500, groups: [.example])
}

/// What was decided for an option of a group.
struct OptionChoiceBody: Documented {
    let group: String
    let option: String
    let people: Int
    /// A person, at its sure bound.
    let value: Double
    let cost: Double
    let experience: Double
    /// v − λ·cost + μ·experience: chosen where it is the greatest of its group and above zero.
    let net: Double
    static let example = OptionChoiceBody(
        group: "new buyers", option: "coupon 500", people: 6_000, value: 640, cost: 500, experience: 0.02, net: 40)
}

/// An allocation as it was made.
struct AllocationBody: Documented {
    let id: AllocationID
    let decision: DecisionID
    let name: String
    let createdAt: Instant
    /// λ: value that the last unit of money buys.
    let lambda: Double
    /// μ: value given up for the last point of experience of one person.
    let mu: Double
    let value: Double
    let cost: Double
    let meanExperience: Double
    /// How far from the best it may be, as a share of the value.
    let gap: Double
    let floor: Double?
    /// The share of paid amounts that counted as value, in basis points; absent where no value was read from them.
    let margin: Int64?
    let choices: [OptionChoiceBody]
    static let example = AllocationBody(
        id: Identifier(rawValue: 17), decision: Identifier(rawValue: 14), name: "Spring coupons",
        createdAt: Instant(milliseconds: 0), lambda: 1.2, mu: 0, value: 3_840_000, cost: 3_000_000,
        meanExperience: 0.01, gap: 0.00001, floor: -0.2, margin: 2_500, choices: [.example])
}

extension MarketplaceAPI {
    func addAllocationRoutes(to api: API) {
        let access = Access.role([.operator], .operate)
        api.route(
            .get, "/holdouts", "listHoldouts", "How many people are held out of everything and of each programme.",
            access: access
        ) { [market] _ in
            Page(items: try await KeepAllocations(market).desk().holdouts.map(HoldoutBody.init))
        }
        api.route(
            .put, "/holdouts/{name}", "resizeHoldout",
            "Changes how many people are held out, in the name of a running decision.", access: access,
            body: HoldoutSizeBody.self
        ) { [market] call in
            guard let name = call.context.parameters.get("name") else { throw NotFound("holdout") }
            let body = call.body
            try await KeepAllocations(market).resizeHoldout(
                name, to: body.share, for: body.decision, try call.command)
            return HoldoutBody(name: name, share: body.share)
        }
        api.route(
            .get, "/experience-budget", "readExperienceBudget",
            "How many points of the North Star may still be given up.", access: access
        ) { [market] _ in ExperienceBudgetStateBody(try await KeepAllocations(market).desk()) }
        api.route(
            .put, "/experience-budget", "setExperienceBudget",
            "Sets how many points of the North Star may be given up in a time.", access: access,
            body: ExperienceBudgetBody.self
        ) { [market] call in
            let body = call.body
            let keep = KeepAllocations(market)
            try await keep.setBudget(
                body.allowance, from: body.startsAt, until: body.endsAt, for: body.decision, try call.command)
            return ExperienceBudgetStateBody(try await keep.desk())
        }
        api.route(
            .get, "/allocations", "listAllocations", "The latest allocations with their prices.", access: access
        ) { [market] _ in
            Page(items: try await KeepAllocations(market).desk().allocations.map(AllocationBody.init))
        }
        api.route(
            .get, "/allocations/{allocation}", "readAllocation", "An allocation with what was chosen and why.",
            access: access
        ) { [market] call in
            let id = try call.context.identifier("allocation", "allocation", as: AllocationKind.self)
            return AllocationBody(try await KeepAllocations(market).allocation(id))
        }
        api.route(
            .post, "/allocations", "allocate",
            "Chooses options under a budget and the experience floor, in the name of a running decision.",
            access: access, body: NewAllocationBody.self, status: .created
        ) { [market] call in
            let body = call.body
            return AllocationBody(
                try await KeepAllocations(market).allocate(
                    body.request, measured: body.measured, for: body.decision, try call.command))
        }
    }
}

extension HoldoutBody {
    init(_ holdout: Holdout) { self.init(name: holdout.name, share: holdout.share) }
}

extension ExperienceBudgetStateBody {
    init(_ desk: AllocationDesk) {
        let budget = desk.budget
        self.init(
            allowance: budget?.budget.allowance, spent: budget?.budget.spent, left: budget?.budget.left,
            endsAt: budget?.endsAt,
            spending: desk.spending.map {
                ExperienceSpendingBody(decision: $0.decision, what: $0.what, points: $0.points, at: $0.at)
            })
    }
}

extension NewAllocationBody {
    var request: AllocationRequest {
        AllocationRequest(
            name: name, budget: budget, currency: currency, experienceFloor: experienceFloor,
            margin: margin.map { BasisPoints($0) },
            groups: groups.map { group in
                AllocationGroup(
                    name: group.name, people: group.people,
                    options: group.options.map {
                        OptionEstimate(
                            option: $0.option, value: $0.value ?? 0, valueError: $0.valueError ?? 0, cost: $0.cost,
                            experience: $0.experience ?? 0, experienceError: $0.experienceError ?? 0)
                    })
            })
    }

    var measured: [KeepAllocations.MeasuredOption] {
        groups.flatMap { group in
            group.options.compactMap { option in
                option.experiment.map { .init(group: group.name, option: option.option, experiment: $0) }
            }
        }
    }
}

extension AllocationBody {
    init(_ stored: StoredAllocation) {
        let outcome = stored.outcome
        self.init(
            id: stored.id, decision: stored.decision, name: stored.request.name, createdAt: stored.createdAt,
            lambda: outcome.money, mu: outcome.experience, value: outcome.value, cost: outcome.cost,
            meanExperience: outcome.meanExperience, gap: outcome.gap, floor: outcome.floor,
            margin: stored.request.margin?.value,
            choices: outcome.choices.map {
                OptionChoiceBody(
                    group: $0.group, option: $0.option, people: $0.people, value: $0.value, cost: $0.cost,
                    experience: $0.experience, net: $0.net)
            })
    }
}
