import Journal
import Kernel
import Store

// What hosts do. Who may do it is for the flow to say.
extension Live {
    /// Announces a session.
    public func schedule(_ plan: LivePlan, as id: LiveSessionID, in transaction: any Transaction) throws {
        try transaction.send(
            """
            INSERT INTO live_sessions (id, host, title_en, title_zh, cover, planned_at, state, banned_words, created_at)
            VALUES (\(id), \(plan.host.description), \(plan.title.en), \(plan.title.zh), \(plan.cover),
                \(plan.plannedAt), \(LiveState.scheduled.rawValue), '', \(source.now))
            """)
        for (position, product) in plan.products.enumerated() {
            try transaction.send(
                "INSERT INTO live_products (session, product, position) VALUES (\(id), \(product), \(position))")
        }
        try tell(id, in: transaction)
    }

    /// Takes a session to its next state.
    ///
    /// - Throws: ``LiveProblem/cannotBecome(_:from:)``, ``LiveProblem/onAirAlready``, ``NotFound``.
    public func move(_ id: LiveSessionID, to state: LiveState, in transaction: any Transaction) throws {
        let now = source.now
        let from = LiveState.allCases.filter { $0.canBecome(state) }.map(\.rawValue)
        let time: SQL =
            switch state {
            case .live: "started_at = \(now)"
            case .ended: "ended_at = \(now), pinned = NULL"
            case .scheduled, .cancelled: "pinned = NULL"
            }
        let alone: SQL =
            state == .live
            ? """
            AND NOT EXISTS (SELECT 1 FROM live_sessions o WHERE o.host = live_sessions.host
                AND o.state = \(LiveState.live.rawValue))
            """ : ""
        let moved = try transaction.run(
            """
            UPDATE live_sessions SET state = \(state.rawValue), \(time)
            WHERE id = \(id) AND state IN \(list: from) \(alone)
            """)
        guard moved == 1 else {
            let session = try Self.required(id, in: transaction)
            guard session.state.canBecome(state) else {
                throw LiveProblem.cannotBecome(state, from: session.state)
            }
            throw LiveProblem.onAirAlready
        }
        if state != .live { try closePin(id, at: now, in: transaction) }
        try tell(id, in: transaction)
    }

    /// Puts a product into the bag, behind the others. One that is there stays where it is.
    ///
    /// - Throws: ``LiveProblem``, ``NotFound``.
    public func add(_ product: ProductID, to id: LiveSessionID, in transaction: any Transaction) throws {
        let session = try Self.open(id, in: transaction)
        if session.products.contains(product) { return }
        guard session.products.count < Self.bagLimit else { throw LiveProblem.bag }
        try transaction.send(
            """
            INSERT INTO live_products (session, product, position)
            SELECT \(id), \(product), COALESCE(MAX(position), -1) + 1 FROM live_products WHERE session = \(id)
            """)
        try tell(id, in: transaction)
    }

    /// Takes a product out of the bag; if it is on show, it is no more.
    ///
    /// - Throws: ``LiveProblem``, ``NotFound``.
    public func take(_ product: ProductID, from id: LiveSessionID, in transaction: any Transaction) throws {
        let session = try Self.open(id, in: transaction)
        if session.pinned == product { try pin(nil, in: id, in: transaction) }
        try transaction.run("DELETE FROM live_products WHERE session = \(id) AND product = \(product)")
        try tell(id, in: transaction)
    }

    /// Puts the bag in another order.
    ///
    /// - Parameter products: every product of the bag once.
    /// - Throws: ``LiveProblem``, ``NotFound``.
    public func order(_ products: [ProductID], of id: LiveSessionID, in transaction: any Transaction) throws {
        let session = try Self.open(id, in: transaction)
        guard products.count == session.products.count, Set(products) == Set(session.products) else {
            throw LiveProblem.bag
        }
        for (position, product) in products.enumerated() {
            try transaction.send(
                "UPDATE live_products SET position = \(position) WHERE session = \(id) AND product = \(product)")
        }
        try tell(id, in: transaction)
    }

    /// Shows a product of the bag in place of the one before, or none. Of two at once the later holds, and never both.
    ///
    /// - Throws: ``LiveProblem``, ``NotFound``.
    public func pin(_ product: ProductID?, in id: LiveSessionID, in transaction: any Transaction) throws {
        let now = source.now
        let held: SQL =
            product.map { product in
                """
                AND EXISTS (SELECT 1 FROM live_products p WHERE p.session = live_sessions.id
                    AND p.product = \(product))
                """
            } ?? ""
        let pinned = try transaction.run(
            """
            UPDATE live_sessions SET pinned = \(product) WHERE id = \(id) AND state = \(LiveState.live.rawValue) \(held)
            """)
        guard pinned == 1 else {
            guard try Self.required(id, in: transaction).state == .live else { throw LiveProblem.notLive }
            throw LiveProblem.notInBag
        }
        try closePin(id, at: now, in: transaction)
        if let product {
            try transaction.send(
                "INSERT INTO live_pins (session, product, pinned_at) VALUES (\(id), \(product), \(now))")
        }
        try tell(id, in: transaction)
    }

    private func closePin(_ id: LiveSessionID, at now: Instant, in transaction: any Transaction) throws {
        try transaction.run(
            "UPDATE live_pins SET unpinned_at = \(now) WHERE session = \(id) AND unpinned_at IS NULL")
    }

    /// Replaces the words that nobody may write.
    ///
    /// - Throws: ``LiveProblem/over``, ``NotFound``.
    public func ban(_ words: BannedWords, in id: LiveSessionID, in transaction: any Transaction) throws {
        _ = try Self.open(id, in: transaction)
        try transaction.run("UPDATE live_sessions SET banned_words = \(words.stored) WHERE id = \(id)")
        forget(id, after: transaction)
    }

