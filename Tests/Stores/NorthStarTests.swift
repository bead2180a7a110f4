import Decisions
import Flows
import Foundation
import HTTP
import Inference
import Journal
import Kernel
import NorthStar
import Store
import Testing

/// The North Star tree on both stores: what it refuses, that versions stay, and what the lint reads from it.
struct NorthStarTests {
    @Test("money is a result and no objective, wherever it is written")
    func results() throws {
        #expect(try NorthStarTree.first.checked() == .first)
        for title in ["GMV", "Monthly gross merchandise value", "成交额增长", "Revenue per visit"] {
            for kind in [NodeKind.process, .pillar] {
                var tree = NorthStarTree.first
                tree.nodes.append(Self.node("x", kind, kind == .pillar ? "global_nps" : "good_goods", title))
                #expect(throws: NorthStarProblem.self, "\(title) as \(kind)") { try tree.checked() }
            }
            var tree = NorthStarTree.first
            tree.nodes.append(Self.node("x", .result, nil, title))
            #expect(throws: Never.self) { try tree.checked() }
            tree.strategies = [Self.strategy("Serve people better", serves: "x")]
            #expect(throws: NorthStarProblem.self) { try tree.checked() }
            tree.strategies = [Self.strategy("More \(title)", serves: "good_goods")]
            #expect(throws: NorthStarProblem.self) { try tree.checked() }
        }
        // Words that only look alike.
        var tree = NorthStarTree.first
        tree.nodes.append(Self.node("y", .process, "good_service", "Orders shipped late"))
        #expect(throws: Never.self) { try tree.checked() }
    }

    @Test("a tree is a tree: one star, parents that are there, no circles")
    func shape() {
        let breaks: [(inout NorthStarTree) -> Void] = [
            { $0.nodes.removeAll { $0.kind == .northStar } },
            { $0.nodes.append(Self.node("star", .northStar, nil, "Another")) },
            { $0.nodes.append(Self.node("a", .process, "nowhere", "A")) },
            { $0.nodes.append(Self.node("a", .process, "gmv", "A")) },
            { $0.nodes.append(Self.node("A b", .process, "good_goods", "A")) },
            { $0.nodes.append(Self.node("refunds", .process, "good_goods", "Twice")) },
            {
                $0.nodes.append(Self.node("a", .process, "b", "A"))
                $0.nodes.append(Self.node("b", .process, "a", "B"))
            },
            { $0.strategies = [Self.strategy("S", serves: "nowhere")] },
        ]
        for (number, change) in breaks.enumerated() {
            var tree = NorthStarTree.first
            change(&tree)
            #expect(throws: InvalidField.self, "break \(number)") { try tree.checked() }
        }
    }

