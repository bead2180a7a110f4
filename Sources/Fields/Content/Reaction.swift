import Journal
import Kernel
import Store

/// A comment under a video.
public struct Comment: Sendable, Codable, Equatable {
    /// The comment.
    public let id: CommentID
    /// Who wrote it.
    public let person: PersonID
    /// What it says.
    public let body: String
    /// When.
    public let createdAt: Instant
}

extension Content {
    /// Likes or favourites something, or takes it back. Doing it twice does it once.
    public func react(
        _ kind: ReactionKind, to subject: Touchpoint.Subject, isOn: Bool, by person: PersonID, slate: SlateID? = nil
    ) async throws {
        let now = source.now
        try await store.write { [self] transaction in
            try react(kind, to: subject, isOn: isOn, by: person, slate: slate, at: now, in: transaction)
        }
    }

    /// ``react(_:to:isOn:by:slate:)`` in the caller's transaction, at a time that may be past.
    ///
    /// - Returns: whether that changed anything.
    @discardableResult
    public func react(
        _ kind: ReactionKind, to subject: Touchpoint.Subject, isOn: Bool, by person: PersonID, slate: SlateID? = nil,
        at time: Instant, in transaction: any Transaction
    ) throws -> Bool {
        let changed =
            isOn
            ? try transaction.run(
                """
                INSERT INTO reactions (person, subject, kind, reacted_at)
                VALUES (\(person), \(subject.description), \(kind.rawValue), \(time)) ON CONFLICT DO NOTHING
                """)
            : try transaction.run(
                """
                DELETE FROM reactions
                WHERE person = \(person) AND subject = \(subject.description) AND kind = \(kind.rawValue)
                """)
        guard changed == 1 else { return false }
        if kind == .like, case .video(let video) = subject {
            transaction.afterCommit { [recentCounts, recentLikes] in
                recentCounts.forget([video])
                recentLikes.forget([person])
            }
        }
        try journal.append(
            Touchpoint(
                person: person, time: time, kind: kind.touchpoint(isOn: isOn), subject: subject, slate: slate),
            at: source.now, in: transaction)
        return true
    }

    /// Follows a creator or a shop, or stops.
    public func follow(_ subject: Touchpoint.Subject, isOn: Bool, by person: PersonID) async throws {
        let now = source.now
        try await store.write { [self] in try follow(subject, isOn: isOn, by: person, at: now, in: $0) }
    }

    /// ``follow(_:isOn:by:)`` in the caller's transaction, at a time that may be past.
    public func follow(
        _ subject: Touchpoint.Subject, isOn: Bool, by person: PersonID, at time: Instant,
        in transaction: any Transaction
    ) throws {
        switch subject {
        case .creator, .shop: break
        default: throw InvalidField("subject", "must be a creator or a shop.", zh: "只能关注达人或店铺。")
        }
        let changed =
            isOn
            ? try transaction.run(
                """
                INSERT INTO follows (person, subject, followed_at) VALUES (\(person), \(subject.description), \(time))
                ON CONFLICT DO NOTHING
                """)
            : try transaction.run(
                "DELETE FROM follows WHERE person = \(person) AND subject = \(subject.description)")
        guard changed == 1 else { return }
        try journal.append(
            Touchpoint(person: person, time: time, kind: isOn ? .follow : .unfollow, subject: subject), at: source.now,
            in: transaction)
    }

    /// Whom and which shops a person follows.
    public func following(_ person: PersonID) async throws -> [Touchpoint.Subject] {
        try await store.read { transaction in
            try transaction.rows(
                "SELECT subject FROM follows WHERE person = \(person) ORDER BY followed_at DESC LIMIT 1000"
            )
            .compactMap { Touchpoint.Subject(try $0.get(0)) }
        }
    }

    /// How many follow a creator or shop, and whether `person` does.
    public func followers(of subject: Touchpoint.Subject, for person: PersonID) async throws -> (
        count: Int, isFollowing: Bool
    ) {
        try await store.read { transaction in
            let count: Int =
                try transaction.value("SELECT COUNT(*) FROM follows WHERE subject = \(subject.description)") ?? 0
            let isFollowing =
                try transaction.row(
                    "SELECT 1 FROM follows WHERE person = \(person) AND subject = \(subject.description)") != nil
            return (count, isFollowing)
        }
    }

    /// Counts of several videos as `person` sees them; the counts may be some seconds old.
    public func reactions(to videos: [VideoID], for person: PersonID) async throws -> [VideoID: Reactions] {
        guard !videos.isEmpty else { return [:] }
        let now = source.now
        let liked = try await likes(of: person, at: now)
        var reactions = try await counts(of: videos, at: now)
        for video in videos where liked.contains(video) { reactions[video]?.isLiked = true }
        return reactions
    }

