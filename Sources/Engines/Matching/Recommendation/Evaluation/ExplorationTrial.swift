/// A small simulated world in which new creators begin: how many get their first exposure in time, and what it costs.
///
/// **Simulated.** Every viewer's probability to respond to every video is known, so the cost is the difference of true
/// expected responses between two runs of the same world, with exploration and without, not an estimate.
public struct ExplorationTrial: Sendable {
    /// Viewers, and slates that each asks for on a day.
    public var viewers = 1000, slatesADay = 8
    /// Slots of a slate.
    public var slots = 10
    /// Established creators with ten videos each, and new ones with one.
    public var creators = 60, newcomers = 12
    /// Impressions that a newcomer should have within 24 hours of listing.
    public var promised: UInt32 = 200
    /// Seed of everything.
    public var seed: UInt64 = 1
    /// The engine's settings; the run without exploration takes the share out.
    public var configuration = Configuration()

    /// The defaults.
    public init() {}

    /// What came of it.
    public struct Outcome: Sendable, Hashable {
        /// Newcomers, and those that had their impressions within 24 hours.
        public let newcomers, reached: Int
        /// Impressions while newcomers were new, and the share of them that exploration filled.
        public let impressions: Int
        public let exploredShare: Double
        /// Mean probability of a response per impression, with exploration and without.
        public let value, valueWithout: Double

        /// Share of newcomers that were reached.
        public var reach: Double { Double(reached) / Double(max(1, newcomers)) }
        /// Relative change of the viewers' value; negative is a loss.
        public var change: Double { value / valueWithout - 1 }
    }

    /// Runs the world twice.
    public func run() -> Outcome {
        let with = play(configuration)
        var plain = configuration
        plain.explorationShare = 0
        let without = play(plain)
        return Outcome(
            newcomers: newcomers, reached: with.reached, impressions: with.impressions,
            exploredShare: Double(with.explored) / Double(max(1, with.impressions)), value: with.value,
            valueWithout: without.value)
    }

    private static let day: Int64 = 86_400_000
    private static let start: Int64 = 1_767_225_600_000
    private static let topics = 20

    private struct Tally {
        var reached = 0, impressions = 0, explored = 0
        var sum = 0.0
        var value: Double { sum / Double(max(1, impressions)) }
    }

    /// Two days in which the engine gets to know its viewers, one on which newcomers list, one more to give what is owed.
    private func play(_ configuration: Configuration) -> Tally {
        var world = TrialWorld(viewers: viewers, topics: Self.topics, seed: seed)
        let matcher = Matcher(configuration: configuration)
        for creator in 0..<creators {
            for _ in 0..<10 { matcher.list(world.video(by: creator, at: Self.start - 60 * Self.day)) }
        }
        var waiting = (0..<newcomers).map {
            Self.start + 2 * Self.day + Int64($0) * Self.day / Int64(max(1, newcomers))
        }
        var seen: [Key: (listed: Int64, count: UInt32)] = [:]
        var tally = Tally()
        let requests = 4 * viewers * slatesADay
        for number in 0..<requests {
            let now = Self.start + Int64(number) * 4 * Self.day / Int64(requests)
            while let next = waiting.first, next <= now {
                waiting.removeFirst()
                let video = world.video(by: creators + newcomers - waiting.count, at: next)
                matcher.list(video)
                seen[video.id] = (next, 0)
            }
            let viewer = world.random.index(below: viewers)
            let slate = matcher.recommend(
                Request(person: Key(viewer), now: now, count: slots, kinds: [.video], seed: world.random.next()))
            for slot in slate.slots {
                matcher.observe(world.look(viewer, slot.item, at: now))
                if let new = seen[slot.item], now - new.listed < Self.day { seen[slot.item]?.count += 1 }
                guard now >= Self.start + 2 * Self.day else { continue }
                tally.impressions += 1
                tally.explored += slot.source == .exploration ? 1 : 0
                tally.sum += world.probability(viewer, slot.item)
            }
        }
        tally.reached = seen.values.count { $0.count >= promised }
        return tally
    }
}

/// Who likes what: tastes over topics, and the quality of each video.
private struct TrialWorld {
    var random: SplitMix64
    /// Decides answers apart from everything else, so that both runs meet the same viewers.
    private let tastes: [[Double]]
    private var videos: [Key: (topic: Int, quality: Double)] = [:]
    private var next: Key = 1 << 40

    init(viewers: Int, topics: Int, seed: UInt64) {
        var random = SplitMix64(seed: seed)
        tastes = (0..<viewers).map { _ in
            var taste = [Double](repeating: 0.05, count: topics)
            for _ in 0..<3 { taste[random.index(below: topics)] = 0.3 + 0.7 * random.unit() }
            return taste
        }
        self.random = random
    }

    mutating func video(by creator: Int, at time: Int64) -> Item {
        next += 1
        let topic = random.index(below: 20)
        videos[next] = (topic, 0.2 + 0.8 * random.unit())
        return Item(
            id: next, kind: .video, creator: (1 << 50) + Key(creator), tags: [(1 << 51) + Key(topic)], listedAt: time)
    }

    func probability(_ viewer: Int, _ video: Key) -> Double {
        guard let video = videos[video] else { return 0 }
        return 0.02 + 0.4 * tastes[viewer][video.topic] * video.quality
    }

    /// The impression, and the answer when there is one.
    mutating func look(_ viewer: Int, _ video: Key, at time: Int64) -> [Event] {
        let shown = Event(person: Key(viewer), subject: video, kind: .impression, time: time)
        guard random.unit() < probability(viewer, video) else { return [shown] }
        return [shown, Event(person: Key(viewer), subject: video, kind: .like, time: time + 1000)]
    }
}

extension SplitMix64 {
    fileprivate mutating func index(below count: Int) -> Int { Int(next() % UInt64(count)) }
}
