import HTTP
import Journal
import Kernel
import Store

/// Live rooms: sessions of creators and shops, the goods in their bags, who watches, and what is said.
///
/// Everything but the picture: a session shows its cover until cameras, RTMP and HLS come. Prices of a session are the
/// pricing room's; whether they hold is decided by two rows of this one: the session is live, and the person watches it.
public final class Live: Sendable {
    let store: any Store
    let journal: Journal
    let source: Source
    /// Five messages at once, then one every two seconds.
    let chatLimit: RateLimiter
    /// A room is asked for by all its viewers every second.
    let recentCounts = Recent<LiveSessionID, LiveCounts>(lifetime: .seconds(1), limit: 10_000)
    let recentSessions = Recent<LiveSessionID, LiveSession>(lifetime: .seconds(1), limit: 10_000)
    /// Whether anybody is or was on air a moment ago: most checkouts need not ask further.
    let recentAir = Recent<Bool, Bool>(lifetime: .seconds(5), limit: 1)
    let wakeups = LiveWakeups()

    /// How long a price of a session holds for a person who was last seen there, and how long a purchase is the host's
    /// work. Long enough to fill in an address, short enough that yesterday's room sells nothing today.
    public static let watchTime = Duration.minutes(15)
    /// A person who was not seen for this long is no viewer any more.
    public static let viewerTime = Duration.seconds(60)
    /// How often an open page says that it is still there.
    public static let refreshTime = Duration.seconds(20)
    /// Most products in one bag.
    public static let bagLimit = 100

    /// The room on a store and a journal.
    public init(store: any Store, journal: Journal, source: Source) {
        self.store = store
        self.journal = journal
        self.source = source
        chatLimit = RateLimiter(capacity: 5, every: .seconds(2), source: source)
    }

    /// The room's tables.
    public static let migrations = [
        Migration(room: "live", number: 1, file: PackageResources._001_live_sql)
    ]

    /// Changes whenever this node changes a session or what is said and liked in it.
    public var version: Int { recentSessions.version }

    /// A stream that yields when something in the session changed on this node, and every second for what changed on
    /// others.
    public func wakeups(of session: LiveSessionID) -> AsyncStream<Void> { wakeups.stream(of: session) }
}
