import Foundation
import Inference
import InferenceTrials

/// How fast: moments from columns, results from moments, a stream into cells, an allocation.
enum InferenceSpeed {
    static func figures(persons: Int, metrics: Int, peers: InferencePeers?) throws -> [BenchReport.Figure] {
        try moments(persons: persons, metrics: metrics, peers: peers)
            + [results(peers: peers), stream()] + allocation()
    }

    private static func moments(persons: Int, metrics: Int, peers: InferencePeers?) throws -> [BenchReport.Figure] {
        let table = Columns(persons: persons, metrics: metrics)
        let times = (0..<3).map { _ in
            let start = processSeconds()
            let cells = table.moments()
            let findings = cells.map { pair in
                (try? CovariateAdjustment(control: pair.control, treatment: pair.treatment)).flatMap {
                    try? Comparison(control: $0.control, treatment: $0.treatment)
                }
            }
            precondition(findings.allSatisfy { $0?.pValue.isFinite ?? false })
            return processSeconds() - start
        }
        let name = "\(persons) persons × \(metrics) adjusted metrics, one core"
        let value = times.min() ?? .nan
        guard let peers else { return [.init(name: name, value: value, unit: "CPU s")] }
        return [
            ("DuckDB, one thread, aggregation only", peers.duckdb), ("tea-tasting on polars", peers.teaTasting),
        ].map { peer, seconds in
            BenchReport.Figure(
                name: name, value: value, unit: "CPU s", peer: peer, peerValue: peers.scaled(seconds, to: persons))
        }
    }

    private static func results(peers: InferencePeers?) throws -> BenchReport.Figure {
        var random = SeededRandom(seed: 5)
        let cells = (0..<20).map { _ in
            (0...1).map { arm in
                var moments = PairMoments()
                for _ in 0..<2_000 {
                    let before = random.normal()
                    moments.add(x: before, y: 3 + 0.6 * before + random.normal() + 0.01 * Double(arm))
                }
                return moments
            }
        }
        var best = Double.infinity
        var check = 0.0
        for _ in 0..<200 {
            let start = ContinuousClock.now
            for pair in cells {
                let adjusted = try CovariateAdjustment(control: pair[0], treatment: pair[1])
                let comparison = try Comparison(control: adjusted.control, treatment: adjusted.treatment)
                let critical = comparison.critical
                check += comparison.pValue + comparison.interval(critical: critical).lower
                check += comparison.lift(critical: critical).estimate
            }
            best = min(best, (ContinuousClock.now - start).seconds)
        }
        precondition(check.isFinite)
        return BenchReport.Figure(
            name: "20 adjusted metrics from stored cells, with intervals, lifts and p", value: best * 1e6, unit: "µs",
            peer: peers?.gbstatsResult == nil ? nil : "gbstats", peerValue: peers?.gbstatsResult.map { $0 * 1e6 })
    }

    /// Exposures of four metrics and as many outcomes, interleaved as they come.
    private static func stream() -> BenchReport.Figure {
        let count = 2_000_000
        var cells = ExposureCells(metrics: 4, capacity: count / 2)
        var random = SeededRandom(seed: 9)
        let persons = (0..<count).map { _ in random.next() % UInt64(count / 2) }
        let start = processSeconds()
        for (index, person) in persons.enumerated() {
            let key = CellKey(
                decision: 1, arm: UInt16(truncatingIfNeeded: person & 1), day: Int32(index / (count / 30)),
                segment: UInt32(truncatingIfNeeded: person % 5))
            cells.expose(person: person, key: key)
            cells.record(event: UInt64(index), person: person, metric: index & 3, amount: 12)
        }
        let seconds = processSeconds() - start
        return BenchReport.Figure(
            name: "exposures with one outcome each into cells, one core", value: Double(count) / seconds,
            unit: "exposures/s")
    }

    private static func allocation() throws -> [BenchReport.Figure] {
        let persons = 1_000_000
        let trial = AllocationTrial(persons: persons, seed: 7)
        func run(floor: Double?) throws -> (seconds: Double, allocation: Allocation) {
            let start = processSeconds()
            let allocation = try Allocation(
                options: 4, values: trial.values, costs: trial.costs, experience: floor == nil ? [] : trial.experience,
                limits: .init(budget: 2.5 * Double(persons), experienceFloor: floor))
            return (processSeconds() - start, allocation)
        }
        let free = try run(floor: nil)
        var harm = 0.0
        for (person, choice) in free.allocation.choices.enumerated() {
            harm += trial.experience[person * 4 + Int(choice)]
        }
        let floored = try run(floor: harm / 2)
        let left = floored.allocation.totals.experience - harm / 2
        return [
            .init(name: "knapsack, 1,000,000 × 4", value: free.seconds, unit: "CPU s"),
            .init(name: "knapsack, gap to the bound", value: free.allocation.gap * 100, unit: "%"),
            .init(name: "knapsack under an experience floor", value: floored.seconds, unit: "CPU s"),
            .init(name: "knapsack under a floor, gap to the bound", value: floored.allocation.gap * 100, unit: "%"),
            .init(name: "experience above its floor (never below 0)", value: left, unit: "points"),
        ]
    }
}

/// Columns in memory: an arm, and a covariate and an outcome for each metric.
private struct Columns {
    private let arms: [UInt8]
    private let covariates: [[Double]]
    private let outcomes: [[Double]]

    init(persons: Int, metrics: Int) {
        var random = SeededRandom(seed: 1)
        arms = (0..<persons).map { _ in UInt8(truncatingIfNeeded: random.next() & 1) }
        let covariates = (0..<metrics).map { _ in (0..<persons).map { _ in 1 + 3.46 * (random.uniform() - 0.5) } }
        outcomes = covariates.map { column in column.map { 0.6 * $0 + 3.46 * (random.uniform() - 0.5) } }
        self.covariates = covariates
    }

    func moments() -> [(control: PairMoments, treatment: PairMoments)] {
        arms.withUnsafeBufferPointer { arms in
            // Arrays live as long as self, so their buffers may be collected first.
            var metrics: [ColumnMoments.Metric] = []
            func collect(_ index: Int) -> [(control: PairMoments, treatment: PairMoments)] {
                guard index < covariates.count else { return ColumnMoments.moments(metrics, isTreated: arms) }
                return covariates[index].withUnsafeBufferPointer { x in
                    outcomes[index].withUnsafeBufferPointer { y in
                        metrics.append(ColumnMoments.Metric(covariate: x, outcome: y))
                        return collect(index + 1)
                    }
                }
            }
            return collect(0)
        }
    }
}
