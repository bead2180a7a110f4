/// What happened, as far as rankings are learned from it: events as the person who was behind a visitor did them, and goods
/// as they are now. The live feed and the replay of its log learn from it with the same code.
public struct RankingLessons: Sendable {
    /// How long ahead a ranking looks, milliseconds: what people come back for within four weeks.
    static let ahead: Int64 = 28 * 86_400_000
    /// Most events learned from, the latest: 64 bytes each, which are held twice while they are put in order.
    public static let eventLimit = 2_000_000

    private let limit: Int
    private var events: [Event] = []
    private var listed: [Key: Item] = [:]
    private var persons: [Key: Key] = [:]
    private var forgotten: Set<Key> = []

    /// Nothing has happened yet.
    public init(limit: Int = eventLimit) { self.limit = limit }

    /// Takes note of an item, or of what has changed about it.
    public mutating func list(_ item: Item) { listed[item.id] = item }

    /// Takes note of events, in the order in which they became known.
    public mutating func observe(_ more: some Sequence<Event>) {
        events += more
        // Rarely, so that the copying is paid once for many.
        if events.count > limit + limit / 8 { events.removeFirst(events.count - limit) }
    }

    /// A visitor turned out to be a person.
    public mutating func merge(_ visitor: Key, into person: Key) { persons[visitor] = person }

    /// Leaves out what a person did who was deleted.
    public mutating func forget(_ person: Key) { forgotten.insert(person) }

    /// Learns the rankings that hold from `now` on, which takes minutes for a million events.
    public func learn(until now: Int64) -> LearnedRankings {
        LearnedRankings(
            learningFrom: latest(before: now), items: Array(listed.values), until: now, ahead: Self.ahead,
            version: "ranking-\(now)")
    }

    /// In order of time: an import tells the past later than it was.
    private func latest(before end: Int64) -> [Event] {
        let known = events.suffix(limit).filter { $0.time < end }.map { event in
            var event = event
            event.person = persons[event.person] ?? event.person
            return event
        }
        .filter { !forgotten.contains($0.person) }
        return known.sorted { ($0.time, $0.person, $0.subject) < ($1.time, $1.person, $1.subject) }
    }
}
