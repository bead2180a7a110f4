import Foundation
import Journal
import Kernel
import MatchingText

/// A search that goes with what somebody is watching (搜索引导).
public struct SearchPrompt: Sendable, Equatable {
    /// The words to search for; they find something.
    public let words: String
    /// Whether viewers of the video searched for it; otherwise it names the goods under the video.
    public let isFromViewers: Bool
}

extension Centre {
    /// The prompt under a video: what its viewers went on to search for, or else the kind of goods that it shows. Nil when
    /// neither finds anything.
    public func prompt(under video: VideoID, in language: Language) -> SearchPrompt? {
        let learned = behaviour.withLock { $0.prompts(under: video.rawValue) }
        if let words = learned.first(where: finds) { return SearchPrompt(words: words, isFromViewers: true) }
        guard let product = shown.withLock({ $0.products(of: video).first }),
            let names = library.withLock({ $0.categoryName(of: product) })
        else { return nil }
        let words = names.text(in: language)
        return finds(words) ? SearchPrompt(words: words, isFromViewers: false) : nil
    }

    private func finds(_ words: String) -> Bool {
        !words.isEmpty
            && !index.search(Query(words, kinds: [.product], limit: 1, mode: .all, countsTotal: false)).hits.isEmpty
    }

    /// Reads the touchpoints that are kept, then follows them until cancelled. It runs beside everything else: nobody waits
    /// for a synonym.
    func learnFromBehaviour(_ journal: Journal) async {
        let topics = [Touchpoint.topic]
        guard let end = try? await journal.replay(after: .start, topics: topics, { [self] in learn(from: $0) }) else {
            return
        }
        mine()
        await journal.tail(after: end, topics: topics) { [self] facts, _ in
            learn(from: facts)
            let now = source.now.milliseconds
            let isDue = minedAt.withLock { at in
                guard now - at >= 60_000 else { return false }
                at = now
                return true
            }
            if isDue { mine() }
        }
    }

    private func learn(from facts: [Fact]) {
        let decoder = JSONDecoder()
        for fact in facts {
            guard let touchpoint = try? Touchpoint.read(fact.payload, with: decoder) else { continue }
            let (person, time) = (touchpoint.person.rawValue, touchpoint.time.milliseconds)
            behaviour.withLock { behaviour in
                switch (touchpoint.kind, touchpoint.subject) {
                case (.search, .query(let words)): behaviour.observe(search: words, by: person, at: time)
                case (.open, .product(let id)): behaviour.observe(tap: id.rawValue, by: person, at: time)
                case (.open, .shop(let id)): behaviour.observe(tap: id.rawValue, by: person, at: time)
                case (.open, .video(let id)), (.view, .video(let id)), (.finish, .video(let id)):
                    behaviour.observe(watch: id.rawValue, by: person, at: time)
                default: break
                }
            }
        }
    }

    private func mine() {
        let sets = behaviour.withLock { $0.synonyms() }
        if !sets.isEmpty { index.addSynonyms(sets) }
    }
}

/// Which goods each video shows.
struct ShownProducts {
    private struct VideoFact: Decodable {
        let video: VideoID
        let products: [ProductID]
        let isListed: Bool
    }

    private var byVideo: [VideoID: [ProductID]] = [:]

    func products(of video: VideoID) -> [ProductID] { byVideo[video] ?? [] }

    mutating func apply(_ facts: [Fact]) {
        for fact in facts where fact.topic == "content.video_changed" {
            guard let video = try? JSONDecoder().decode(VideoFact.self, from: Data(fact.payload.utf8)) else { continue }
            byVideo[video.video] = video.isListed ? video.products : nil
        }
    }
}
