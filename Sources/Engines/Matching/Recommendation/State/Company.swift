/// What one tap teaches the embedding: the item learns from those tapped just before it, and they from it.
struct Company {
    private let item: Int32
    private var lesson: [Float]
    private let rarity: Float
    private var learned: [Float]
    private var mass: Float = 0

    init(_ item: Int32, _ world: World) {
        self.item = item
        lesson = [Float](repeating: 0, count: Embedding.width)
        learned = lesson
        rarity = Self.rarity(item, world)
        world.embedding.addLesson(of: item, 1, to: &lesson)
    }

    /// - Parameter bond: how strongly the two taps belong together.
    mutating func meet(_ other: Int32, _ bond: Float, _ world: inout World) {
        let weight = bond * Self.rarity(other, world)
        world.embedding.addLesson(of: other, weight, to: &learned)
        mass += weight
        world.embedding.learn(other, lesson, bond * rarity, of: bond * rarity)
    }

    /// Gives the item, and the kinds that it belongs to, what it learned.
    func part(_ world: inout World) {
        if mass > 0 {
            world.embedding.learn(item, learned, 1, of: mass)
            world.items[item].subjects { world.embedding.learnKind($0, learned, 1, of: mass) }
        }
        world.embedding.settle(item, world.items[item])
    }

    /// Company that goes with everything says little.
    private static func rarity(_ item: Int32, _ world: World) -> Float {
        1 / Float(world.counters[item].responses + 4).squareRoot()
    }
}
