import Testing

@testable import Matching

/// Vectors that lie in a few hidden directions, or anywhere.
private struct Shape: Sendable, CustomTestStringConvertible {
    let directions: [[Float]]
    let noise: Float
    var testDescription: String { directions.isEmpty ? "anywhere" : "in \(directions.count) directions" }

    static let length = 64

    static let anywhere = Shape(directions: [], noise: 1)

    static func few(seed: UInt64) -> Shape {
        var dice = Dice(seed: seed)
        return Shape(directions: (0..<8).map { _ in (0..<length).map { _ in component(&dice) } }, noise: 0.1)
    }

    static func component(_ dice: inout Dice) -> Float { Float(dice.roll(2001)) / 1000 - 1 }

    func vector(_ dice: inout Dice) -> [Float] {
        var vector = (0..<Self.length).map { _ in noise * Self.component(&dice) }
        for direction in directions {
            let weight = Self.component(&dice)
            for place in vector.indices { vector[place] += weight * direction[place] }
        }
        return vector
    }
}

@Suite("A table of vectors")
struct VectorTableTests {
    private static var settings: VectorIndex.Settings {
        var settings = VectorIndex.Settings()
        (settings.exactLimit, settings.clusterLimit, settings.reach) = (200, 32, 2)
        return settings
    }

    private func written(_ table: VectorTable) -> ContiguousArray<VectorTable.Written> {
        ContiguousArray(
            table.clusters.map { cluster in
                (
                    centre: cluster.centre, distances: cluster.distances,
                    members: ContiguousArray(cluster.slots.map { (slot: $0, vector: table[$0]) })
                )
            })
    }

    private func recall(_ table: VectorTable, _ shape: Shape, _ dice: inout Dice) -> Double {
        var work = VectorScratch()
        var found = 0
        for _ in 0..<50 {
            let query = shape.vector(&dice)
            let truth = Set(table.searchExactly(query, 10))
            found += table.search(query, 10, &work).count { truth.contains($0) }
        }
        return Double(found) / 500
    }

    @Test(
        "in clusters it is restored to the same answers and goes on alike", arguments: 1...3,
        [Shape.anywhere, .few(seed: 9)])
    fileprivate func restores(seed: UInt64, shape: Shape) {
        var dice = Dice(seed: seed)
        var table = VectorTable(dimension: Shape.length, settings: Self.settings)
        for _ in 0..<900 {
            let slot = Int32(dice.roll(500))
            if dice.roll(5) == 0 { table.remove(slot) } else { table.set(slot, shape.vector(&dice)) }
        }
        #expect(table.clusters.count > 5)
        #expect(table.components?.width == (shape.directions.isEmpty ? nil : 16))
        let written = written(table)
        var restored = VectorTable(dimension: Shape.length, settings: Self.settings)
        let isRestored = restored.restore(written, table.components, writes: table.writes)
        #expect(isRestored)
        var (one, two) = (VectorScratch(), VectorScratch())
        for _ in 0..<400 {
            let (slot, vector, query) = (Int32(dice.roll(500)), shape.vector(&dice), shape.vector(&dice))
            table.set(slot, vector)
            restored.set(slot, vector)
            let (found, again) = (table.search(query, 10, &one), restored.search(query, 10, &two))
            #expect(found == again)
        }
        #expect(table.count == restored.count)
        let isRestoredTwice = restored.restore(written, table.components, writes: table.writes)
        #expect(!isRestoredTwice)
    }

    @Test(
        "directions follow the vectors when these move elsewhere, and are let go when there are none", arguments: 1...3)
    func drift(seed: UInt64) {
        var dice = Dice(seed: seed)
        var table = VectorTable(dimension: Shape.length, settings: Self.settings)
        for stage in [Shape.few(seed: seed), .few(seed: seed + 50), .anywhere, .few(seed: seed + 99)] {
            // Twice all of them, so that the directions are looked for while only the new ones are there.
            for number in 0..<2000 { table.set(Int32(number % 1000), stage.vector(&dice)) }
            #expect(table.components?.width == (stage.directions.isEmpty ? nil : 16))
            #expect(recall(table, stage, &dice) > 0.97)
        }
    }

    @Test("a cluster whose centre is of another length is refused")
    func damaged() {
        var dice = Dice(seed: 1)
        var table = VectorTable(dimension: Shape.length, settings: Self.settings)
        for number in 0..<300 { table.set(Int32(number), Shape.few(seed: 1).vector(&dice)) }
        var restored = VectorTable(dimension: Shape.length, settings: Self.settings)
        let isRestored = restored.restore(written(table), nil, writes: 0)
        #expect(!isRestored)
    }
}
