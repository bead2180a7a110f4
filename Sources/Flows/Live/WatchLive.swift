import HTTP
import Kernel
import Live
import Store

/// Somebody is in a live room: watches, likes, talks.
public struct WatchLive: Sendable {
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// The person is there now; for ``Live/watchTime`` from now on the session's prices are theirs while it is on air.
    ///
    /// - Throws: ``LiveProblem/notLive``, ``NotFound``.
    public func callAsFunction(_ visit: LiveVisit) async throws {
        try await market.store.write { [live = market.live] in
            try live.watch(visit.session, by: visit.person, in: $0)
        }
    }

    /// Likes the session; again changes nothing.
    ///
    /// - Throws: ``LiveProblem/notLive``, ``NotFound``.
    public func like(_ visit: LiveVisit) async throws {
        try await market.store.write { [live = market.live] in
            try live.like(visit.session, by: visit.person, in: $0)
        }
    }

    /// Writes a message.
    ///
    /// - Throws: ``TooManyRequests``, ``InvalidField``, ``LiveProblem``, ``NotFound``.
    public func say(_ body: String, _ visit: LiveVisit, key: IdempotencyKey? = nil) async throws {
        try market.live.limitChat(of: visit.person)
        let now = market.source.now
        try await market.store.write { [live = market.live] transaction in
            _ = try transaction.once(key, fingerprint: "say \(visit.session) \(body)", at: now) {
                _ = try live.say(body, in: visit.session, by: visit.person, in: transaction)
                return true
            }
        }
    }

    /// The room as it changes, until it is over or the reader goes away. The person counts as watching while it is read.
    ///
    /// - Parameter show: makes the event of a room.
    public func events(
        _ visit: LiveVisit, in language: Language, _ show: @escaping @Sendable (LiveRoomView) throws -> ServerSentEvent
    ) -> AsyncThrowingStream<ServerSentEvent, any Error> {
        let watching = LiveWatching(market, visit, language, show)
        let (stream, continuation) = AsyncThrowingStream.makeStream(of: ServerSentEvent.self)
        let task = Task {
            do {
                try await watching.run { continuation.yield($0) }
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
            }
        }
        continuation.onTermination = { _ in task.cancel() }
        return stream
    }
}

/// Somebody in a room; a class, so that both identifiers are one thing to hand on.
public final class LiveVisit: Sendable {
    /// The room.
    public let session: LiveSessionID
    /// Who is there; a visitor counts.
    public let person: PersonID

    /// `person` in `session`.
    public init(_ session: LiveSessionID, _ person: PersonID) {
        self.session = session
        self.person = person
    }
}

/// One open page of a room.
private final class LiveWatching: Sendable {
    /// A connection that says nothing for longer is closed by proxies on the way.
    private static let silence = Duration.seconds(15)
    /// However much happens, a page is told at most so often.
    private static let pace = Duration.milliseconds(250)

    private let market: Marketplace
    private let visit: LiveVisit
    private let language: Language
    private let show: @Sendable (LiveRoomView) throws -> ServerSentEvent

    init(
        _ market: Marketplace, _ visit: LiveVisit, _ language: Language,
        _ show: @escaping @Sendable (LiveRoomView) throws -> ServerSentEvent
    ) {
        self.market = market
        self.visit = visit
        self.language = language
        self.show = show
    }

    func run(_ send: @Sendable (ServerSentEvent) -> Void) async throws {
        var (spokeAt, seenAt): (Instant, Instant?) = (market.source.now, nil)
        var shown: ShownLiveRoom?
        for await _ in market.live.wakeups(of: visit.session) {
            let now = market.source.now
            let room = try await PresentLive(market).shown(visit.session, in: language)
            if room.state == .live, seenAt.map({ $0 + Live.refreshTime <= now }) ?? true {
                // The session may end meanwhile; then there is nothing to watch.
                try? await WatchLive(market)(visit)
                seenAt = now
            }
            if room != shown {
                send(try show(room.view))
                (shown, spokeAt) = (room, now)
            } else if spokeAt + Self.silence <= now {
                send(.ping)
                spokeAt = now
            }
            if !room.state.isOpen { return send(ServerSentEvent("end", room.state.rawValue)) }
            try await Task.sleep(for: Self.pace)
        }
    }
}
