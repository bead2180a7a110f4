import Journal
import Kernel
import Testing

@testable import Feed

@Suite("The slate log")
struct SlateLogTests {
    @Test("what is written as lines is read back whole", arguments: UInt64(1)...50)
    func roundTrip(seed: UInt64) throws {
        var random = Seeded(state: seed)
        let slots = (0..<Int.random(in: 0...30, using: &random)).map { _ in Self.slot(&random) }
        let slate = FeedSlate(
            id: Identifier(rawValue: 1), person: Identifier(rawValue: 2), surface: "feed", model: "w1", slots: slots,
            shownAt: Instant(milliseconds: 0))
        #expect(try FeedSlate.slots(in: slate.lines) == slots)
    }

    @Test("a line that was cut is an error, not a slot", arguments: ["prd_1", "prd_x own 1 1", "not a slot at all"])
    func damaged(line: String) {
        #expect(throws: UnreadableSlot.self) { try FeedSlate.slots(in: line) }
    }

    private static func slot(_ random: inout Seeded) -> FeedSlot {
        let reasons = (0..<Int.random(in: 0...3, using: &random)).map { _ in
            let times = Bool.random(using: &random) ? Int.random(in: 1...9, using: &random) : nil
            return FeedReason(
                kind: FeedReason.Kind.allCases.randomElement(using: &random) ?? .new,
                subject: Bool.random(using: &random)
                    ? String(UInt64.random(in: 0 ... .max, using: &random), radix: 16) : nil,
                times: times, intervalDays: times == nil ? nil : Int.random(in: 1...90, using: &random))
        }
        let key = UInt128(UInt64.random(in: 0 ... .max, using: &random))
        return FeedSlot(
            item: Bool.random(using: &random) ? .product(Identifier(rawValue: key)) : .video(Identifier(rawValue: key)),
            source: "trending", score: Float.random(in: -9...9, using: &random),
            propensity: Double.random(in: 1e-9...1, using: &random), reasons: reasons)
    }
}
