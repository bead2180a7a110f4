import Allocations
import Coupons
import Experience
import Experiments
import Foundation
import Inference
import Kernel
import Store

extension KeepAllocations {
    /// Allocates the coupons that an experiment tried, to audiences, by what it found: for each audience the value of each
    /// coupon as the other folds show it, shrunk and at its lower bound; what it cost the platform; and what the arms' answers
    /// allow of the experience.
    ///
    /// - Throws: `Forbidden`, `NotFound`, `InvalidField`, `DecisionProblem/notRunning`, `AllocationProblem`.
    public func allocate(_ coupons: CouponAllocation, _ command: Command) async throws -> StoredAllocation {
        let made = try await once(command, coupons.decision) { market, proof, person, transaction in
            guard let assignments = market.experiments.assignments else { throw NotFound("experiment") }
            let estimates = try CouponEstimates(
                of: coupons.experiment, margin: coupons.margin, assignments, in: transaction)
            let request = AllocationRequest(
                name: coupons.name, budget: coupons.budget, currency: estimates.currency,
                experienceFloor: coupons.floor, margin: coupons.margin, groups: try estimates.groups())
            return try market.allocations.allocate(request, by: proof, person: person, in: transaction).description
        }
        try await market.reloadArms()
        guard let id = AllocationID(made) else { throw NotFound("allocation") }
        return try await allocation(id)
    }
}

/// What is to be allocated of what an experiment tried, and in whose name.
public final class CouponAllocation: Sendable {
    let experiment: ExperimentID
    let decision: DecisionID
    let name: String
    let budget: Double
    let margin: BasisPoints
    let floor: Double?

    /// - Parameters:
    ///   - budget: the platform's money in minor units.
    ///   - margin: of what people paid, the share that is left after goods and delivery. Without it a coupon that only moves
    ///     goods at their cost would look like a gain.
    ///   - floor: what the mean experience must not fall below; `nil` for what the experience budget has left.
    public init(
        from experiment: ExperimentID, named name: String, budget: Double, margin: BasisPoints, floor: Double? = nil,
        for decision: DecisionID
    ) {
        (self.experiment, self.decision, self.name) = (experiment, decision, name)
        (self.budget, self.margin, self.floor) = (budget, margin, floor)
    }
}

/// What an experiment found of its coupons, by audience.
struct CouponEstimates {
    /// The currency of the coupons.
    let currency: Currency
    private let experiment: Experiment
    private let coupons: [CouponID]
    /// By fold, purchases and arm: the margin of what people spent less what they got back, minor units.
    private var outcomes: [Moments]
    /// By purchases and arm: what the platform paid, minor units.
    private var costs: [Moments]
    private let experience: [ArmAnswers]
    private static let kinds = Audience.Purchases.allCases.count
    /// How sure the values are: four of five are exceeded by the truth.
    private static let level = 0.8

    private var arms: Int { experiment.terms.arms.count }

    init(
        of id: ExperimentID, margin: BasisPoints, _ assignments: Assignments, in transaction: any Transaction
    ) throws {
        experiment = try Experiments.find(id, in: transaction)
        guard experiment.terms.lever == .coupons, experiment.purpose == .measure, experiment.startedAt != nil,
            experiment.terms.design == .persons
        else {
            throw InvalidField(
                "experiment", "must have tried coupons on persons.", zh: "须为按人分组、已开始的优惠券实验。")
        }
        coupons = experiment.terms.arms.dropFirst().compactMap { $0.treatment.flatMap { CouponID($0) } }
        let arms = experiment.terms.arms.count
        guard coupons.count == arms - 1 else { throw NotFound("coupon") }
        let terms = try Coupons.terms(of: coupons, in: transaction)
        guard let currency = terms.values.first?.currency, terms.values.allSatisfy({ $0.currency == currency }) else {
            throw InvalidField("experiment", "must have coupons of one currency.", zh: "实验中的优惠券须为同一币种。")
        }
        self.currency = currency
        experience = try ReadExperience.arms(of: experiment, in: transaction)
        outcomes = Array(repeating: Moments(), count: Audience.folds * Self.kinds * arms)
        costs = Array(repeating: Moments(), count: Self.kinds * arms)
        var paid: [[PersonID: Double]] = [[:]]
        for coupon in coupons {
            let share = Double(terms[coupon]?.funding.platform.value ?? 0) / 10_000
            paid.append(try Coupons.consumed(of: coupon, in: transaction).mapValues { Double($0) * share })
        }
        let share = Double(margin.value) / 10_000
        try Experiments.eachParticipant(in: id, in: transaction) { person, participant in
            let audience = assignments.audience(of: person, participant.earlier)
            let (arm, kind) = (participant.arm, audience.purchases.rawValue)
            let kept = (participant.totals[.paidValue] ?? 0) - (participant.totals[.refundedValue] ?? 0)
            outcomes[(audience.fold * Self.kinds + kind) * arms + arm].add(kept * share)
            costs[kind * arms + arm].add(paid[arm][person] ?? 0)
        }
    }

    /// - Throws: `InvalidField` where an audience has too few people to say anything.
    func groups() throws -> [AllocationGroup] {
        let values: OptionValues
        do {
            values = try OptionValues(
                outcomes: outcomes, folds: Audience.folds, segments: Self.kinds, options: arms, level: Self.level)
        } catch {
            throw InvalidField(
                "experiment", "has too few people of some kind of buyer in some arm; wait for more.",
                zh: "某类买家在某一组的人数过少，请等待更多数据。")
        }
        return Audience.all.map { audience in
            let kind = audience.purchases.rawValue
            return AllocationGroup(
                name: audience.name, people: people(of: audience),
                options: coupons.indices.map { index in
                    let arm = index + 1
                    let (points, error) = experience(of: arm)
                    return OptionEstimate(
                        option: coupons[index].description,
                        value: values[fold: audience.fold, segment: kind, option: arm], valueError: 0,
                        cost: max(0, costs[kind * arms + arm].mean), experience: points, experienceError: error)
                })
        }
    }

    /// Of all people, as the experiment's share of them shows.
    private func people(of audience: Audience) -> Int {
        let first = (audience.fold * Self.kinds + audience.purchases.rawValue) * arms
        let met = outcomes[first..<first + arms].reduce(0) { $0 + $1.count }
        return max(1, met * BucketSet.size / max(1, experiment.buckets.count))
    }

    /// In points, with an error whose 97.5 % bound is the lower end that silence allows; unknown is zero, as for shipping.
    private func experience(of arm: Int) -> (points: Double, error: Double) {
        guard let bounds = experience[arm].bounds, let interval = experience[arm].interval else { return (0, 0) }
        let middle = (bounds.lower + bounds.upper) / 2
        return (middle, max(0, middle - interval.lower) / Normal.upperQuantile(0.025))
    }
}
