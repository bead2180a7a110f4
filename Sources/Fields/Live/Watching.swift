import Journal
import Kernel
import Store

/// How many watch a session and like it.
public struct LiveCounts: Sendable, Equatable {
    /// Persons seen within ``Live/viewerTime``.
    public let viewers: Int
    /// Persons who like it.
    public let likes: Int

    /// So many; nobody without numbers.
    public init(viewers: Int = 0, likes: Int = 0) {
        self.viewers = viewers
        self.likes = likes
    }
}

/// A creator's session that somebody watched a moment ago, as far as it has to do with goods that are being bought.
public struct WatchedSession: Sendable, Equatable {
    /// The session.
    public let session: LiveSessionID
    /// Its host.
    public let creator: PersonID
    /// When the person was last seen there.
    public let seenAt: Instant
    /// Which of the goods are in its bag.
    public let products: Set<ProductID>
}

// Who watches. These rows are the only evidence that somebody does: nothing in a request can claim it.
extension Live {
    /// A person is in a room. Called by its page, its stream of events and the API; see ``refreshTime``.
    ///
    /// - Throws: ``LiveProblem/notLive``, ``NotFound``.
    public func watch(_ id: LiveSessionID, by person: PersonID, in transaction: any Transaction) throws {
        try requireOnAir(id, in: transaction)
        let now = source.now
        let before: Instant? = try transaction.value(
            "SELECT seen_at FROM live_watchers WHERE session = \(id) AND person = \(person)")
        try transaction.run(
            """
            INSERT INTO live_watchers (session, person, joined_at, seen_at) VALUES (\(id), \(person), \(now), \(now))
            ON CONFLICT (session, person) DO UPDATE SET seen_at = excluded.seen_at
            """)
        let isBack = before.map { $0 + Self.viewerTime <= now } ?? true
        // A page that is loaded again a moment later says nothing new.
        if let before, !isBack, before + Self.refreshTime / 2 > now { return }
        try signal(isBack ? .join : .watch, id, by: person, in: transaction)
        guard isBack else { return }
        forgetRoom(id, after: transaction)
        try journal.append(
            Touchpoint(person: person, time: now, kind: .open, subject: .live(id)), at: now, in: transaction)
    }

    /// Likes a session that is on air; again changes nothing.
    ///
    /// - Throws: ``LiveProblem/notLive``, ``NotFound``.
    public func like(_ id: LiveSessionID, by person: PersonID, in transaction: any Transaction) throws {
        try watch(id, by: person, in: transaction)
        let now = source.now
        let liked = try transaction.run(
            """
            UPDATE live_watchers SET liked_at = \(now)
            WHERE session = \(id) AND person = \(person) AND liked_at IS NULL
            """)
        guard liked == 1 else { return }
        try signal(.like, id, by: person, in: transaction)
        forgetRoom(id, after: transaction)
        try journal.append(
            Touchpoint(person: person, time: now, kind: .like, subject: .live(id)), at: now, in: transaction)
    }

    func requireOnAir(_ id: LiveSessionID, in transaction: any Transaction) throws {
        let state: String? = try transaction.value("SELECT state FROM live_sessions WHERE id = \(id)")
        guard let state else { throw NotFound("live session") }
        guard state == LiveState.live.rawValue else { throw LiveProblem.notLive }
    }

    func signal(
        _ act: LiveSignal.Act, _ id: LiveSessionID, by person: PersonID, in transaction: any Transaction
    ) throws {
        let now = source.now
        try journal.append(LiveSignal(session: id, person: person, act: act, time: now), at: now, in: transaction)
    }

    /// Those of these sessions that are on air and watched by a person: whose prices hold for that person at this moment.
    public static func watched(
        _ sessions: Set<LiveSessionID>, by person: PersonID, at now: Instant, in transaction: any Transaction
    ) throws -> Set<LiveSessionID> {
        guard !sessions.isEmpty else { return [] }
        let rows = try transaction.rows(
            """
            SELECT w.session FROM live_watchers w JOIN live_sessions s ON s.id = w.session
            WHERE w.person = \(person) AND w.session IN \(list: sessions.sorted()) AND w.seen_at > \(now - watchTime)
            AND s.state = \(LiveState.live.rawValue)
            """)
        return Set(try rows.map { try $0.get(0) })
    }

