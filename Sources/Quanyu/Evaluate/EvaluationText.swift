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

    struct PeerAnswer: Encodable {
        let answered: Int
        let recall, ndcg, gain: Span
        let coverage: Int

        init(_ peer: MatchingEvaluation.PeerResult) {
            answered = peer.answered
            (recall, ndcg, gain) = (Span(peer.result.recall), Span(peer.result.ndcg), Span(peer.result.gain))
            coverage = peer.result.coverage
        }
    }

    struct PeerComparison: Encodable {
        let name: String
        let rowsRefused: Int
        let refusals: [RefusedRow]
        let all, discovery: PeerAnswer?
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
    let peers: [PeerComparison]

    init(
        file: EventFile, name: String, events: Int, keys: EventKeys, evaluation: MatchingEvaluation,
        report: MatchingEvaluation.Report, rivals: [RankedListFile]
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
        peers = zip(report.peers, rivals).map { peer, file in
            PeerComparison(
                name: peer.name, rowsRefused: file.refused, refusals: file.refusals, all: peer.all.map(PeerAnswer.init),
                discovery: peer.discovery.map(PeerAnswer.init))
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
        for peer in peers where peer.rowsRefused > 0 {
            for refusal in peer.refusals {
                let column = refusal.column.map { ", column \($0)" } ?? ""
                print("\(peer.name), row \(refusal.row)\(column): \(refusal.reason)")
            }
            print("\(peer.name): \(peer.rowsRefused) rows left out")
        }
        print("\(trainEvents) events to learn from, \(testEvents) to predict, learned in \(trainSeconds) s")
        show("all", all, baseline?.all)
        for peer in peers { if let answer = peer.all { show(peer.name, answer, of: all.persons) } }
        show("discovery", discovery, baseline?.discovery)
        for peer in peers { if let answer = peer.discovery { show(peer.name, answer, of: discovery.persons) } }
    }

    private func show(_ name: String, _ peer: PeerAnswer, of persons: Int) {
        let missing = peer.answered < persons ? ", \(persons - peer.answered) persons without a list" : ""
        print(
            "  \(name): recall@\(k) \(peer.recall.text), NDCG@\(k) \(peer.ndcg.text); gain over it "
                + "\(peer.gain.text); \(peer.coverage) distinct items\(missing)")
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
