import InferenceTrials
import RealModule
import Testing

@testable import Inference

/// Error rates of designs other than "persons, once".
@Suite struct DesignTests {
    private let allowance = 3.0

    private func isNominal(_ hits: Int, of runs: Int, _ share: Double) -> Bool {
        abs(Double(hits) / Double(runs) - share) < allowance * Double.sqrt(share * (1 - share) / Double(runs))
    }

    @Test func fewClustersKeepTheirErrorRate() throws {
        var random = SeededRandom(seed: 40)
        var (robust, naive) = (0, 0)
        let runs = 1_500
        for _ in 0..<runs {
            var clusters = Clusters()
            var arms = [Moments(), Moments()]
            for cluster in 0..<14 {
                // Unequal sizes, and a third of the variance between clusters.
                let (size, centre) = (10 + Int(random.next() % 60), 0.7 * random.normal())
                for _ in 0..<size {
                    let outcome = centre + random.normal()
                    clusters.add(outcome, cluster: cluster, isTreated: cluster % 2 == 0)
                    arms[cluster % 2 == 0 ? 1 : 0].add(outcome)
                }
            }
            robust += try clusters.compared().pValue < 0.05 ? 1 : 0
            naive += try Comparison(control: ArmMean(arms[0]), treatment: ArmMean(arms[1])).pValue < 0.05 ? 1 : 0
        }
        print("figure: 14 clusters: CR2 \(robust)/\(runs), naive \(naive)/\(runs)")
        #expect(Double(robust) / Double(runs) < 0.065)
        #expect(naive > runs / 4)
    }

    @Test func clustersThatCrossArmsGainFromIt() throws {
        var random = SeededRandom(seed: 41)
        var hits = 0
        let runs = 600
        for _ in 0..<runs {
            var clusters = Clusters()
            for cluster in 0..<20 {
                let centre = 2 * random.normal()
                for _ in 0..<30 {
                    clusters.add(centre + random.normal(), cluster: cluster, isTreated: random.bernoulli(0.5))
                }
            }
            hits += try clusters.compared().interval.contains(0) ? 0 : 1
        }
        #expect(Double(hits) / Double(runs) < 0.08)
    }

    @Test func quantilesCover() throws {
        var random = SeededRandom(seed: 42)
        var covered = 0
        let runs = 400
        for _ in 0..<runs {
            let arms = try (0...1).map { _ in
                try QuantileMean.arm((0..<800).map { _ in Double.exp(random.normal()) }, share: 0.9)
            }
            covered += try Comparison(control: arms[0], treatment: arms[1]).interval.contains(0) ? 1 : 0
        }
        #expect(isNominal(covered, of: runs, 0.95) || covered > runs * 95 / 100)
        #expect(throws: InferenceProblem.self) { try QuantileMean.arm([1, 2, 3], share: 0.9) }
        #expect(throws: InferenceProblem.self) { try QuantileMean.arm([1, 2, 3], share: 1) }
    }

    @Test func switchbacksCoverWithLastingShocks() throws {
        var random = SeededRandom(seed: 43)
        var covered = 0
        let runs = 500
        for _ in 0..<runs {
            var shock = 0.0
            let windows = (0..<200).map { _ in
                shock = 0.6 * shock + random.normal()
                let isTreated = random.bernoulli(0.5)
                let exposure = 50 + 20 * random.uniform()
                return Switchback.Window(
                    isTreated: isTreated, outcome: exposure * (10 + shock + (isTreated ? 0.5 : 0)), exposure: exposure)
            }
            covered += try Switchback(windows).compared().interval.contains(0.5) ? 1 : 0
        }
        print("figure: switchback coverage \(covered)/\(runs)")
        #expect(Double(covered) / Double(runs) > 0.92)
    }

    @Test func theAnalysisOfColumnsIsThatOfItsParts() throws {
        let persons = Persons.all
        var data = ExperimentData(columns: ["revenue", "sessions", "pre_sessions"])
        let names = ["revenue", "sessions", "pre_sessions"]
        for row in persons.variant.indices {
            data.add(
                arm: persons.variant[row] == 0 ? "old" : "new", cluster: "\(row / 100)", names: names,
                values: names.map { persons.columns[$0]![row] })
        }
        let metrics: [AnalysisPlan.Metric] = [.mean("sessions"), .ratio("revenue", "sessions")]
        let plain = try ExperimentAnalysis(data, plan: AnalysisPlan(control: "old", metrics: metrics))
        let answers = try plain.findings.map { try $0.answer.get() }
        #expect(abs(answers[0].comparison.pValue - 0.6307806279392935) < 1e-12)
        #expect(abs(answers[1].comparison.pValue - 0.1152047407332418) < 1e-12)
        #expect(answers[0].adjustedPValue == answers[0].comparison.pValue || answers[0].adjustedPValue > 0.63)
        let adjusted = try ExperimentAnalysis(
            data, plan: AnalysisPlan(control: "old", metrics: [.mean("sessions")], covariate: "pre_sessions"))
        #expect(abs(try adjusted.findings[0].answer.get().comparison.pValue - 0.3940294734830363) < 1e-12)
        let clustered = try ExperimentAnalysis(
            data, plan: AnalysisPlan(control: "old", metrics: [.mean("sessions")], isClustered: true))
        let answer = try clustered.findings[0].answer.get()
        #expect(answer.clusters == 40 && abs(answer.comparison.standardError - 0.1635) < 0.01)
        #expect(throws: AnalysisProblem.self) {
            try ExperimentAnalysis(data, plan: AnalysisPlan(control: "none", metrics: metrics))
        }
    }
}
