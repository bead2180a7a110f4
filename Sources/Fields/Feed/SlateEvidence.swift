import Foundation
import Journal
import Kernel
import Matching
import Store
import Synchronization

/// What the room has of evidence to judge other weights by: all that the engine was told, and the slates it made.
public struct SlateEvidence: Sendable {
    /// What the engine was told, in the journal's order.
    public let steps: [SlateReplay.Step]
    /// The For-You slates, in order of time.
    public let slates: [LoggedSlate]
}

extension Feed {
    /// Reads the journal and the slate log.
    ///
    /// - Parameter start: slates shown before are left out.
    /// - Throws: ``StoreError``.
    public func evidence(slatesSince start: Instant) async throws -> SlateEvidence {
        let steps = StepList()
        _ = try await journal.replay(after: .start, topics: Self.topics) { steps.append($0) }
        return SlateEvidence(steps: steps.all, slates: try await loggedSlates(since: start))
    }

    private func loggedSlates(since start: Instant) async throws -> [LoggedSlate] {
        var slates: [LoggedSlate] = []
        // Just before the first that may be taken.
        var cursor = SlateID(earliestAt: start)
        var isFirst = true
        while true {
            let (from, takesEqual) = (cursor, isFirst)
            let rows = try await store.read { transaction in
                try transaction.rows(
                    "SELECT id, person, surface, slots, shown_at FROM slates WHERE id >= \(from) ORDER BY id LIMIT 2000"
                ).map(SlateRow.init)
            }
            slates += try rows.filter { takesEqual || $0.id != from }.compactMap { try $0.logged() }
            guard rows.count == 2000, let last = rows.last else { return slates }
            (cursor, isFirst) = (last.id, false)
        }
    }
}

/// A row of the slate log.
private struct SlateRow {
    let id: SlateID
    private let person: PersonID
    private let surface, slots: String
    private let shownAt: Instant

    init(_ row: SQLRow) throws {
        id = try row.get(0)
        person = try row.get(1)
        surface = try row.get(2)
        slots = try row.get(3)
        shownAt = try row.get(4)
    }

    /// The slate as the engine speaks of it; nil for other surfaces than the For-You feed.
    func logged() throws -> LoggedSlate? {
        guard surface == "feed" else { return nil }
        let places = try FeedSlate.slots(in: slots)
        return LoggedSlate(
            person: person.rawValue, time: shownAt.milliseconds,
            slots: places.compactMap { slot in
                slot.item.key.map {
                    LoggedSlot(item: $0, propensity: slot.propensity, isExplored: slot.source == "exploration")
                }
            })
    }
}

/// Facts turned into steps as they are read, one batch after another.
private final class StepList: Sendable {
    private let steps = Mutex<[SlateReplay.Step]>([])

    var all: [SlateReplay.Step] { steps.withLock { $0 } }

    func append(_ facts: [Fact]) {
        // One fact after another keeps each one's own time.
        for fact in facts {
            let time = fact.at.milliseconds
            steps.withLock { steps in
                for change in FeedChange.changes(in: [fact]) {
                    switch change {
                    case .item(let item): steps.append(.init(.list(item), at: time))
                    case .withdrawal(let key): steps.append(.init(.withdraw(key), at: time))
                    case .availability(let key, let isThere): steps.append(.init(.availability(key, isThere), at: time))
                    case .events(let events): steps += events.map { .init(.event($0), at: time) }
                    case .room(.opened(let item, let pinned)):
                        steps.append(.init(.openRoom(item, pinned: pinned), at: time))
                    case .room(.closed(let key)): steps.append(.init(.closeRoom(key), at: time))
                    case .room(.act(let act, let room, let person, let acted)):
                        steps.append(.init(.act(act, room: room, person: person, time: acted), at: time))
                    case .recognised(let visitor, let person):
                        steps.append(.init(.merge(visitor: visitor.rawValue, person: person.rawValue), at: time))
                    case .deleted(let person): steps.append(.init(.forget(person.rawValue), at: time))
                    }
                }
            }
        }
    }
}
