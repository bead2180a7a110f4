import Foundation
import Importing
import Matching

/// What `quanyu evaluate matching` prints.
struct EvaluationText: Encodable {
    struct Span: Encodable {
        let mean, low, high: Double

        init(_ estimate: MatchingEvaluation.Estimate) {
            (mean, low, high) = (Self.rounded(estimate.mean), Self.rounded(estimate.low), Self.rounded(estimate.high))
        }

        /// Five digits: more would be noise.
        private static func rounded(_ value: Double) -> Double { (value * 100_000).rounded() / 100_000 }
    }

    struct Answer: Encodable {
        let persons, pairs, coverage: Int
        let recall, ndcg: Span
        let candidateRecall, candidates, recommendationsPerSecond: Double

        init(_ result: MatchingEvaluation.Result) {
            (persons, pairs, coverage) = (result.persons, result.pairs, result.coverage)
            (recall, ndcg) = (Span(result.recall), Span(result.ndcg))
            candidateRecall = (result.candidateRecall * 100_000).rounded() / 100_000
            candidates = result.candidates.rounded()
            recommendationsPerSecond = result.recommendationsPerSecond.rounded()
        }
    }

    struct BaselineAnswer: Encodable {
        let recall, ndcg, gain: Span
        let coverage: Int

        init(_ result: MatchingEvaluation.BaselineResult) {
            (recall, ndcg, gain) = (Span(result.recall), Span(result.ndcg), Span(result.gain))
            coverage = result.coverage
        }
    }

    struct Comparison: Encodable {
        let name: String
        let all, discovery: BaselineAnswer
    }

    let file: String
    let rows, rowsRefused, events, trainEvents, testEvents: Int
    let refusals: [RefusedRow]
    let persons, items, unknownPersons, k: Int
    let seed: UInt64
    let trainUntil, testUntil: Int64
    let trainSeconds, eventsPerSecond: Double
    let machine: String
    let all, discovery: Answer
    let baseline: Comparison?

    init(
        file: EventFile, name: String, events: Int, keys: EventKeys, evaluation: MatchingEvaluation,
        report: MatchingEvaluation.Report
    ) {
        self.file = name
        (rows, rowsRefused, refusals) = (file.rows.count + file.refused, file.refused, file.refusals)
        (self.events, trainEvents, testEvents) = (events, report.events, report.testEvents)
        (persons, items, unknownPersons) = (keys.people.count, keys.things.count, report.unknownPersons)
        (k, seed) = (evaluation.k, evaluation.seed)
        (trainUntil, testUntil) = (evaluation.trainUntil, evaluation.testUntil)
        trainSeconds = (report.trainSeconds * 10).rounded() / 10
        eventsPerSecond = report.eventsPerSecond.rounded()
        machine = BenchReport("evaluate").machine
        (all, discovery) = (Answer(report.all), Answer(report.discovery))
        baseline = report.baseline.map {
            Comparison(
                name: $0.baseline.rawValue, all: BaselineAnswer($0.all), discovery: BaselineAnswer($0.discovery))
        }
    }

    /// Prints JSON or a table for people.
    func show(json: Bool) throws {
        if json {
            let encoder = JSONEncoder()
            encoder.keyEncodingStrategy = .convertToSnakeCase
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            print(String(decoding: try encoder.encode(self), as: UTF8.self))
            return
        }
        for refusal in refusals {
            print("row \(refusal.row)\(refusal.column.map { ", column \($0)" } ?? ""): \(refusal.reason)")
        }
        if rowsRefused > refusals.count { print("… and \(rowsRefused - refusals.count) more rows left out") }
        print("\(trainEvents) events to learn from, \(testEvents) to predict, learned in \(trainSeconds) s")
        show("all", all, baseline?.all)
        show("discovery", discovery, baseline?.discovery)
    }

    private func show(_ name: String, _ answer: Answer, _ other: BaselineAnswer?) {
        print(
            "\(name): \(answer.persons) persons, \(answer.pairs) pairs, recall@\(k) \(answer.recall.text), "
                + "NDCG@\(k) \(answer.ndcg.text), \(answer.coverage) distinct items, "
                + "candidate recall \(answer.candidateRecall), \(answer.recommendationsPerSecond)/s")
        if let other, let baseline {
            print("  \(baseline.name): NDCG@\(k) \(other.ndcg.text); gain over it \(other.gain.text)")
        }
    }
}

extension EvaluationText.Span {
    fileprivate var text: String { "\(mean) (\(low)…\(high))" }
}
