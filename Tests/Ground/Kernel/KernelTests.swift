import Foundation
import Testing

@testable import Kernel

/// A small generator so that every random test repeats from its seed (SplitMix64).
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

@Suite("Money") struct MoneyTests {
    @Test("parts always sum exactly, each within one unit of its share", arguments: 0..<200)
    func split(seed: Int) throws {
        var random = Seeded(state: UInt64(seed))
        for _ in 0..<50 {
            let amount = Int64.random(in: -1_000_000_000_000...1_000_000_000_000, using: &random)
            let weights = (0..<Int.random(in: 1...9, using: &random)).map { _ in
                Int64.random(in: 0...1_000_000, using: &random)
            }
            guard weights.contains(where: { $0 > 0 }) else { continue }
            let parts = try Money(amount, .cny).split(by: weights)
            #expect(parts.map(\.amount).reduce(0, +) == amount)
            let total = weights.reduce(0, +)
            for (part, weight) in zip(parts, weights) {
                let share = Double(amount) * Double(weight) / Double(total)
                #expect(abs(Double(part.amount) - share) <= 1)
                if weight == 0 { #expect(part.amount == 0) }
            }
        }
    }

    @Test("a share is rounded half away from zero, once")
    func share() throws {
        #expect(try Money(50, .cny).share(of: BasisPoints(100)).amount == 1)
        #expect(try Money(49, .cny).share(of: BasisPoints(100)).amount == 0)
        #expect(try Money(-50, .cny).share(of: BasisPoints(100)).amount == -1)
        #expect(try Money(.max, .cny).share(of: BasisPoints(10_000)).amount == .max)
    }

    @Test("sums refuse two currencies and overflow")
    func sums() {
        #expect(throws: MoneyError.currencyMismatch(.cny, .usd)) { try Money(1, .cny).adding(Money(1, .usd)) }
        #expect(throws: MoneyError.overflow) { try Money(.max, .cny).adding(Money(1, .cny)) }
        #expect(throws: MoneyError.overflow) { try Money(.max, .cny).times(2) }
        #expect(throws: MoneyError.overflow) { try Money(0, .cny).subtracting(Money(.min, .cny)) }
        #expect(throws: MoneyError.noWeights) { try Money(1, .cny).split(by: [0, 0]) }
    }
}

@Suite("Identifier") struct IdentifierTests {
    @Test("text and number are the same thing, and sort alike", arguments: 0..<50)
    func roundTrip(seed: Int) throws {
        var random = Seeded(state: UInt64(seed))
        let numbers = (0..<40).map { _ in UInt128.random(in: .min ... .max, using: &random) } + [0, .max]
        let ids = numbers.map { OrderID(rawValue: $0) }
        for id in ids { #expect(OrderID(id.description) == id) }
        #expect(ids.sorted().map(\.description) == ids.map(\.description).sorted())
    }

    @Test(
        "what is not an identifier is refused",
        arguments: [
            "", "ord_", "ord_0", "prd_00000000000000000000000001", "ord_8zzzzzzzzzzzzzzzzzzzzzzzzz",
            "ord_0000000000000000000000000!",
            "ord-00000000000000000000000001", "ord_000000000000000000000000001", "ord_0000000000000000000000000é",
        ])
    func refuses(text: String) { #expect(OrderID(text) == nil) }

    @Test("identifiers made later sort later")
    func order() {
        let early = Source(now: { Instant(milliseconds: 1_000) }, random: { .max }).identifier(OrderKind.self)
        let late = Source(now: { Instant(milliseconds: 1_001) }, random: { 0 }).identifier(OrderKind.self)
        #expect(early < late)
    }
}

@Suite("Time and text") struct TextTests {
    @Test("RFC 3339 is read and written")
    func instants() {
        #expect(Instant(rfc3339: "2026-03-01T08:00:00Z")?.milliseconds == 1_772_352_000_000)
        #expect(Instant(rfc3339: "2026-03-01T16:00:00+08:00")?.milliseconds == 1_772_352_000_000)
        #expect(Instant(rfc3339: "2026-03-01T08:00:00.250Z")?.milliseconds == 1_772_352_000_250)
        #expect(Instant(rfc3339: "yesterday") == nil)
        #expect(Instant(milliseconds: 1_772_352_000_250).rfc3339 == "2026-03-01T08:00:00.250Z")
        for offset in Int64(0)..<1000 {
            let instant = Instant(milliseconds: 1_772_352_000_000 + offset)
            #expect(Instant(rfc3339: instant.rfc3339) == instant)
        }
    }

    @Test("bytes are written as two lower-case digits each")
    func hexadecimal() {
        #expect([UInt8]([0, 1, 15, 16, 171, 255]).hexadecimal == "00010f10abff")
        #expect([UInt8]().hexadecimal == "")
    }

    @Test("text is trimmed, measured and free of control characters")
    func validated() throws {
        #expect(try ValidatedText("  茶 ", field: "name", length: 1...5).value == "茶")
        #expect(throws: InvalidField.self) { try ValidatedText("   ", field: "name", length: 1...5) }
        #expect(throws: InvalidField.self) { try ValidatedText("abcdef", field: "name", length: 1...5) }
        #expect(throws: InvalidField.self) { try ValidatedText("a\u{0}b", field: "name", length: 1...5) }
        #expect(throws: InvalidField.self) {
            try ValidatedText(String(repeating: "a", count: 1 << 20), field: "name", length: 1...5)
        }
    }
}
