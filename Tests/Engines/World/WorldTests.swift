import Testing

@testable import World

@Suite("The world is repeatable, and a difference in it is an effect")
struct WorldTests {
    private func parameters(_ shoppers: Int = 150) -> Parameters {
        var parameters = Parameters()
        parameters.shoppers = shoppers
        return parameters
    }

    @Test("The same seed is the same world, another seed another", arguments: 1...4 as ClosedRange<UInt64>)
    func repeats(seed: UInt64) {
        let first = Twins(parameters(), seed: seed).live(days: 8)
        #expect(first == Twins(parameters(), seed: seed).live(days: 8))
        #expect(first != Twins(parameters(), seed: seed + 100).live(days: 8))
    }

    @Test("A treatment of no effect changes nothing at all", arguments: 1...4 as ClosedRange<UInt64>)
    func zeroIsZero(seed: UInt64) {
        let twins = Twins(parameters(), seed: seed)
        #expect(twins.live(days: 8) == twins.live(days: 8) { _, _ in Effect(enjoyment: 0, purchase: 0, haste: 0) })
    }

    @Test("One person's treatment leaves the luck of the others alone", arguments: 1...4 as ClosedRange<UInt64>)
    func luckIsOnesOwn(seed: UInt64) {
        var parameters = parameters()
        // Nothing is shared any more: stock for all, no word of mouth, creators whom nothing touches.
        (parameters.stock, parameters.wordOfMouth) = (1_000_000, 0)
        (parameters.outputByReach, parameters.learning) = (0, 0)
        let twins = Twins(parameters, seed: seed)
        let without = twins.live(days: 8)
        let with = twins.live(days: 8) { who, _ in who % 2 == 0 ? Effect(enjoyment: 1, purchase: 1) : .none }
        for who in 0..<parameters.shoppers where who % 2 == 1 {
            #expect(without.finishes[who] == with.finishes[who] && without.spent[who] == with.spent[who])
            #expect(without.satisfaction[who] == with.satisfaction[who])
        }
        #expect(with.total(\.finishes) > without.total(\.finishes))
        #expect(with.total(\.purchases) > without.total(\.purchases))
    }

    @Test("The flywheel turns: matched distribution satisfies more, and creators create more")
    func flywheel() {
        for seed in 1...3 as ClosedRange<UInt64> {
            let matched = Twins(parameters(), seed: seed, distribution: .matched).live(days: 30)
            let random = Twins(parameters(), seed: seed, distribution: .random).live(days: 30)
            #expect(matched.truth.satisfaction > random.truth.satisfaction + 0.03)
            #expect(matched.truth.netPromoterScore > random.truth.netPromoterScore)
            #expect(matched.creations > random.creations)
            #expect(matched.total(\.purchases) > random.total(\.purchases))
            #expect(matched.truth.members >= random.truth.members)
        }
    }

    @Test("The more of one thing, the less it pleases, and a night helps")
    func fatigue() throws {
        var world = World(parameters(), seed: 5)
        let who = try #require(world.visitors.first)
        let same = world.products.indices.filter { world.products[$0].category == 0 }.map { Item.product($0) }
        let (shown, kept) = (Array(same.dropLast()), same[same.count - 1])
        let fresh = try #require(world.enjoyment(of: kept, by: who))
        let repeated = try #require(world.enjoyment(of: shown[0], by: who))
        // Interests stand still, so that only fatigue moves.
        var quiet = parameters()
        quiet.drift = 0
        world = World(quiet, seed: 5)
        _ = world.step([Visit(shopper: who, slate: shown)])
        let tired = try #require(world.enjoyment(of: kept, by: who))
        #expect(tired < fresh)
        #expect(try #require(world.enjoyment(of: shown[0], by: who)) < repeated - 1)
        for _ in 0..<5 { _ = world.step([]) }
        #expect(try #require(world.enjoyment(of: kept, by: who)) > tired)
    }

    @Test("Nobody gets what is not there, and a delivery fills the shelf")
    func stock() {
        var parameters = parameters(300)
        (parameters.stock, parameters.restockDays) = (3, 4)
        var world = World(parameters, seed: 9)
        var (missed, restocked) = (0, 0)
        for _ in 0..<12 {
            let before = world.products.map(\.stock)
            let today = world.step(
                world.visitors.map {
                    Visit(shopper: $0, slate: Distribution.matched.slate(for: $0, in: world, count: 20))
                })
            for (index, stock) in before.enumerated() {
                let sold = today.happenings.count { $0.action == .purchase && $0.item == .product(index) }
                #expect(sold <= stock)
                #expect(world.products[index].stock == (today.restocked.contains(index) ? 3 : stock - sold))
            }
            missed += today.count(.missed)
            restocked += today.restocked.count
        }
        #expect(missed > 0 && restocked > 0)
    }

    @Test("A treatment that only silences changes the answers and nothing else")
    func nonResponse() {
        let twins = Twins(parameters(400), seed: 3)
        let all = twins.live(days: 20)
        let silenced = twins.live(days: 20) { _, _ in Effect(response: -1) }
        #expect(all.truth == silenced.truth && all.finishes == silenced.finishes && all.asked == silenced.asked)
        #expect(silenced.answers.count < all.answers.count)
        let satisfied = all.satisfaction.indices.filter { all.satisfaction[$0] >= 0.6 }
        #expect(!satisfied.isEmpty)
    }
}
