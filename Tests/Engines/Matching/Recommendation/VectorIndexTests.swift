import Testing

@testable import Matching

@Suite("The vector index")
struct VectorIndexTests {
    private func vectors(_ count: Int, seed: UInt64) -> [[Float]] {
        var dice = Dice(seed: seed)
        func component() -> Float { Float(dice.roll(2001)) / 1000 - 1 }
        let centres = (0..<40).map { _ in (0..<24).map { _ in component() } }
        return (0..<count).map { number in centres[number % 40].map { $0 + 0.3 * component() } }
    }

    private func recall(_ index: VectorIndex, _ queries: [[Float]]) -> Double {
        var found = 0
        for query in queries {
            let truth = Set(index.searchExactly(query, count: 10).map(\.key))
            found += index.search(query, count: 10).count { truth.contains($0.key) }
        }
        return Double(found) / Double(10 * queries.count)
    }

    @Test("finds nearly all neighbours, before, during and after changes", arguments: 1...3)
    func recallHolds(seed: UInt64) {
        var settings = VectorIndex.Settings()
        (settings.exactLimit, settings.clusterLimit) = (500, 64)
        let index = VectorIndex(dimension: 24, settings: settings)
        // Queries come from where the vectors come from: that is what a calibration can promise.
        let drawn = vectors(2040, seed: seed)
        let all = Array(drawn.prefix(2000)), queries = Array(drawn.suffix(40))
        for (number, vector) in all.enumerated() { index.set(Key(number), vector) }
        #expect(index.count == 2000 && index.clusters > 20)
        index.calibrate(recall: 0.97)
        #expect(recall(index, queries) > 0.9)
        for number in 0..<1000 { index.set(Key(number), all[(number * 7 + 3) % 2000]) }
        for number in 1500..<1750 { index.remove(Key(number)) }
        #expect(index.count == 1750)
        #expect(recall(index, queries) > 0.85)
        for query in queries { #expect(index.search(query, count: 10).allSatisfy { $0.key < 1500 || $0.key >= 1750 }) }
    }

    @Test("a limit bounds the clusters that a query looks at, the most promising first")
    func limit() {
        var settings = VectorIndex.Settings()
        (settings.exactLimit, settings.clusterLimit, settings.lookLimit) = (500, 64, 6)
        let index = VectorIndex(dimension: 24, settings: settings)
        let drawn = vectors(2040, seed: 4)
        for (number, vector) in drawn.prefix(2000).enumerated() { index.set(Key(number), vector) }
        #expect(recall(index, Array(drawn.suffix(40))) > 0.7)
        #expect(index.probes == 6)
    }

    @Test("small tables are exact, and nonsense changes nothing")
    func small() {
        let index = VectorIndex(dimension: 3)
        index.set(1, [1, 0, 0])
        index.set(2, [0, 1, 0])
        index.set(3, [1, 2])
        index.set(4, [.nan, 0, 0])
        #expect(index.count == 2)
        #expect(index.search([1, 0.1, 0], count: 5).map(\.key) == [1, 2])
        #expect(index.search([], count: 5).isEmpty && index.search([1, 0, 0], count: 0).isEmpty)
        index.remove(1)
        index.remove(1)
        #expect(index.search([1, 0, 0], count: 5).map(\.key) == [2])
    }
}
