import Kernel
import Store
import Testing

/// Kept reads are trusted for a while, and never past a change.
struct RecentTests {
    private let start = Instant(milliseconds: 1_000_000)

    @Test func valuesAreTrustedUntilTheirTimeIsOver() {
        let recent = Recent<Int, String>(lifetime: .seconds(10), limit: 100)
        recent.remember([1: "one", 2: "two"], at: start, version: recent.version)
        #expect(recent.find(1, at: start + .seconds(9)) == "one")
        #expect(recent.find([1, 2, 3], at: start + .seconds(9)) == [1: "one", 2: "two"])
        #expect(recent.find(1, at: start + .seconds(10)) == nil)
    }

    @Test func whatWasReadBeforeAChangeIsNotRememberedAfterIt() {
        let recent = Recent<Int, String>(lifetime: .seconds(10), limit: 100)
        let version = recent.version
        recent.forget([1])
        recent.remember([1: "old"], at: start, version: version)
        #expect(recent.find(1, at: start) == nil)
        recent.remember([1: "new", 2: "x"], at: start, version: recent.version)
        recent.forget { $0 == "new" }
        #expect(recent.find([1, 2], at: start) == [2: "x"])
    }

    @Test func oneCallerRenewsAValueWhileTheOthersGoOnWithIt() {
        let recent = Recent<Int, String>(lifetime: .seconds(10), limit: 100)
        recent.remember([1: "one"], at: start, version: recent.version)
        #expect(recent.look([1, 2], at: start + .seconds(5)) == (known: [1: "one"], due: [2]))
        #expect(recent.look([1], at: start + .seconds(6)) == (known: [1: "one"], due: [1]))
        #expect(recent.look([1], at: start + .seconds(7)) == (known: [1: "one"], due: []))
        // Whoever was told never came back: then it is missing to everybody.
        #expect(recent.look([1], at: start + .seconds(10)) == (known: [:], due: [1]))
        recent.remember([1: "new"], at: start + .seconds(10), version: recent.version)
        #expect(recent.look([1], at: start + .seconds(11)) == (known: [1: "new"], due: []))
    }

    @Test func theLimitHoldsAndOutdatedValuesGoFirst() {
        let recent = Recent<Int, Int>(lifetime: .seconds(10), limit: 10)
        for key in 0..<8 { recent.remember([key: key], at: start, version: recent.version) }
        let later = start + .seconds(11)
        for key in 100..<108 { recent.remember([key: key], at: later, version: recent.version) }
        #expect((100..<108).allSatisfy { recent.find($0, at: later) == $0 })
        #expect((0..<8).allSatisfy { recent.find($0, at: start) == nil })
    }
}
