import Inference
import World

/// A treatment that creates nothing: whoever gets it is only at the same shelf earlier. A world in which everybody gets it
/// sells what its twin sells in which nobody does, so the true effect is zero. What do the designs say?
public struct ShelfTrial: Sendable {
    /// Days measured.
    public let days: Int
    private static let warmUp = 5

    /// A trial.
    public init(days: Int = 400) { self.days = days }

    /// Relative lifts of units bought.
    public struct Result: Sendable {
        /// All treated over nobody treated, in twin worlds.
        public let truth: Double
        /// What a comparison of persons says.
        public let persons: Double
        /// What switching the whole market by days says.
        public let switchback: Double
        /// Whether the switchback's interval holds the truth.
        public let covers: Bool
    }

    /// Two products, each wanted by about twenty a day where twelve are delivered, so that they are gone early on nearly
    /// all days. People are the same every day, so that nothing is
    /// carried over but what the shelf holds.
    private static var parameters: Parameters {
        var parameters = Parameters()
        (parameters.shoppers, parameters.members) = (100, 1)
        (parameters.creators, parameters.merchants, parameters.productsOfMerchant) = (0, 1, 2)
        (parameters.categories, parameters.drift, parameters.click, parameters.want) = (1, 0, 1, 0)
        (parameters.stock, parameters.restockDays, parameters.wantByRecentPurchase) = (12, 1, 0)
        (parameters.satisfactionByFeed, parameters.satisfactionByPurchase, parameters.disappointment) = (0, 0, 0)
        (parameters.finish, parameters.finishByRepetition, parameters.wordOfMouth) = (0.9, 0, 0)
        (parameters.finishByQuality, parameters.priceSensitivity) = (0, 0)
        return parameters
    }

    private static let haste = Effect(haste: 0.5)

    /// Runs the four worlds of a seed.
    public func run(seed: UInt64) throws(InferenceProblem) -> Result {
        let none = units(seed) { _, _ in false }
        let all = units(seed) { _, _ in true }
        var random = SeededRandom(seed: seed)
        let isTreated = (0..<Self.parameters.shoppers).map { _ in random.bernoulli(0.5) }
        let half = units(seed) { who, _ in isTreated[who] }
        // Balanced pairs in random order.
        let dayIsTreated = (0..<(days + Self.warmUp + 1) / 2).flatMap { _ in
            let first = random.bernoulli(0.5)
            return [first, !first]
        }
        let switched = units(seed) { _, day in dayIsTreated[day] }
        let windows = switched.byDay.enumerated().map { index, units in
            Switchback.Window(
                isTreated: dayIsTreated[index + Self.warmUp], outcome: Double(units),
                exposure: Double(Self.parameters.shoppers))
        }
        let lift = try Self.lift(windows)
        let truth = Double(all.total) / Double(none.total) - 1
        return Result(
            truth: truth, persons: try Self.persons(half.byPerson, isTreated), switchback: lift.estimate,
            covers: lift.interval.contains(truth))
    }

    /// A shelf that is emptied every single day sells the same in every window: then the lift is nothing, exactly.
    private static func lift(
        _ windows: [Switchback.Window]
    ) throws(InferenceProblem) -> (estimate: Double, interval: Interval) {
        do {
            let lift = try Switchback(windows).compared().lift
            return (lift.estimate, lift.interval ?? Interval(-.infinity, .infinity))
        } catch .constantMetric {
            return (0, Interval(0, 0))
        }
    }

    private static func persons(_ units: [Int], _ isTreated: [Bool]) throws(InferenceProblem) -> Double {
        var (control, treatment) = (Moments(), Moments())
        for (count, isTreated) in zip(units, isTreated) {
            if isTreated { treatment.add(Double(count)) } else { control.add(Double(count)) }
        }
        return try Comparison(control: ArmMean(control), treatment: ArmMean(treatment)).lift.estimate
    }

    private func units(
        _ seed: UInt64, _ isTreated: (_ who: Int, _ day: Int) -> Bool
    ) -> (total: Int, byDay: [Int], byPerson: [Int]) {
        var world = World(Self.parameters, seed: seed)
        let slate = world.products.indices.map { Item.product($0) }
        var byDay: [Int] = []
        var byPerson = [Int](repeating: 0, count: world.shoppers.count)
        for day in 0..<days + Self.warmUp {
            let visits = world.visitors.map {
                Visit(shopper: $0, slate: slate, effect: isTreated($0, day) ? Self.haste : .none)
            }
            let bought = world.step(visits).happenings.filter { $0.action == .purchase }
            guard day >= Self.warmUp else { continue }
            byDay.append(bought.count)
            for happening in bought { byPerson[happening.shopper] += 1 }
        }
        return (byDay.reduce(0, +), byDay, byPerson)
    }
}