    @Test("every version stays as it was, and of two who change at once one is told", arguments: TestStore.available)
    func versions(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.checkVersions($0) }
    }

    private static func checkVersions(_ store: any Store) async throws {
        let room = NorthStar(store: store, journal: Journal(store: store), source: TestClock().source)
        let write: @Sendable (String, Int64) async throws -> Int64 = { title, after in
            var tree = NorthStarTree.first
            tree.nodes.append(node("x", .process, "good_goods", title))
            let changed = tree
            return try await store.write {
                try room.write(changed, after: after, note: title, by: PersonID(rawValue: 7), in: $0)
            }
        }
        #expect(try await write("One", 0) == 1)
        #expect(try await write("Two", 1) == 2)
        await #expect(throws: NorthStarProblem.changedMeanwhile) { _ = try await write("Late", 1) }
        async let left = try? write("Left", 2)
        async let right = try? write("Right", 2)
        let won = await [left, right].compactMap(\.self)
        #expect(won == [3])
        let versions = try await store.read { try NorthStar.versions(limit: 10, in: $0) }
        #expect(versions.map(\.number) == [3, 2, 1])
        #expect(versions.suffix(2).map { $0.tree.node("x")?.title.en } == ["Two", "One"])
        #expect(try await store.read { try NorthStar.version(1, in: $0) }.tree.node("x")?.title.en == "One")
        await #expect(throws: NotFound.self) { _ = try await store.read { try NorthStar.version(9, in: $0) } }
    }

    @Test("a slope whose errors move together isn't believed from noise", arguments: TestStore.available)
    func slopes(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.checkSlopes($0) }
    }

    private static func checkSlopes(_ store: any Store) async throws {
        let room = NorthStar(store: store, journal: Journal(store: store), source: TestClock().source)
        var random = SystemSeeded(state: 3)
        func normal() -> Double {
            let (a, b) = (Double.random(in: 1e-12..<1, using: &random), Double.random(in: 0..<1, using: &random))
            return (-2 * Foundation.log(a)).squareRoot() * Foundation.cos(2 * .pi * b)
        }
        // True slope −0.5, true effects of size 1, errors of size 1 that move together by 0.6.
        var effects: [NorthStar.Effect] = []
        for number in 0..<400 {
            let (truth, common) = (normal(), normal())
            let error = 0.6 * common + 0.8 * normal()
            effects.append(
                NorthStar.Effect(
                    experiment: ExperimentID(rawValue: UInt128(number)), metric: "refunds",
                    decision: ProxySlope.Decision(
                        proxy: truth + common, northStar: -0.5 * truth + error, proxyError: 1, covariance: 0.6)))
        }
        let (few, all) = (Array(effects.prefix(4)), effects)
        try await store.write { try room.learn(few, in: $0) }
        #expect(try await store.read { try NorthStar.slopes(in: $0) }.isEmpty)
        for _ in 0..<2 { try await store.write { try room.learn(all, in: $0) } }
        let slope = try #require(try await store.read { try NorthStar.slopes(in: $0) }["refunds"])
        #expect(slope.count == 400, "learning twice counts once")
        #expect(abs(slope.slope + 0.5) < 0.2 && slope.verdict == .lowers, "\(slope)")
        #expect(slope.naive > slope.slope + 0.2)
        let reading = try #require(
            try await store.read { try NorthStar.reading(of: "Refunds", in: $0) })
        #expect(reading.slope == .lowers && reading.parent?.key == "good_goods")
        for name in ["退款次数", "refunds", "REFUNDS "] {
            #expect(try await store.read { try NorthStar.reading(of: name, in: $0) } == reading)
        }
        try await Self.checkLint(store, TestClock())
    }

    /// A decision that takes it for the North Star is found out by the tree and its slope.
    private static func checkLint(_ store: any Store, _ clock: TestClock) async throws {
        let market = Marketplace(store: store, source: clock.source, provider: SilentProvider())
        let officer = Identity(person: PersonID(rawValue: 7), proof: .visitor, roles: [.operator])
        var terms = DecisionTerms.example
        (terms.goal, terms.metric) = ("People get what they were promised", "Refunds")
        (terms.fallsWhenExperienceWorsens, terms.chain) = (false, ["global NPS"])
        let record = try await KeepDecisions(market).draft(terms, Command(by: officer))
        #expect(record.decision.reading == MetricReading(parent: "Good goods", slope: .lowers))
        let reasons = record.findings.first { $0.mistake == .processMetricAsNorthStar }?.reasons.map(\.en) ?? []
        #expect(reasons.contains { $0.contains("lowered the North Star") }, "\(reasons)")
        #expect(reasons.contains { $0.contains("Good goods") })
        terms.metric = "satisfaction of viewers"
        let revised = try await KeepDecisions(market).revise(record.decision.id, terms, Command(by: officer))
        #expect(revised.decision.reading == MetricReading())
    }

    private static func node(_ key: String, _ kind: NodeKind, _ parent: String?, _ title: String) -> NorthStarNode {
        NorthStarNode(
            key: key, kind: kind, parent: parent, title: Localized(en: title), definition: Localized(en: "d"),
            owner: "o", unit: "u")
    }

    private static func strategy(_ title: String, serves: String) -> Strategy {
        Strategy(
            title: title, serves: serves, startsAt: Instant(milliseconds: 0), endsAt: Instant(milliseconds: 1),
            resources: "two people")
    }
}
