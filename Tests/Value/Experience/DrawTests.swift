import Kernel
import KeyedDraw
import Testing

@testable import Experience

/// Random numbers that repeat.
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

struct DrawTests {
    @Test("everybody is as likely as everybody else, and the draw repeats", arguments: [1, 2, 3] as [UInt64])
    func uniform(seed: UInt64) {
        let key = DrawKey(secret: "key \(seed)")
        let (people, share) = (60_000, 500)
        func isAsked(_ number: Int, _ week: Int64) -> Bool {
            SurveyDraw.isAsked(PersonID(rawValue: UInt128(seed) << 64 | UInt128(number)), in: week, share: share, key)
        }
        let expected = Double(people * share) / 10_000
        let spread = (expected * 0.95).squareRoot()
        var drawn: [[Bool]] = []
        for week in Int64(10)..<14 {
            let asked = (0..<people).map { isAsked($0, week) }
            #expect(asked == (0..<people).map { isAsked($0, week) })
            #expect(abs(Double(asked.count { $0 }) - expected) < 4.5 * spread)
            // Those who came early and those who came late.
            let early = Double(asked.prefix(people / 2).count { $0 })
            #expect(abs(early - expected / 2) < 4.5 * spread)
            drawn.append(asked)
        }
        // Being asked in one week says nothing about the next: both happen as often as chance has it.
        let both = Double(zip(drawn[0], drawn[1]).count { $0 && $1 })
        let chance = Double(people) * 0.05 * 0.05
        #expect(abs(both - chance) < 4.5 * chance.squareRoot())
    }

    @Test("weeks begin on Monday, also before 1970")
    func weeks() {
        for day in -400...400 {
            let noon = Instant(milliseconds: Int64(day) * 86_400_000 + 43_200_000)
            let week = SurveyWeek.number(of: noon)
            #expect(SurveyWeek.start(of: week) <= noon && noon < SurveyWeek.start(of: week + 1))
            // 1970-01-05 was a Monday.
            #expect((SurveyWeek.start(of: week).milliseconds / 86_400_000 - 4) % 7 == 0)
        }
    }
}
