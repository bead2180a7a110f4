import Experience
import Experiments
import Feed
import Journal
import Kernel
import Live
import Orders
import People
import Pricing
import Store

/// Lets go what nobody needs any more, so that a marketplace can run for years on one disk.
public struct Retention: Sendable {
    /// How long things are kept.
    public struct Limits: Sendable {
        /// Touchpoints in the journal; by then interests have faded from the engine's state many times over.
        public var touchpoints = Duration.days(400)
        /// Slates, except those from which something was ordered: an order line can always be followed back.
        public var slates = Duration.days(90)
        /// What was done in live rooms, in the journal: highlights forget within minutes.
        public var liveSignals = Duration.days(1)
        /// Who watched a session and what was said there, after its end.
        public var liveAudiences = Duration.days(90)
        /// Quotes that nobody placed, after their end.
        public var quotes = Duration.days(1)
        /// Names of events that experiments have counted; none is told again so late.
        public var countedEvents = Duration.days(30)
        /// Who could have been asked by surveys, and their answers: the two years that pages show.
        public var surveys = Duration.days(735)
        /// Answers to commands with an `Idempotency-Key`.
        public var idempotencyKeys = Duration.days(7)

        /// The defaults.
        public init() {}
    }

    /// What one sweep let go.
    public struct Swept: Sendable, Equatable {
        public var touchpoints = 0
        public var slates = 0
        public var idempotencyKeys = 0
        public var sessions = 0

        /// Nothing, or so many.
        public init(touchpoints: Int = 0, slates: Int = 0, idempotencyKeys: Int = 0, sessions: Int = 0) {
            self.touchpoints = touchpoints
            self.slates = slates
            self.idempotencyKeys = idempotencyKeys
            self.sessions = sessions
        }
    }

    private let market: Marketplace
    private let limits: Limits

    /// Over the rooms of `market`.
    public init(_ market: Marketplace, limits: Limits = .init()) {
        self.market = market
        self.limits = limits
    }

    /// Sweeps every hour until cancelled; what fails is tried again an hour later.
    public func run() async {
        repeat { _ = try? await sweep() } while (try? await Task.sleep(for: .seconds(3_600))) != nil
    }

    /// Lets go everything that is past its limit, in units of work small enough for others to get in between.
    public func sweep() async throws -> Swept {
        let now = market.source.now
        var swept = Swept()
        swept.touchpoints = try await market.journal.prune(Touchpoint.topic, before: now - limits.touchpoints)
        _ = try await market.journal.prune(Exposure.topic, before: now - limits.touchpoints)
        _ = try await market.journal.prune(LiveSignal.topic, before: now - limits.liveSignals)
        try await market.live.forgetAudiences(before: now - limits.liveAudiences)
        let eventsUntil = now - limits.countedEvents
        _ = try await market.store.write { try Experiments.forgetEvents(before: eventsUntil, in: $0) }
        _ = try await market.store.write { try Experiments.forgetHistories(before: now, in: $0) }
        let surveysUntil = now - limits.surveys
        _ = try await market.store.write { try Experience.forgetSurveys(before: surveysUntil, in: $0) }
        swept.slates = try await forgetSlates(before: now - limits.slates)
        let keysUntil = now - limits.idempotencyKeys
        swept.idempotencyKeys = try await market.store.write { try $0.forgetIdempotencyKeys(before: keysUntil) }
        _ = try await market.pricing.forgetQuotes(before: now - limits.quotes)
        try await market.webhooks.sweep()
        swept.sessions = try await market.people.forgetEndedSessions()
        return swept
    }

    private func forgetSlates(before limit: Instant) async throws -> Int {
        var forgotten = 0
        var cursor: SlateID?
        while true {
            let page = try await market.feed.slates(before: limit, after: cursor, limit: 500)
            guard let last = page.last else { return forgotten }
            cursor = last
            forgotten += try await market.store.write { transaction in
                let ordered = try Orders.slates(orderedFrom: page, in: transaction)
                return try Feed.forget(page.filter { !ordered.contains($0) }, in: transaction)
            }
        }
    }
}
