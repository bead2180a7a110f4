/// What the engine lets go of, so that its memory follows the living (expiry and frequency admission as in Monolith,
/// arXiv 2209.07663, with exact identifiers). All of it goes by the time of the events, so a replay lets go of the same.
extension Learner {
    /// Once a day: visitors who only looked, persons who stayed away for years, and what goods that were taken down had
    /// learned.
    mutating func expire() {
        let now = world.lastTime
        var (visitors, strayed): (Set<Int32>, Set<Int32>) = ([], [])
        for number in people.indices where !erased.contains(number) {
            let idle = now - people[number].lastTime
            if people[number].isUntold {
                if idle > configuration.visitorSpan { visitors.insert(number) }
            } else if idle > configuration.personSpan {
                strayed.insert(number)
            }
        }
        release(visitors)
        // No model can hold a row of theirs, so their numbers may stand for others.
        free.append(contentsOf: visitors.sorted())
        release(strayed)
        for item in world.items.indices where world.items[item].withdrawn { release(item, at: now) }
    }

    /// Nobody answers to these numbers any more; what the item-to-item model says to them goes with its next renewal.
    private mutating func release(_ numbers: Set<Int32>) {
        guard !numbers.isEmpty else { return }
        for number in numbers { people[number] = Person() }
        ledger.forget(numbers)
        persons.erase(numbers)
        erased.formUnion(numbers)
    }

    /// Its number stays, since histories name it; what it had learned goes once hardly anything of it is left.
    private mutating func release(_ item: Int32, at now: Int64) {
        guard world.counters[item].month.value(at: now, halfLife: Window.month.halfLife) < 0.1 else { return }
        if !world.neighbours[item].entries.isEmpty { world.neighbours[item] = Neighbours() }
        world.embedding.release(item)
    }

    /// Whether what an event speaks of has, or now gets, a place in the tables: what is listed does, and what is not, once it
    /// was heard of often enough. Whoever makes identifiers up fills no memory.
    mutating func admits(_ key: Key) -> Bool {
        configuration.admitsUnlisted || items.number(of: key) != nil
            || newcomers.count(key) >= configuration.admissionCount
    }
}

extension Person {
    /// Whether nothing but looks is known.
    fileprivate var isUntold: Bool { responses == 0 && history.count == 0 && follows.isEmpty && blocked.isEmpty }
}

/// How often identifiers that nobody listed were heard of.
struct Newcomers: Sendable {
    private(set) var counts: [Key: UInt8] = [:]

    private static let limit = 65_536

    init() {}

    init(_ counts: [(Key, UInt8)]) { self.counts = Dictionary(counts, uniquingKeysWith: { first, _ in first }) }

    /// Counts once more. When too many are waiting, all begin anew.
    mutating func count(_ key: Key) -> Int {
        if counts.count >= Self.limit, counts[key] == nil { counts = [:] }
        let count = min(UInt8.max - 1, counts[key] ?? 0) + 1
        counts[key] = count
        return Int(count)
    }

    mutating func settle(_ key: Key) { counts[key] = nil }
}
