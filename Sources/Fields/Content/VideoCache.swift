import Kernel
import Synchronization

/// Videos and their counts of the last seconds: every slate shows some, and they change rarely.
final class VideoCache: Sendable {
    private struct State {
        var videos: [VideoID: (video: Video, until: Instant)] = [:]
        var counts: [VideoID: (counts: Reactions, until: Instant)] = [:]
        var liked: [PersonID: (videos: Set<VideoID>, until: Instant)] = [:]
        var generation = 0
    }

    /// Another node's change shows after this time.
    private static let videoLifetime = Duration.seconds(30)
    private static let countLifetime = Duration.seconds(5)
    private static let limit = 50_000
    private let state = Mutex(State())

    /// Changes whenever something is forgotten, so that what was read before a change is not remembered after it.
    var generation: Int { state.withLock { $0.generation } }

    func videos(_ ids: [VideoID], at now: Instant) -> [VideoID: Video] {
        state.withLock { state in
            Dictionary(
                ids.compactMap { id in state.videos[id].flatMap { $0.until > now ? (id, $0.video) : nil } },
                uniquingKeysWith: { first, _ in first })
        }
    }

    func remember(_ videos: [Video], at now: Instant, generation: Int) {
        state.withLock { state in
            guard state.generation == generation else { return }
            if state.videos.count > Self.limit { state.videos.removeAll() }
            for video in videos { state.videos[video.id] = (video, now + Self.videoLifetime) }
        }
    }

    /// Counts of all videos with whether `person` likes each, when everything is known.
    func reactions(to ids: [VideoID], for person: PersonID, at now: Instant) -> [VideoID: Reactions]? {
        state.withLock { state in
            guard let liked = state.liked[person], liked.until > now else { return nil }
            var reactions: [VideoID: Reactions] = [:]
            for id in ids {
                guard let entry = state.counts[id], entry.until > now else { return nil }
                reactions[id] = entry.counts
                reactions[id]?.isLiked = liked.videos.contains(id)
            }
            return reactions
        }
    }

    func remember(
        _ counts: [VideoID: Reactions], liked: Set<VideoID>, by person: PersonID, at now: Instant, generation: Int
    ) {
        state.withLock { state in
            guard state.generation == generation else { return }
            if state.counts.count > Self.limit { state.counts.removeAll() }
            if state.liked.count > Self.limit { state.liked.removeAll() }
            for (id, count) in counts { state.counts[id] = (count, now + Self.countLifetime) }
            state.liked[person] = (liked, now + Self.videoLifetime)
        }
    }

    func forget(_ video: VideoID, by person: PersonID? = nil) {
        state.withLock { state in
            state.generation += 1
            state.videos[video] = nil
            state.counts[video] = nil
            if let person { state.liked[person] = nil }
        }
    }
}
