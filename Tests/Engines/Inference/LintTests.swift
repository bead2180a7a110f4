import Foundation
import Testing

@testable import Inference

@Suite struct LintTests {
    /// A record with the mistakes that a person finds in it.
    struct Labelled: Decodable {
        let claim: DecisionClaim
        let mistakes: Set<DecisionLint.Mistake>
        enum CodingKeys: String, CodingKey { case mistakes }

        init(from decoder: any Decoder) throws {
            claim = try DecisionClaim(from: decoder)
            mistakes = try decoder.container(keyedBy: CodingKeys.self).decode(Set.self, forKey: .mistakes)
        }
    }

    private func score(_ file: String, prints: Bool) throws -> (precision: Double, recall: Double) {
        var (hits, falseAlarms, missed) = (0, 0, 0)
        for record in try VectorFiles.json(file, as: [Labelled].self, in: "Records") {
            let found = Set(DecisionLint().findings(in: record.claim).map(\.mistake))
            hits += found.intersection(record.mistakes).count
            falseAlarms += found.subtracting(record.mistakes).count
            missed += record.mistakes.subtracting(found).count
            if prints, found != record.mistakes {
                print(
                    "figure: \(record.claim.goal): found \(found.map(\.rawValue)), is \(record.mistakes.map(\.rawValue))"
                )
            }
        }
        return (Double(hits) / Double(hits + falseAlarms), Double(hits) / Double(hits + missed))
    }

    @Test func recordsItWasTunedOn() throws {
        let score = try score("tuning.json", prints: true)
        print("figure: lint, tuning half: \(score)")
        #expect(score.precision >= 0.9)
        #expect(score.recall >= 0.8)
    }

    /// Written before the rules and never used to choose them; only the two figures are looked at.
    @Test func recordsItHasNeverSeen() throws {
        let score = try score("heldout.json", prints: false)
        print("figure: lint, held-out half: \(score)")
        #expect(score.precision >= 0.9)
        #expect(score.recall >= 0.8)
    }

    @Test func everyFindingExplainsItselfInBothLanguages() throws {
        for record in try VectorFiles.json("tuning.json", as: [Labelled].self, in: "Records") {
            for finding in DecisionLint().findings(in: record.claim) {
                #expect(!finding.reasons.isEmpty)
                for reason in finding.reasons + [finding.advice] { #expect(!reason.en.isEmpty && !reason.zh.isEmpty) }
                #expect(finding.strength >= 1)
            }
        }
    }

    @Test func anEmptyClaimIsNoCrash() {
        _ = DecisionLint().findings(in: DecisionClaim(goal: ""))
        _ = DecisionLint().findings(in: DecisionClaim(goal: "🙂 \u{0} '\"", metric: "", milestones: [""]))
    }
}
