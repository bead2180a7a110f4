import Dispatch
import Foundation
import Journal
import Kernel
import Matching
import Synchronization

/// The rankings that `quanyu evaluate matching` measures, learned from this marketplace's own journal. They rank for whoever
/// gets weights with ``RankingWeights/learned`` above 0, which only a decision gives to anybody.
extension Feed {
    /// Learns the rankings anew from what the journal holds and takes them in the place of the former, also where nothing
    /// was learned: a ranking that the public weights beat by now must not stay.
    ///
    /// It reads the whole journal and leads a second engine through it, which takes minutes for a million events and, for
    /// that time, as much memory again as the engine.
    ///
    /// - Throws: ``StoreError``.
    public func learnRankings() async throws {
        let lessons = Mutex(RankingLessons())
        _ = try await journal.replay(after: .start, topics: Self.topics) { facts in
            lessons.withLock { $0.append(facts) }
        }
        let now = source.now.milliseconds
        let learned = await Self.learn(lessons.withLock { $0 }, until: now)
        engine.adopt(learned)
        keep(learned)
    }

    /// On a thread of its own: minutes of arithmetic would hold up the tasks that answer people.
    private static func learn(_ lessons: RankingLessons, until now: Int64) async -> LearnedRankings {
        await withCheckedContinuation { done in
            DispatchQueue.global(qos: .background).async { done.resume(returning: lessons.learn(until: now)) }
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
        guard let rankingsPath, let data = FileManager.default.contents(atPath: rankingsPath) else { return }
        guard let learned = try? JSONDecoder().decode(LearnedRankings.self, from: data) else {
            // Its age says when to learn anew, which is soon.
            try? FileManager.default.removeItem(atPath: rankingsPath)
            return
        }
        engine.adopt(learned)
    }

    private func keep(_ learned: LearnedRankings) {
        guard let rankingsPath, let data = try? JSONEncoder().encode(learned) else { return }
        try? data.write(to: URL(fileURLWithPath: rankingsPath), options: .atomic)
    }

    private var rankingsPath: String? { snapshotPath.map { "\($0).rankings" } }
}

extension RankingLessons {
    /// What the journal tells a ranking.
    fileprivate mutating func append(_ facts: [Fact]) {
        for change in FeedChange.changes(in: facts) {
            switch change {
            case .item(let item): list(item)
            case .events(let events): observe(events)
            case .recognised(let visitor, let person): merge(visitor.rawValue, into: person.rawValue)
            case .deleted(let person): forget(person.rawValue)
            case .withdrawal, .availability, .room: break
            }
        }
    }
}
