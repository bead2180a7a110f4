import Foundation
import Kernel
import Store

/// A short video.
public struct Video: Sendable, Equatable {
    /// The video.
    public let id: VideoID
    /// Who made it.
    public let creator: PersonID
    /// What it says.
    public let caption: Localized
    /// Its hashtags without `#`.
    public let hashtags: [String]
    /// Path of the file under `/media`.
    public let media: String
    /// Path of the picture shown before it plays.
    public let poster: String?
    /// Length in milliseconds.
    public let duration: Int64
    /// The goods it shows, in order.
    public let products: [ProductID]
    /// Whether people may see it.
    public let isListed: Bool
    /// When it was made.
    public let createdAt: Instant

    /// Checks the texts.
    ///
    /// - Throws: ``InvalidField``.
    public init(
        id: VideoID, creator: PersonID, caption: Localized, hashtags: [String], media: String, poster: String?,
        duration: Int64, products: [ProductID], createdAt: Instant
    ) throws {
        self.id = id
        self.creator = creator
        self.caption = Localized(
            en: try ValidatedText(caption.en, field: "caption_en", length: 1...500).value,
            zh: try ValidatedText(caption.zh, field: "caption_zh", length: 1...500).value)
        guard hashtags.count <= 20, products.count <= 20 else {
            throw InvalidField("hashtags", "at most 20 hashtags and 20 products.", zh: "话题和商品各不超过 20 个。")
        }
        self.hashtags = try hashtags.map { try ValidatedText($0, field: "hashtags", length: 1...40).value }
        self.media = media
        self.poster = poster
        self.duration = duration
        self.products = products
        isListed = true
        self.createdAt = createdAt
    }
}

/// How often people reacted to a video.
public struct Reactions: Sendable, Equatable {
    /// Likes.
    public var likes = 0
    /// Comments.
    public var comments = 0
    /// Whether the one who asks likes it.
    public var isLiked = false

    /// None.
    public init() {}
}

extension Content {
    /// Adds or changes a video.
    public func put(_ video: Video, in transaction: any Transaction) throws {
        let hashtags = String(decoding: try JSONEncoder().encode(video.hashtags), as: UTF8.self)
        try transaction.send(
            """
            INSERT INTO videos (id, creator, caption_en, caption_zh, hashtags, media, poster, duration_ms, is_listed,
                created_at)
            VALUES (\(video.id), \(video.creator), \(video.caption.en), \(video.caption.zh), \(hashtags), \(video.media),
                \(video.poster), \(video.duration), 1, \(video.createdAt))
            ON CONFLICT (id) DO UPDATE SET caption_en = excluded.caption_en, caption_zh = excluded.caption_zh,
                hashtags = excluded.hashtags, media = excluded.media, poster = excluded.poster,
                duration_ms = excluded.duration_ms
            """)
        try transaction.send("DELETE FROM video_products WHERE video = \(video.id)")
        for (position, product) in video.products.enumerated() {
            try transaction.send(
                """
                INSERT INTO video_products (video, product, position) VALUES (\(video.id), \(product), \(position))
                ON CONFLICT DO NOTHING
                """)
        }
        try journal.append(
            VideoChanged(
                video: video.id, creator: video.creator, caption: video.caption, hashtags: video.hashtags,
                products: video.products, isListed: true, createdAt: video.createdAt), at: source.now, in: transaction)
        transaction.afterCommit { [recentVideos] in recentVideos.forget([video.id]) }
    }

    /// Takes every video of a creator down, for good.
    public func takeDown(allOf creator: PersonID, in transaction: any Transaction) throws {
        let videos = try Self.videos(where: "creator = \(creator) AND is_listed = 1", in: transaction)
        try transaction.run("UPDATE videos SET is_listed = 0 WHERE creator = \(creator)")
        try journal.append(
            videos.map { video in
                VideoChanged(
                    video: video.id, creator: creator, caption: Localized(en: ""), hashtags: [], products: [],
                    isListed: false, createdAt: video.createdAt)
            }, at: source.now, in: transaction)
        let ids = videos.map(\.id)
        transaction.afterCommit { [recentVideos] in recentVideos.forget(ids) }
    }

    /// Changes whenever this node changes a video.
    public var videoVersion: Int { recentVideos.version }

    /// Videos in the order asked for; unknown ones are left out, those taken down are not.
    public func videos(_ ids: [VideoID]) async throws -> [Video] {
        let now = source.now
        let known = recentVideos.find(ids, at: now)
        let missing = ids.filter { known[$0] == nil }
        guard !missing.isEmpty else { return ids.compactMap { known[$0] } }
        let version = recentVideos.version
        let read = try await store.read { try Self.videos(where: "id IN \(list: missing)", in: $0) }
        recentVideos.remember(
            Dictionary(read.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first }), at: now, version: version)
        return (Array(known.values) + read).sorted(like: ids)
    }

    /// Which of these exist, taken down or not.
    public static func known(_ ids: [VideoID], in transaction: any Transaction) throws -> Set<VideoID> {
        Set(try transaction.rows("SELECT id FROM videos WHERE id IN \(list: ids)").map { try $0.get(0) })
    }

    /// A creator's videos, newest first.
    public func videos(of creator: PersonID, limit: Int, offset: Int = 0) async throws -> [Video] {
        try await store.read {
            try Self.videos(
                where:
                    "creator = \(creator) AND is_listed = 1 ORDER BY created_at DESC, id LIMIT \(limit) OFFSET \(offset)",
                in: $0)
        }
    }

    /// Videos that show a product, newest first.
    public func videos(showing product: ProductID, limit: Int) async throws -> [Video] {
        try await store.read {
            try Self.videos(
                where: """
                    id IN (SELECT video FROM video_products WHERE product = \(product)) AND is_listed = 1
                    ORDER BY created_at DESC LIMIT \(limit)
                    """, in: $0)
        }
    }

    private static func videos(where condition: SQL, in transaction: any Transaction) throws -> [Video] {
        let rows = try transaction.rows("SELECT * FROM videos WHERE \(condition)")
        let ids = try rows.map { try $0.get("id", as: VideoID.self) }
        var products: [VideoID: [ProductID]] = [:]
        for row in try transaction.rows(
            "SELECT video, product FROM video_products WHERE video IN \(list: ids) ORDER BY video, position")
        {
            products[try row.get(0), default: []].append(try row.get(1))
        }
        return try rows.map { try Video($0, products: products[try $0.get("id", as: VideoID.self)] ?? []) }
    }
}

extension Video {
    init(_ row: SQLRow, products: [ProductID]) throws {
        id = try row.get("id")
        creator = try row.get("creator")
        caption = Localized(en: try row.get("caption_en"), zh: try row.get("caption_zh"))
        hashtags = try JSONDecoder().decode([String].self, from: Data(try row.get("hashtags", as: String.self).utf8))
        media = try row.get("media")
        poster = try row.get("poster")
        duration = try row.get("duration_ms")
        self.products = products
        isListed = try row.get("is_listed")
        createdAt = try row.get("created_at")
    }
}

extension [Video] {
    fileprivate func sorted(like ids: [VideoID]) -> [Video] {
        let byID = Dictionary(map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        return ids.compactMap { byID[$0] }
    }
}
