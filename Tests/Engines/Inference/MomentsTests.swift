import Foundation
import Testing

@testable import Inference
import InferenceTrials

@Suite struct MomentsTests {
    /// Values, and their exact variance by integers: 10⁹ plus whole thousandths.
    private func large(_ count: Int, base: Int, seed: UInt64) -> (values: [Double], variance: Double) {
        var random = SeededRandom(seed: seed)
        // Multiples of 2⁻¹⁰ are exact beside 10⁹.
        let steps = (0..<count).map { _ in Int((random.normal() * 1024).rounded()) }
        let sum = steps.reduce(0, +)
        let squares = steps.reduce(0) { $0 + $1 * $1 }
        let exact = (Double(squares) - Double(sum) * Double(sum) / Double(count)) / Double(count - 1) / 1_048_576
        return (steps.map { Double(base) + Double($0) / 1024 }, exact)
    }

    @Test(arguments: [1_000_000, 1_000_000_000, 4_000_000_000])
    func varianceSurvivesHugeValues(base: Int) {
        let (values, truth) = large(100_000, base: base, seed: 3)
        #expect(relativeError(Moments(values).variance, truth) < 1e-11)
        // The same in a thousand pieces, merged.
        var merged = Moments()
        for start in stride(from: 0, to: values.count, by: 97) {
            merged.merge(Moments(values[start..<min(start + 97, values.count)]))
        }
        #expect(merged.count == values.count)
        #expect(relativeError(merged.variance, truth) < 1e-11)
        var pair = PairMoments()
        for value in values { pair.add(x: value, y: -value) }
        #expect(relativeError(-pair.products / Double(values.count - 1), truth) < 1e-11)
        print("figure: relative error of variance at \(base): \(relativeError(merged.variance, truth))")
    }

    @Test func raisingIsAddingTheRaisedValue() {
        var random = SeededRandom(seed: 11)
        for offset in [0, 1e9] {
            var totals = (0..<500).map { _ in offset }
            let covariates = (0..<500).map { _ in random.normal() + offset }
            var streaming = PairMoments()
            for (x, y) in zip(covariates, totals) { streaming.add(x: x, y: y) }
            for _ in 0..<5_000 {
                let person = Int(random.next() % 500)
                let amount = random.uniform() * 20
                streaming.raise(x: covariates[person], from: totals[person], by: amount)
                totals[person] += amount
            }
            var direct = PairMoments()
            for (x, y) in zip(covariates, totals) { direct.add(x: x, y: y) }
            let tolerance = offset == 0 ? 1e-12 : 1e-8
            #expect(relativeError(streaming.yMean, direct.yMean) < 1e-13)
            #expect(relativeError(streaming.ySquares, direct.ySquares) < tolerance)
            #expect(relativeError(streaming.products, direct.products) < max(1e-9, tolerance))
        }
    }

    @Test func dailySquaresWouldBeWrong() {
        // Two purchases of one person: the person's square is (3 + 4)², not 3² + 4².
        var cell = PairMoments()
        cell.add(x: 0, y: 0)
        cell.add(x: 0, y: 0)
        cell.raise(x: 0, from: 0, by: 3)
        cell.raise(x: 0, from: 3, by: 4)
        #expect(abs(cell.ySquares - 24.5) < 1e-12)
    }

    @Test func mergingIsAssociativeAndEmptyIsNeutral() {
        var random = SeededRandom(seed: 5)
        let parts = (0..<8).map { size in
            var moments = PairMoments()
            for _ in 0..<size { moments.add(x: random.normal(), y: random.normal()) }
            return moments
        }
        let left = parts.reduce(PairMoments()) { $0.merged(with: $1) }
        let right = parts.reversed().reduce(PairMoments()) { $1.merged(with: $0) }
        #expect(left.count == right.count)
        #expect(relativeError(left.ySquares, right.ySquares) < 1e-12)
        #expect(abs(left.products - right.products) < 1e-12)
        #expect(PairMoments().merged(with: parts[3]) == parts[3])
        #expect(parts[3].merged(with: PairMoments()) == parts[3])
    }

    @Test func aCellIsSmall() {
        #expect(MemoryLayout<PairMoments>.size == 56)
    }

    @Test("what is taken out was never there", arguments: 1...50 as ClosedRange<UInt64>)
    func removal(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let scale = pow(10, Double(seed % 10))
        let pairs = (0..<(2 + Int(seed % 30))).map { _ in
            (x: scale + random.uniform(), y: scale * 3 - random.uniform() * 4)
        }
        let cut = Int(random.next() % UInt64(pairs.count))
        var (all, rest) = (PairMoments(), PairMoments())
        for (index, pair) in pairs.enumerated() {
            all.add(x: pair.x, y: pair.y)
            if index != cut { rest.add(x: pair.x, y: pair.y) }
        }
        all.remove(x: pairs[cut].x, y: pairs[cut].y)
        #expect(all.count == rest.count)
        #expect(abs(all.xMean - rest.xMean) < 1e-9 * scale && abs(all.yMean - rest.yMean) < 1e-9 * scale)
        #expect(abs(all.xSquares - rest.xSquares) < 1e-6 && abs(all.ySquares - rest.ySquares) < 1e-6)
        #expect(abs(all.products - rest.products) < 1e-6)
    }

    @Test("the last one taken out leaves nothing")
    func emptied() {
        var moments = PairMoments()
        moments.add(x: 3, y: 4)
        moments.remove(x: 3, y: 4)
        #expect(moments == PairMoments())
    }
}
