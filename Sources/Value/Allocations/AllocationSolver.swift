import Inference
import Kernel

/// Solves a request by the engine's knapsack. Pure.
struct AllocationSolver {
    /// People above which several stand for one row, all with the same choice.
    static let rows = 20_000

    private let request: AllocationRequest
    private let floor: Double?
    /// One less than this many options a person; doing nothing is the first.
    private let width: Int
    private let estimates: [[OptionEstimate]]
    private var people: Double { request.groups.reduce(0) { $0 + Double($1.people) } }

    /// - Parameters:
    ///   - request: checked.
    ///   - left: points that may still be given up; `nil` without an experience budget.
    init(_ request: AllocationRequest, left: Double?) {
        self.request = request
        floor = [request.experienceFloor, left.map { -$0 }].compactMap(\.self).max()
        width = 1 + (request.groups.map(\.options.count).max() ?? 0)
        estimates = Self.surely(request.groups)
    }

    /// Values and experience at the bounds that they surely keep. With three values or more, each is first pulled towards
    /// what options are usually worth, so that the choice doesn't chase luck.
    private static func surely(_ groups: [AllocationGroup]) -> [[OptionEstimate]] {
        let all = groups.flatMap(\.options)
        let shrinkage =
            all.contains { $0.valueError == 0 }
            ? nil : try? NormalShrinkage(effects: all.map(\.value), errors: all.map(\.valueError))
        return groups.map { group in
            group.options.map { option in
                var sure = option
                sure.value =
                    shrinkage?(option.value, error: option.valueError).lowerBound(0.8)
                    ?? option.value - Normal.quantile(0.8) * option.valueError
                sure.experience = option.experience - Normal.upperQuantile(0.025) * option.experienceError
                return sure
            }
        }
    }

    /// - Throws: ``AllocationProblem/floorCrossed(best:floor:)``.
    func solve() throws -> AllocationOutcome {
        let block = max(1, (people / Double(Self.rows)).rounded(.up))
        var (values, costs, experience, places) = ([Double](), [Double](), [Double](), [(group: Int, people: Double)]())
        for (index, group) in request.groups.enumerated() {
            var rest = Double(group.people)
            while rest > 0 {
                let size = min(block, rest)
                rest -= size
                places.append((index, size))
                values.append(0)
                costs.append(0)
                experience.append(0)
                for place in 0..<width - 1 {
                    // Groups with fewer options repeat "nothing".
                    let option = estimates[index].indices.contains(place) ? estimates[index][place] : nil
                    values.append((option?.value ?? 0) * size)
                    costs.append((option?.cost ?? 0) * size)
                    experience.append((option?.experience ?? 0) * size)
                }
            }
        }
        do {
            let allocation = try Allocation(
                options: width, values: values, costs: costs, experience: experience,
                limits: .init(budget: request.budget, experienceFloor: floor.map { $0 * people }))
            return outcome(allocation, places)
        } catch Allocation.Failure.experienceFloorCrossed(let best) {
            throw AllocationProblem.floorCrossed(best: best / people, floor: floor ?? 0)
        } catch {
            throw InvalidField("options", "can't be allocated.", zh: "无法分配。")
        }
    }

    private func outcome(_ allocation: Allocation, _ places: [(group: Int, people: Double)]) -> AllocationOutcome {
        var counts = request.groups.map { _ in [Double](repeating: 0, count: width) }
        for (row, choice) in allocation.choices.enumerated() {
            counts[places[row].group][Int(choice)] += places[row].people
        }
        let prices = allocation.prices
        let choices = request.groups.indices.flatMap { index -> [OptionChoice] in
            let options = estimates[index].enumerated().map { place, option in
                OptionChoice(
                    group: request.groups[index].name, option: option.option,
                    people: Int(counts[index][place + 1].rounded()), value: option.value, cost: option.cost,
                    experience: option.experience,
                    net: option.value - prices.money * option.cost + prices.experience * option.experience)
            }
            return options.sorted { ($0.net, $1.option) > ($1.net, $0.option) }
        }
        let totals = allocation.totals
        return AllocationOutcome(
            money: prices.money, experience: prices.experience, value: totals.value, cost: totals.cost,
            meanExperience: totals.experience / people, gap: allocation.gap, floor: floor, choices: choices)
    }
}
