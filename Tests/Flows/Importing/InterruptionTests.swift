import Foundation
import Testing

@testable import Importing

/// An import that dies anywhere and is started again ends where an undisturbed one does.
@Suite struct InterruptionTests {
    /// Two batches of variants and three of orders, with refused rows among them.
    private func input() -> Scratch {
        let folder = Scratch.market(products: 1_100, orders: 2_300)
        let orders = folder.path + "/orders.csv"
        var lines = String(decoding: FileManager.default.contents(atPath: orders) ?? Data(), as: UTF8.self)
            .split(separator: "\n").map(String.init)
        lines[11] = lines[11].replacing(",2,", with: ",-2,")
        lines[3_001] = lines[3_001].replacing("p1-a", with: "nothing")
        lines.append(lines[21])
        folder.write("orders.csv", lines.joined(separator: "\n") + "\n")
        return folder
    }

    @Test func resumedEqualsUninterrupted() async throws {
        let input = input()
        let whole = try await Market()
        let expected = try await whole.importing(input).run()
        let rejections = input.rejections()
        #expect(rejections.count == 5, "\(rejections)")
        let contents = try await whole.contents()

        for (writes, death) in [(1, MortalStore.Death.after), (9, .after), (12, .before), (19, .after), (23, .before)] {
            let market = try await Market()
            await #expect(throws: MortalStore.Killed.self) {
                try await market.importing(input, on: MortalStore(market.store, writes: writes, death: death)).run()
            }
            let report = try await market.importing(input).run()
            #expect(report.tables.map(\.read) == expected.tables.map(\.read))
            #expect(report.tables.map(\.refused) == expected.tables.map(\.refused))
            #expect(try await market.contents(differingFrom: contents) == [], "killed \(death) write \(writes)")
            #expect(input.rejections() == rejections, "killed \(death) write \(writes)")
        }
    }

    @Test func everyWriteMayBeTheLast() async throws {
        let input = Scratch.market()
        let whole = try await Market()
        _ = try await whole.importing(input).run()
        let contents = try await whole.contents()
        let market = try await Market()
        // Each run gets one write further than the one before it; none of them may leave half of anything.
        var runs = 0
        while runs < 200 {
            runs += 1
            let store = MortalStore(market.store, writes: 2 + runs % 3, death: runs % 2 == 0 ? .before : .after)
            do {
                _ = try await market.importing(input, on: store).run()
                break
            } catch is MortalStore.Killed {}
        }
        #expect(runs < 200)
        #expect(try await market.contents(differingFrom: contents) == [])
    }

    private static let postgres = ProcessInfo.processInfo.environment["QUANYU_TEST_POSTGRES"]

    @Test(.enabled(if: postgres != nil)) func postgresResumesToo() async throws {
        try await Market.onPostgres(try #require(Self.postgres)) { market in
            let input = input()
            await #expect(throws: MortalStore.Killed.self) {
                try await market.importing(input, on: MortalStore(market.store, writes: 22, death: .after)).run()
            }
            let report = try await market.importing(input).run()
            #expect(report.tables.map(\.refused).reduce(0, +) == 5)
            #expect(try await market.count("order_lines") == 4_596)
            #expect(try await market.topics().count { $0 == "orders.order_changed" } == 4_596)
            let facts = try await market.count("journal")
            let copy = self.input()
            _ = try await market.importing(copy).run()
            #expect(try await market.count("journal") == facts)
        }
    }

    @Test func aLogThatWasLostIsMadeAgain() async throws {
        let input = input()
        let market = try await Market()
        await #expect(throws: MortalStore.Killed.self) {
            try await market.importing(input, on: MortalStore(market.store, writes: 22, death: .after)).run()
        }
        try FileManager.default.removeItem(atPath: input.path + "/.quanyu")
        _ = try await market.importing(input).run()
        #expect(input.rejections().count == 5)
    }

    @Test func twoImportsOfOneDataSetDoNotMix() async throws {
        let input = input()
        let market = try await Market()
        async let first = Result { try await market.importing(input).run() }
        async let second = Result { try await market.importing(input).run() }
        let outcomes = await [first, second]
        #expect(outcomes.contains { (try? $0.get()) != nil })
        #expect(try await market.count("order_lines") == 4_596)
        #expect(try await market.topics().count { $0 == "orders.order_changed" } == 4_596)
    }
}

extension Market {
    /// Tables whose contents differ; the journal's numbers are left out, since a new run counts on.
    func contents(differingFrom other: [String: [String]]) async throws -> [String] {
        let mine = try await contents()
        return mine.keys.sorted().filter { table in
            guard table == "journal" else { return mine[table] != other[table] }
            let facts = { (rows: [String]?) in (rows ?? []).map { $0.drop { $0 != "|" } }.sorted() }
            return facts(mine[table]) != facts(other[table])
        }
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