    /// The creators' sessions that a person watched a moment ago and whose bags hold some of these goods. One that ended
    /// meanwhile still counts: the host did bring the buyer.
    ///
    /// Without a session on air or just over, one cached answer decides and nothing is asked.
    public func watchedSessions(
        by person: PersonID, holding products: Set<ProductID>, in transaction: any Transaction
    ) throws -> [WatchedSession] {
        let now = source.now
        guard try isAnybodyOnAir(at: now, in: transaction) else { return [] }
        let rows = try transaction.rows(
            """
            SELECT w.session, s.host, w.seen_at, p.product FROM live_watchers w
            JOIN live_sessions s ON s.id = w.session JOIN live_products p ON p.session = w.session
            WHERE w.person = \(person) AND w.seen_at > \(now - Self.watchTime)
            AND p.product IN \(list: products.sorted()) ORDER BY w.session, p.product
            """)
        var found: [LiveSessionID: WatchedSession] = [:]
        for row in rows {
            guard let creator = PersonID(try row.get(1, as: String.self)) else { continue }
            let id: LiveSessionID = try row.get(0)
            let before = found[id]?.products ?? []
            found[id] = WatchedSession(
                session: id, creator: creator, seenAt: try row.get(2), products: before.union([try row.get(3)]))
        }
        return found.values.sorted { $0.session < $1.session }
    }

    private func isAnybodyOnAir(at now: Instant, in transaction: any Transaction) throws -> Bool {
        if let known = recentAir.find(true, at: now) { return known }
        let version = recentAir.version
        let found =
            try transaction.row(
                """
                SELECT 1 FROM live_sessions WHERE state = \(LiveState.live.rawValue)
                OR (state = \(LiveState.ended.rawValue) AND ended_at > \(now - Self.watchTime)) LIMIT 1
                """) != nil
        recentAir.remember([true: found], at: now, version: version)
        return found
    }

    /// Viewers and likes of several sessions, at most a second old.
    public func counts(of ids: [LiveSessionID]) async throws -> [LiveSessionID: LiveCounts] {
        let now = source.now
        let version = recentCounts.version
        let known = recentCounts.find(ids, at: now)
        let missing = ids.filter { known[$0] == nil }
        guard !missing.isEmpty else { return known }
        let read = try await store.read { try Self.counts(of: missing, at: now, in: $0) }
        recentCounts.remember(read, at: now, version: version)
        return known.merging(read) { $1 }
    }

    /// Viewers and likes of a session, at most a second old.
    public func counts(of id: LiveSessionID) async throws -> LiveCounts {
        try await counts(of: [id])[id] ?? LiveCounts()
    }

    private static func counts(
        of ids: [LiveSessionID], at now: Instant, in transaction: any Transaction
    ) throws -> [LiveSessionID: LiveCounts] {
        var counts = Dictionary(ids.map { ($0, LiveCounts()) }, uniquingKeysWith: { first, _ in first })
        let rows = try transaction.rows(
            """
            SELECT session, SUM(CASE WHEN seen_at > \(now - viewerTime) THEN 1 ELSE 0 END), COUNT(liked_at)
            FROM live_watchers WHERE session IN \(list: ids) GROUP BY session
            """)
        for row in rows { counts[try row.get(0)] = LiveCounts(viewers: try row.get(1), likes: try row.get(2)) }
        return counts
    }

    /// Gives a person what they did as a visitor.
    public func merge(_ visitor: PersonID, into person: PersonID, in transaction: any Transaction) throws {
        try transaction.send(
            """
            INSERT INTO live_watchers (session, person, joined_at, seen_at, liked_at)
            SELECT session, \(person), joined_at, seen_at, liked_at FROM live_watchers WHERE person = \(visitor)
            ON CONFLICT DO NOTHING
            """)
        try transaction.send("DELETE FROM live_watchers WHERE person = \(visitor)")
    }

    /// Lets go who watched sessions that ended before `limit`, and what was said there.
    public func forgetAudiences(before limit: Instant) async throws {
        try await store.write { transaction in
            let over: SQL = "SELECT id FROM live_sessions WHERE ended_at < \(limit)"
            try transaction.run("DELETE FROM live_watchers WHERE session IN (\(over))")
            try transaction.run("DELETE FROM live_messages WHERE session IN (\(over))")
            try transaction.run("DELETE FROM live_mutes WHERE session IN (\(over))")
        }
    }
}
