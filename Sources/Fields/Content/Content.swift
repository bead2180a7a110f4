import Journal
import Kernel
import Store

/// The content field: short videos, what people do with them, and whom people follow.
public final class Content: Sendable {
    let store: any Store
    let journal: Journal
    let source: Source
    /// Every slate shows videos with their counts, and both change rarely.
    let recentVideos = Recent<VideoID, Video>(lifetime: .seconds(30), limit: 50_000)
    let recentCounts = Recent<VideoID, Reactions>(lifetime: .seconds(5), limit: 50_000)
    let recentLikes = Recent<PersonID, Set<VideoID>>(lifetime: .seconds(30), limit: 50_000)

    /// The room on a store and a journal.
    public init(store: any Store, journal: Journal, source: Source) {
        self.store = store
        self.journal = journal
        self.source = source
    }

    /// The room's tables.
    public static let migrations = [
        Migration(room: "content", number: 1, file: PackageResources._001_content_sql)
    ]
}

/// A video is new, was changed or was taken down.
public struct VideoChanged: FactContent {
    public static let topic = "content.video_changed"
    /// The video.
    public let video: VideoID
    /// Who made it.
    public let creator: PersonID
    /// What it says.
    public let caption: Localized
    /// Its hashtags without `#`.
    public let hashtags: [String]
    /// The goods it shows.
    public let products: [ProductID]
    /// Whether people may see it.
    public let isListed: Bool
    /// When it was made.
    public let createdAt: Instant
    public var key: String { video.description }
}
