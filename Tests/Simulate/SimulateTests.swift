import Flows
import Foundation
import Store
import StoreSQLite
import Testing

@testable import Quanyu

/// A simulated marketplace in the real rooms, small and short.
@Suite(.serialized) struct SimulateTests {
    private static func plan(
        _ treatment: String, enjoyment: Double = 0, seed: UInt64 = 3, truth: Bool = false
    ) -> SimulationPlan {
        SimulationPlan(
            days: 6, seed: seed, shoppers: 60, treatment: treatment, enjoyment: enjoyment, tellsTruth: truth)
    }

    private static func report(_ plan: SimulationPlan) async throws -> SimulationReport {
        try await Simulation(plan: plan) { _, _ in }.run()
    }

    @Test("The flywheel turns in the real rooms, and they agree with the world on every order")
    func flywheel() async throws {
        let report = try await Self.report(Self.plan("fatigue = 3", enjoyment: 1.5, truth: true))
        #expect(report.flywheel.count == 6)
        #expect(report.flywheel.allSatisfy { $0.impressions > 0 && $0.interactions > 0 })
        #expect(report.flywheel.reduce(0) { $0 + $1.orders } > 0)
        #expect(report.disagreements == 0)
        #expect(report.people.count == 2 && report.people.allSatisfy { $0 > 10 })
        let primary = try #require(report.effects.first { $0.isPrimary })
        #expect(try #require(primary.truth) > 0)
        #expect(primary.measured != nil && primary.coversTruth == true)
        #expect(report.warning?.contains("stock") == true)
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(report.json.utf8)) as? [String: Any])
        #expect(json["simulated"] as? Bool == true)
        #expect(report.text.contains("SIMULATED"))
    }

    @Test("A treatment that changes nothing has a true effect of exactly zero")
    func nothingIsNothing() async throws {
        // The baseline's own number: both twins rank alike.
        let report = try await Self.report(Self.plan("like = 1", truth: true))
        #expect(report.effects.allSatisfy { $0.truth == 0 })
    }

    @Test("What is kept is an ordinary marketplace, labelled as simulated, with its decision and what it measured")
    func keeps() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "kept-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var plan = Self.plan("fatigue = 3", enjoyment: 1.5)
        plan.kept = folder
        let report = try await Self.report(plan)
        let installation = try await Installation.open(InstallationOptions.parse(["--data", folder]))
        #expect(try await installation.notice()?.en.hasPrefix("Simulated") == true)
        let (market, _) = try installation.marketplace(callbackPort: 1, environment: [:])
        try await market.load()
        let experiment = try #require(try await market.experiments.list(limit: 10).first { $0.purpose == .measure })
        let result = try await ReadValue(market).result(of: experiment.id).result
        #expect(result.counts == report.people)
        await installation.store.close()
        do {
            _ = try Simulate.parse(["--keep", folder])
            Issue.record("a marketplace was written over")
        } catch {
            #expect(Simulate.message(for: error).contains("--keep"))
        }
    }

    @Test("Weights that ask for learned rankings get them, learned every morning, and nobody else does")
    func learned() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "learned-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let plan = SimulationPlan(
            days: 4, seed: 3, shoppers: 60, treatment: "learned = 1", enjoyment: 0, tellsTruth: false, kept: folder)
        _ = try await Self.report(plan)
        let store = try SQLiteStore(path: "\(folder)/quanyu.sqlite")
        let models = try await store.read {
            try $0.rows("SELECT DISTINCT model FROM slates").map { try $0.get("model", as: String.self) }
        }
        await store.close()
        let learned = Set(models.filter { $0.contains("/ranking-") })
        #expect(!learned.isEmpty && learned.allSatisfy { $0.hasPrefix("simulated/") }, "\(models)")
        #expect(models.contains { !$0.contains("/ranking-") })
    }

    @Test("The same seed prints the same days, another seed others")
    func repeats() async throws {
        let first = try await Self.report(Self.plan("fatigue = 3"))
        let again = try await Self.report(Self.plan("fatigue = 3"))
        #expect(first.flywheel == again.flywheel && first.effects == again.effects)
        let other = try await Self.report(Self.plan("fatigue = 3", seed: 4))
        #expect(first.flywheel != other.flywheel)
    }

    @Test(
        "Bad arguments are named",
        arguments: [
            (["--days", "1"], "--days"), (["--shoppers", "3"], "--shoppers"),
            (["--enjoyment", "9"], "--enjoyment"), (["--treatment", "gmv=1"], "gmv"),
            (["--treatment", "like"], "NAME=NUMBER"), (["--treatment", "like=1"], "changes nothing"),
        ])
    func badArguments(arguments: [String], named: String) {
        do {
            _ = try Simulate.parse(arguments)
            Issue.record("\(arguments) was taken")
        } catch {
            #expect(Simulate.message(for: error).contains(named))
        }
    }
}
