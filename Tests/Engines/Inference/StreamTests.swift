import Foundation
import InferenceTrials
import Testing

@testable import Inference

@Suite struct StreamTests {
    @Test func cellsHoldPersonsHoweverTheirEventsArrive() {
        var random = SeededRandom(seed: 6)
        var cells = ExposureCells(metrics: 2)
        var (truth, armOf): ([UInt64: [Double]], [UInt64: UInt16]) = ([:], [:])
        var event: UInt64 = 0
        for _ in 0..<20_000 {
            let person = random.next() % 500
            if random.bernoulli(0.2) {
                let arm = UInt16(person % 2)
                let key = CellKey(decision: 7, arm: arm, day: Int32(random.next() % 30), segment: UInt32(person % 3))
                let isFirst = cells.expose(person: person, key: key)
                #expect(isFirst == (armOf[person] == nil))
                if isFirst { (armOf[person], truth[person]) = (arm, [0, 0]) }
            } else {
                event += 1
                let metric = Int(random.next() % 2)
                let amount = random.uniform() * 30
                cells.record(event: event, person: person, metric: metric, amount: amount)
                // The same event again, and before any exposure: nothing happens.
                let isNew = cells.record(event: event, person: person, metric: metric, amount: amount)
                #expect(!isNew)
                truth[person]?[metric] += amount
            }
        }
        for arm in 0...1 as ClosedRange<UInt16> {
            for metric in 0...1 {
                let direct = Moments(armOf.filter { $0.value == arm }.keys.sorted().map { truth[$0]![metric] })
                let merged = cells.merged(decision: 7, arm: arm, metric: metric)
                #expect(merged.count == direct.count)
                #expect(relativeError(merged.yMean, direct.mean) < 1e-12)
                #expect(relativeError(merged.ySquares, direct.squares) < 1e-10)
            }
        }
        #expect(cells.merged(decision: 8, arm: 0, metric: 0).count == 0)
    }

    @Test func aPersonIsInSeveralDecisionsAtOnce() {
        var cells = ExposureCells(metrics: 1, hasCovariates: true)
        for decision in 1...3 as ClosedRange<UInt32> {
            cells.expose(
                person: 1, key: CellKey(decision: decision, arm: 1, day: 0, segment: 0),
                covariates: [Double(decision)])
        }
        cells.record(event: 1, person: 1, metric: 0, amount: 5)
        for decision in 1...3 as ClosedRange<UInt32> {
            let cell = cells.moments(CellKey(decision: decision, arm: 1, day: 0, segment: 0), metric: 0)
            #expect(cell.yMean == 5 && cell.xMean == Double(decision))
        }
        #expect(cells.count == 3)
    }

    @Test(arguments: [0.0, 1e9]) func columnsGiveTheSameMomentsAsRows(offset: Double) {
        var random = SeededRandom(seed: 10)
        for count in [1, 2, 511, 512, 513, 10_001] {
            let x = (0..<count).map { _ in offset + random.normal() }
            let y = (0..<count).map { offset + 0.5 * (x[$0] - offset) + random.normal() }
            let treated = (0..<count).map { _ in UInt8(random.bernoulli(0.3) ? 1 : 0) }
            var rows = [PairMoments(), PairMoments()]
            for index in 0..<count { rows[Int(treated[index])].add(x: x[index], y: y[index]) }
            let columns = x.withUnsafeBufferPointer { x in
                y.withUnsafeBufferPointer { y in
                    treated.withUnsafeBufferPointer {
                        ColumnMoments.moments([.init(covariate: x, outcome: y)], isTreated: $0)[0]
                    }
                }
            }
            for (a, b) in zip([columns.control, columns.treatment], rows) {
                #expect(a.count == b.count)
                #expect(abs(a.yMean - b.yMean) <= 1e-13 * max(1, offset))
                #expect(abs(a.ySquares - b.ySquares) <= 1e-9 * max(1, b.ySquares))
                #expect(abs(a.products - b.products) <= 1e-9 * max(1, b.ySquares))
            }
        }
    }
}
