import Dispatch
import Foundation
import Journal
import Kernel
import Matching
import Synchronization

/// The rankings that `quanyu evaluate matching` measures, learned from this marketplace's own journal. They rank for whoever
/// gets weights with ``RankingWeights/learned`` above 0, which only a decision gives to anybody.
extension Feed {
    /// How long ahead a ranking looks: what people come back for within four weeks.
    private static let ahead: Int64 = 28 * 86_400_000
    /// Most events learned from, the latest: 64 bytes each, which are held twice while they are put in order.
    private static let eventLimit = 2_000_000

    /// Learns the rankings anew from what the journal holds and takes them in the place of the former, also where nothing
    /// was learned: a ranking that the public weights beat by now must not stay.
    ///
    /// It reads the whole journal and leads a second engine through it, which takes minutes for a million events and, for
    /// that time, as much memory again as the engine.
    ///
    /// - Throws: ``StoreError``.
    public func learnRankings() async throws {
        let lessons = Mutex(Lessons(limit: Self.eventLimit))
        _ = try await journal.replay(after: .start, topics: Self.topics) { facts in
            lessons.withLock { $0.append(facts) }
        }
        let now = source.now.milliseconds
        let learned = await Self.learn(lessons.withLock { $0 }, until: now)
        engine.adopt(learned)
        keep(learned)
    }

    /// On a thread of its own: minutes of arithmetic would hold up the tasks that answer people.
    private static func learn(_ lessons: Lessons, until now: Int64) async -> LearnedRankings {
        await withCheckedContinuation { done in
            DispatchQueue.global(qos: .background).async {
                done.resume(
                    returning: LearnedRankings(
                        learningFrom: lessons.latest(before: now), items: lessons.items, until: now, ahead: ahead,
                        version: "ranking-\(now)"))
            }
        }
    }

    /// Learns once a day; the first time when the pages of a start have long been served, or a day after the last.
    func learnRankingsDaily() async {
        let age = rankingsPath.flatMap {
            try? FileManager.default.attributesOfItem(atPath: $0)[.modificationDate] as? Date
        }
        .map { max(0, -$0.timeIntervalSinceNow) }
        var pause = max(600, 86_400 - (age ?? 86_400))
        while (try? await Task.sleep(for: .seconds(pause))) != nil {
            pause = 86_400
            guard (try? await isLearningWanted()) == true else { continue }
            // Nobody waits for it: arithmetic can't be cancelled, and a stop must not take minutes. What can't be read today
            // is read tomorrow; the rankings in force stay.
            Task.detached(priority: .background) { [self] in try? await learnRankings() }
        }
    }

    /// Whether any registered weights ask for what is learned; nobody pays for learning what nothing ranks by.
    private func isLearningWanted() async throws -> Bool {
        try await store.read { try Self.weightSets(in: $0).contains { $0.weights.learned > 0 } }
    }

    /// Puts in force what was learned before the last stop; a damaged file is as good as none.
    func adoptRankings() {
        guard let rankingsPath, let data = FileManager.default.contents(atPath: rankingsPath),
            let learned = try? JSONDecoder().decode(LearnedRankings.self, from: data)
        else { return }
        engine.adopt(learned)
    }

    private func keep(_ learned: LearnedRankings) {
        guard let rankingsPath, let data = try? JSONEncoder().encode(learned) else { return }
        try? data.write(to: URL(fileURLWithPath: rankingsPath), options: .atomic)
    }

    private var rankingsPath: String? { snapshotPath.map { "\($0).rankings" } }
}

/// What the journal tells a ranking: events as the person who was behind a visitor did them, and goods as they are now.
private struct Lessons {
    private let limit: Int
    private var events: [Event] = []
    private var listed: [Key: Item] = [:]
    private var persons: [Key: Key] = [:]

    init(limit: Int) { self.limit = limit }

    var items: [Item] { Array(listed.values) }

    mutating func append(_ facts: [Fact]) {
        for change in FeedChange.changes(in: facts) {
            switch change {
            case .item(let item): listed[item.id] = item
            case .events(let more): events += more
            case .recognised(let visitor, let person): persons[visitor.rawValue] = person.rawValue
            case .withdrawal, .availability, .room: break
            }
        }
        // Rarely, so that the copying is paid once for many.
        if events.count > limit + limit / 8 { events.removeFirst(events.count - limit) }
    }

    /// In order of time: an import tells the past later than it was.
    func latest(before end: Int64) -> [Event] {
        let known = events.suffix(limit).filter { $0.time < end }.map { event in
            var event = event
            event.person = persons[event.person] ?? event.person
            return event
        }
        return known.sorted { ($0.time, $0.person, $0.subject) < ($1.time, $1.person, $1.subject) }
    }
}