    /// Every pin of a session, the first first.
    public func pins(of id: LiveSessionID) async throws -> [PinnedProduct] {
        try await store.read { transaction in
            try transaction.rows(
                "SELECT product, pinned_at, unpinned_at FROM live_pins WHERE session = \(id) ORDER BY number"
            ).map { PinnedProduct(product: try $0.get(0), pinnedAt: try $0.get(1), unpinnedAt: try $0.get(2)) }
        }
    }

    private func tell(_ id: LiveSessionID, in transaction: any Transaction) throws {
        let session = try Self.required(id, in: transaction)
        try journal.append(LiveSessionChanged(session), at: source.now, in: transaction)
        forget(id, after: transaction)
    }

    /// Wakes the pages of a session once the transaction is durable.
    public func forget(_ id: LiveSessionID, after transaction: any Transaction) {
        transaction.afterCommit { [recentAir] in recentAir.forget([true]) }
        forgetRoom(id, after: transaction)
    }

    /// The same for what is said and liked, which starts and ends nothing.
    func forgetRoom(_ id: LiveSessionID, after transaction: any Transaction) {
        transaction.afterCommit { [self] in
            recentSessions.forget([id])
            recentCounts.forget([id])
            wakeups.wake(id)
        }
    }
}

// Reading.
extension Live {
    /// A session, or `nil`.
    public static func session(_ id: LiveSessionID, in transaction: any Transaction) throws -> LiveSession? {
        try sessions(where: "id = \(id)", in: transaction).first
    }

    /// - Throws: ``NotFound``.
    public static func required(_ id: LiveSessionID, in transaction: any Transaction) throws -> LiveSession {
        guard let session = try session(id, in: transaction) else { throw NotFound("live session") }
        return session
    }

    /// A session that comes or runs.
    ///
    /// - Throws: ``LiveProblem/over``, ``NotFound``.
    public static func open(_ id: LiveSessionID, in transaction: any Transaction) throws -> LiveSession {
        let session = try required(id, in: transaction)
        guard session.state.isOpen else { throw LiveProblem.over }
        return session
    }

    /// Sessions in the order asked for, at most a second old; unknown ones are left out.
    public func sessions(_ ids: [LiveSessionID]) async throws -> [LiveSession] {
        guard !ids.isEmpty else { return [] }
        let now = source.now
        var known = recentSessions.find(ids, at: now)
        let missing = ids.filter { known[$0] == nil }
        if !missing.isEmpty {
            let version = recentSessions.version
            let read = try await store.read { try Self.sessions(where: "id IN \(list: missing)", in: $0) }
            let byID = Dictionary(read.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
            recentSessions.remember(byID, at: now, version: version)
            known.merge(byID) { $1 }
        }
        return ids.compactMap { known[$0] }
    }

    /// Sessions on air, the latest started first.
    public func onAir(limit: Int) async throws -> [LiveSession] {
        try await store.read {
            try Self.sessions(
                where: "state = \(LiveState.live.rawValue) ORDER BY started_at DESC, id LIMIT \(limit)", in: $0)
        }
    }

    /// Sessions that come, the next first; those whose time passed an hour ago without a start are not shown.
    public func coming(limit: Int) async throws -> [LiveSession] {
        let since = source.now - .minutes(60)
        return try await store.read {
            try Self.sessions(
                where: """
                    state = \(LiveState.scheduled.rawValue) AND planned_at > \(since)
                    ORDER BY planned_at, id LIMIT \(limit)
                    """, in: $0)
        }
    }

    /// A host's sessions, the latest planned first.
    public func sessions(of host: LiveHost, limit: Int) async throws -> [LiveSession] {
        try await store.read {
            try Self.sessions(
                where: "host = \(host.description) ORDER BY planned_at DESC, id LIMIT \(limit)", in: $0)
        }
    }

    private static func sessions(where condition: SQL, in transaction: any Transaction) throws -> [LiveSession] {
        let rows = try transaction.rows("SELECT * FROM live_sessions WHERE \(condition)")
        guard !rows.isEmpty else { return [] }
        let ids = try rows.map { try $0.get("id", as: LiveSessionID.self) }
        var products: [LiveSessionID: [ProductID]] = [:]
        for row in try transaction.rows(
            "SELECT session, product FROM live_products WHERE session IN \(list: ids) ORDER BY session, position")
        {
            products[try row.get(0), default: []].append(try row.get(1))
        }
        return try rows.map { try LiveSession($0, products: products[try $0.get("id", as: LiveSessionID.self)] ?? []) }
    }
}

extension Live {
    private static let openStates = LiveState.allCases.filter(\.isOpen).map(\.rawValue)

    /// A host's sessions that come or run.
    public static func open(of host: LiveHost, in transaction: any Transaction) throws -> [LiveSession] {
        try sessions(
            where: "host = \(host.description) AND state IN \(list: openStates) ORDER BY id", in: transaction)
    }

    /// Sessions that come or run and whose bags hold some of these goods, the next first.
    public func open(holding products: [ProductID], limit: Int) async throws -> [LiveSession] {
        guard !products.isEmpty else { return [] }
        return try await store.read {
            try Self.sessions(
                where: """
                    state IN \(list: Self.openStates)
                    AND id IN (SELECT session FROM live_products WHERE product IN \(list: products))
                    ORDER BY planned_at, id LIMIT \(limit)
                    """, in: $0)
        }
    }
}
