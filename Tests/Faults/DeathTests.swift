import Foundation
import Harness
import Testing

@Suite("A server that dies keeps its word", .serialized)
struct DeathTests {
    /// SplitMix64, so that a failing run can be repeated.
    private struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    @Test("After kill -9 at random moments every acknowledged write is there once", arguments: [UInt64(20_261_124)])
    func killed(seed: UInt64) async throws {
        var random = Seeded(state: seed)
        let small = try await SmallMarket()
        let market = try await Market(data: small.data, clients: 6, run: "kill")
        let clock = ContinuousClock()
        let start = clock.now
        var acknowledged = 0
        for round in 0..<10 {
            let server = try await Server.start(data: market.data, port: market.port)
            acknowledged += await market.load(server, signal: SIGKILL, after: Int.random(in: 3...120, using: &random))
            #expect(try await server.child.ended() == .signal(SIGKILL), "round \(round): \(server.child.output)")
            let inFile = try await market.differencesInFile()
            #expect(inFile.isEmpty, "round \(round): \(inFile)")
            let again = try await Server.start(data: market.data, port: market.port)
            let found = try await market.differences(again)
            #expect(found.isEmpty, "round \(round): \(found)")
            try await again.kill()
        }
        let time = clock.now - start
        print("kill -9: 10 rounds, \(acknowledged) acknowledged writes, \(time)")
        #expect(acknowledged > 100)
    }

    @Test("SIGTERM under load ends with exit code 0 and loses nothing")
    func terminated() async throws {
        let small = try await SmallMarket()
        let market = try await Market(data: small.data, clients: 6, run: "term")
        for round in 0..<3 {
            let server = try await Server.start(data: market.data, port: market.port)
            let acknowledged = await market.load(server, signal: SIGTERM, after: 40)
            #expect(acknowledged >= 40)
            #expect(try await server.child.ended() == .exit(0), "round \(round): \(server.child.output)")
            let inFile = try await market.differencesInFile()
            #expect(inFile.isEmpty, "round \(round): \(inFile)")
            let again = try await Server.start(data: market.data, port: market.port)
            let found = try await market.differences(again)
            #expect(found.isEmpty, "round \(round): \(found)")
            #expect(try await again.stop() == .exit(0))
        }
    }
}
