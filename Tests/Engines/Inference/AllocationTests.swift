import Foundation
import InferenceTrials
import Testing

@testable import Inference

@Suite struct AllocationTests {
    struct Reference: Decodable {
        struct Knapsack: Decodable {
            let value, cost: [[Double]]
            let budget, milp_optimum, lp_bound, lp_dual_price_of_budget: Double
        }
        let mckp: Knapsack
    }

    @Test func theKnownKnapsackIsSolved() throws {
        let known = try VectorFiles.json("reference.json", as: Reference.self).mckp
        let allocation = try Allocation(
            options: 4, values: known.value.flatMap { $0 }, costs: known.cost.flatMap { $0 },
            limits: .init(budget: known.budget))
        #expect(allocation.totals.cost <= known.budget)
        #expect(allocation.totals.value <= known.milp_optimum + 1e-9)
        #expect(allocation.totals.value >= 0.999 * known.milp_optimum)
        #expect(abs(allocation.bound - known.lp_bound) < 1e-6)
        #expect(abs(allocation.prices.money - known.lp_dual_price_of_budget) < 1e-6)
    }

    @Test(arguments: [0.0, 0.2, 0.5, 0.9])
    func limitsAreNeverCrossed(strictness: Double) throws {
        for seed in 1...6 {
            let persons = seed % 2 == 0 ? 200 : 12_000
            let trial = AllocationTrial(persons: persons, seed: UInt64(seed))
            let budget = Double(persons) * 2.5
            let free = try Allocation(
                options: 4, values: trial.values, costs: trial.costs, experience: trial.experience,
                limits: .init(budget: budget))
            let floor = free.totals.experience * (1 - strictness)
            let limits = Allocation.Limits(budget: budget, experienceFloor: floor)
            let held = try Allocation(
                options: 4, values: trial.values, costs: trial.costs, experience: trial.experience, limits: limits)
            #expect(held.totals.cost <= budget)
            #expect(held.totals.experience >= floor)
            #expect(held.totals.value <= held.bound * (1 + 1e-12))
            #expect(held.gap < (persons > 1_000 ? 1e-4 : 5e-3), "seed \(seed): \(held.gap)")
            // The totals are those of the choices.
            var cost = 0.0
            for (person, choice) in held.choices.enumerated() { cost += trial.costs[person * 4 + Int(choice)] }
            #expect(abs(cost - held.totals.cost) < 1e-6)
        }
    }

    @Test func smallCasesAreComparedWithEveryPossibility() throws {
        var random = SeededRandom(seed: 77)
        for _ in 0..<60 {
            let persons = 6
            let values = (0..<persons * 3).map { $0 % 3 == 0 ? 0 : random.uniform() * 10 }
            let costs = (0..<persons * 3).map { $0 % 3 == 0 ? 0 : random.uniform() * 5 }
            let experience = (0..<persons * 3).map { $0 % 3 == 0 ? 0 : random.uniform() - 0.6 }
            let limits = Allocation.Limits(budget: 8, experienceFloor: -0.5)
            let ours = try Allocation(options: 3, values: values, costs: costs, experience: experience, limits: limits)
            var best = 0.0
            for code in 0..<729 {
                var (rest, value, cost, harm) = (code, 0.0, 0.0, 0.0)
                for person in 0..<persons {
                    let place = person * 3 + rest % 3
                    rest /= 3
                    value += values[place]
                    cost += costs[place]
                    harm += experience[place]
                }
                if cost <= 8, harm >= -0.5 { best = max(best, value) }
            }
            #expect(ours.totals.cost <= 8 && ours.totals.experience >= -0.5)
            #expect(ours.totals.value <= best + 1e-9)
            #expect(ours.bound >= best - 1e-6)
            #expect(ours.totals.value >= 0.75 * best)
        }
    }

    @Test func impossibleLimitsAreSaid() {
        #expect(throws: Allocation.Failure.budgetTooSmall(least: 3)) {
            try Allocation(options: 1, values: [1, 1], costs: [1, 2], limits: .init(budget: 2))
        }
        #expect(throws: Allocation.Failure.experienceFloorCrossed(best: -2)) {
            try Allocation(
                options: 1, values: [1, 1], costs: [1, 2], experience: [-1, -1],
                limits: .init(budget: 9, experienceFloor: -1))
        }
        #expect(throws: Allocation.Failure.malformed) {
            try Allocation(options: 2, values: [1, 1, 1], costs: [1, 2, 3], limits: .init(budget: 9))
        }
    }

    @Test func theExperienceBudgetRunsOut() throws {
        var budget = ExperienceBudget(allowance: 1)
        try budget.spend(Interval(-0.4, 0.3))
        try budget.spend(Interval(0.1, 0.3))
        #expect(abs(budget.left - 0.6) < 1e-12)
        #expect(throws: ExperienceBudget.Refusal.self) { try budget.spend(Interval(-0.7, 0.9)) }
        #expect(abs(budget.left - 0.6) < 1e-12)
    }

    @Test func valuesAreLearntOnOthersAndBoundedBelow() throws {
        var random = SeededRandom(seed: 2)
        let truths = (0..<30).map { _ in 0.2 + 0.1 * random.normal() }
        var outcomes: [Moments] = []
        for _ in 0..<2 {
            for segment in 0..<30 {
                for option in 0..<2 {
                    var cell = Moments()
                    for _ in 0..<300 { cell.add((option == 1 ? truths[segment] : 0) + random.normal()) }
                    outcomes.append(cell)
                }
            }
        }
        let values = try OptionValues(outcomes: outcomes, folds: 2, segments: 30, options: 2)
        let below = truths.indices.filter { values[fold: 0, segment: $0, option: 1] <= truths[$0] }
        #expect(below.count >= 20)
        #expect(values[fold: 1, segment: 3, option: 0] == 0)
        // A fold's own outcomes have no say in its values.
        var changed = outcomes
        changed[1] = Moments([1e6, -1e6])
        let again = try OptionValues(outcomes: changed, folds: 2, segments: 30, options: 2)
        #expect(again[fold: 0, segment: 5, option: 1] == values[fold: 0, segment: 5, option: 1])
        #expect(again[fold: 1, segment: 0, option: 1] != values[fold: 1, segment: 0, option: 1])
    }
}