    private func counts(of videos: [VideoID], at now: Instant) async throws -> [VideoID: Reactions] {
        let version = recentCounts.version
        let (known, due) = recentCounts.look(videos, at: now)
        guard !due.isEmpty else { return known }
        let read = try await store.read { try Self.counts(of: due, in: $0) }
        recentCounts.remember(read, at: now, version: version)
        return known.merging(read) { $1 }
    }

    private func likes(of person: PersonID, at now: Instant) async throws -> Set<VideoID> {
        if let known = recentLikes.find(person, at: now) { return known }
        let version = recentLikes.version
        let read = try await store.read { try Self.liked(by: person, in: $0) }
        recentLikes.remember([person: read], at: now, version: version)
        return read
    }

    private static func counts(of videos: [VideoID], in transaction: any Transaction) throws -> [VideoID: Reactions] {
        var counts = Dictionary(videos.map { ($0, Reactions()) }, uniquingKeysWith: { first, _ in first })
        for row in try transaction.rows(
            """
            SELECT subject, COUNT(*) FROM reactions WHERE kind = 'like' AND subject IN \(list: videos) GROUP BY subject
            """)
        {
            counts[try row.get(0)]?.likes = try row.get(1)
        }
        for row in try transaction.rows(
            "SELECT video, COUNT(*) FROM comments WHERE video IN \(list: videos) GROUP BY video")
        {
            counts[try row.get(0)]?.comments = try row.get(1)
        }
        return counts
    }

    /// What a person likes, the latest thousand.
    private static func liked(by person: PersonID, in transaction: any Transaction) throws -> Set<VideoID> {
        let rows = try transaction.rows(
            """
            SELECT subject FROM reactions WHERE person = \(person) AND kind = 'like'
            ORDER BY reacted_at DESC LIMIT 1000
            """)
        return Set(try rows.compactMap { VideoID(try $0.get(0, as: String.self)) })
    }

    /// Gives a person what they liked and followed as a visitor. Comments need an account, so there are none.
    public func merge(_ visitor: PersonID, into person: PersonID, in transaction: any Transaction) throws {
        try transaction.send(
            """
            INSERT INTO reactions (person, subject, kind, reacted_at)
            SELECT \(person), subject, kind, reacted_at FROM reactions WHERE person = \(visitor) ON CONFLICT DO NOTHING
            """)
        try transaction.send("DELETE FROM reactions WHERE person = \(visitor)")
        try transaction.send(
            """
            INSERT INTO follows (person, subject, followed_at)
            SELECT \(person), subject, followed_at FROM follows WHERE person = \(visitor) ON CONFLICT DO NOTHING
            """)
        try transaction.send("DELETE FROM follows WHERE person = \(visitor)")
        transaction.afterCommit { [recentLikes] in recentLikes.forget([visitor, person]) }
    }

    /// Writes a comment.
    ///
    /// - Throws: ``InvalidField``, ``NotFound`` when there is no such video.
    public func comment(
        _ body: String, on video: VideoID, by person: PersonID, in transaction: any Transaction
    ) throws -> Comment {
        let text = try ValidatedText(body, field: "body", length: 1...500).value
        guard try transaction.row("SELECT 1 FROM videos WHERE id = \(video) AND is_listed = 1") != nil else {
            throw NotFound("video")
        }
        let comment = Comment(id: source.identifier(), person: person, body: text, createdAt: source.now)
        try transaction.send(
            """
            INSERT INTO comments (id, video, person, body, created_at)
            VALUES (\(comment.id), \(video), \(person), \(text), \(comment.createdAt))
            """)
        transaction.afterCommit { [recentCounts] in recentCounts.forget([video]) }
        return comment
    }

    /// The newest comments under a video.
    public func comments(on video: VideoID, limit: Int) async throws -> [Comment] {
        try await store.read { transaction in
            try transaction.rows(
                "SELECT * FROM comments WHERE video = \(video) ORDER BY created_at DESC, id DESC LIMIT \(limit)"
            ).map {
                Comment(
                    id: try $0.get("id"), person: try $0.get("person"), body: try $0.get("body"),
                    createdAt: try $0.get("created_at"))
            }
        }
    }
}

/// What somebody can leave on a video or product with one tap.
public enum ReactionKind: String, Sendable, Codable, CaseIterable {
    case like, favourite

    func touchpoint(isOn: Bool) -> Touchpoint.Kind {
        switch self {
        case .like: isOn ? .like : .unlike
        case .favourite: isOn ? .favourite : .unfavourite
        }
    }
}
