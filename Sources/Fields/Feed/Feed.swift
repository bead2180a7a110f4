import Foundation
import Journal
import Kernel
import Matching
import Store
import Synchronization

/// Goods find people: the personal feed, and everything that rests on the same knowledge of interests.
///
/// The matching engine's state is what the journal says: products, videos, stock, touchpoints and orders, applied in
/// order. At start it is read from a snapshot and the journal after it; from then on the room follows the journal, so a
/// tap is known to the next slate within milliseconds. Every slate is logged with sources, scores and propensities.
public final class Feed: Sendable {
    let store: any Store
    let journal: Journal
    let source: Kernel.Source
    let matcher: Mutex<Matcher>
    let reserves = Reserves()
    let rooms = Mutex(LiveHighlights())
    let log: SlateLog
    let chosenWeights = Mutex<(@Sendable (PersonID, Instant) -> PersonalWeights)?>(nil)
    let applied = Mutex(Position.start)
    let snapshotPath: String?
    /// Whether somebody was forgotten whom the file of the snapshot still knows.
    private let owesSnapshot = Atomic(false)

    /// What the room follows.
    static let topics = [
        Touchpoint.topic, "catalog.product_changed", "content.video_changed", "stock.availability_changed",
        "orders.order_changed", "after_sales.case_changed", "experience.survey_answered", "people.visitor_recognised",
        "people.person_deleted",
        LiveChange.sessionTopic, LiveChange.signalTopic,
    ]

    /// - Parameter snapshotPath: where the engine's state is kept between runs; without it the whole journal is read.
    public init(store: any Store, journal: Journal, source: Kernel.Source, snapshotPath: String? = nil) {
        self.store = store
        self.journal = journal
        self.source = source
        self.snapshotPath = snapshotPath
        matcher = Mutex(Matcher())
        log = SlateLog(store: store, journal: journal)
    }

    /// The room's tables.
    public static let migrations = [
        Migration(room: "feed", number: 1, file: PackageResources._001_feed_sql),
        Migration(room: "feed", number: 2, file: PackageResources._002_lean_slates_sql),
        Migration(room: "feed", number: 3, file: PackageResources._003_slates_as_lines_sql),
    ]

    /// The engine.
    var engine: Matcher { matcher.withLock { $0 } }

    /// Reads the snapshot, if there is one, and everything in the journal after it.
    public func load() async throws {
        if let snapshotPath, let snapshot = FeedSnapshot.read(from: snapshotPath) {
            matcher.withLock { $0 = snapshot.matcher }
            applied.withLock { $0 = snapshot.position }
        }
        adoptLearned()
        adoptRankings()
        try await openRooms()
        try await applyRest()
    }

    /// Follows the journal, writes the slate log and renews what is learned until cancelled.
    public func run() async {
        let start = applied.withLock { $0 }
        let (snapshots, owed) = AsyncStream.makeStream(of: FeedSnapshot.self, bufferingPolicy: .bufferingNewest(1))
        await withTaskGroup { group in
            group.addTask { [self] in
                await journal.tail(after: start, topics: Self.topics) { facts, position in
                    apply(facts)
                    applied.withLock { $0 = position }
                    // Taken between two batches, so that place and state agree; written by a task that nobody waits for.
                    guard snapshotPath != nil, owesSnapshot.exchange(false, ordering: .relaxed) else { return }
                    owed.yield(FeedSnapshot(position: position, matcher: engine.copy()))
                }
            }
            group.addTask { [self] in
                for await snapshot in snapshots { if let snapshotPath { snapshot.write(to: snapshotPath) } }
            }
            group.addTask { [log] in await log.run() }
            group.addTask { [self] in await learnRankingsDaily() }
            group.addTask { [self] in
                // The first renewal runs while the first pages are shown already; nobody waits for it.
                repeat {
                    engine.refresh(now: source.now.milliseconds)
                    learn()
                } while (try? await Task.sleep(for: .seconds(600))) != nil
            }
        }
        await log.flush()
        save()
    }

    /// Waits until the engine knows what was appended at `position`, at most a quarter of a second.
    public func knows(_ position: Position) async {
        for _ in 0..<50 where applied.withLock({ $0 }) < position {
            try? await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Learns the probabilities of actions from what came of the slates since the last time. What is learned predicts
    /// better than the mean on persons it did not see, or it is not adopted.
    func learn() {
        let engine = engine
        guard let actions = engine.learnActions(version: "actions-\(source.now.milliseconds)") else { return }
        engine.adopt(actions)
        guard let snapshotPath, let data = try? JSONEncoder().encode(actions) else { return }
        try? data.write(to: URL(fileURLWithPath: "\(snapshotPath).actions"), options: .atomic)
    }

    /// Puts in force what was learned before the last stop; a damaged file is as good as none.
    private func adoptLearned() {
        guard let snapshotPath, let data = FileManager.default.contents(atPath: "\(snapshotPath).actions"),
            let actions = try? JSONDecoder().decode(ActionModels.self, from: data)
        else { return }
        engine.adopt(actions)
    }

    private func save() {
        guard let snapshotPath else { return }
        FeedSnapshot(position: applied.withLock { $0 }, matcher: engine).write(to: snapshotPath)
    }

    /// Writes the snapshot if the file still knows somebody who is gone; for when nothing is applied meanwhile.
    func saveIfOwed() {
        if owesSnapshot.exchange(false, ordering: .relaxed) { save() }
    }

    func apply(_ facts: [Fact]) {
        let engine = engine
        var people: Set<PersonID> = []
        for change in FeedChange.changes(in: facts) {
            switch change {
            case .item(let item): engine.list(item)
            case .withdrawal(let key): engine.withdraw(key)
            case .availability(let key, let isAvailable): engine.setAvailable(key, isAvailable)
            case .room(let change): apply(change, to: engine)
            case .events(let events):
                engine.observe(events)
                observeInRooms(events)
                // Having something in view is no tap: the rest of the ranked reserve still holds.
                for event in events where event.kind != .impression {
                    people.insert(PersonID(rawValue: event.person))
                }
            case .recognised(let visitor, let person):
                engine.merge(visitor.rawValue, into: person.rawValue)
                people.formUnion([visitor, person])
            case .deleted(let person):
                engine.forget(person.rawValue)
                people.insert(person)
                owesSnapshot.store(true, ordering: .relaxed)
            }
        }
        reserves.forget(people)
    }
}
