/// One slot of a slate that was shown, with what the log knows of it.
public struct LoggedSlot: Sendable, Hashable {
    /// The item.
    public let item: Key
    /// The probability with which it took the slot, given the slots before it, in (0, 1].
    public let propensity: Double
    /// Whether exploration put it there.
    public let isExplored: Bool

    /// Makes a slot.
    public init(item: Key, propensity: Double, isExplored: Bool = false) {
        self.item = item
        self.propensity = propensity
        self.isExplored = isExplored
    }
}

/// A slate that was shown.
public struct LoggedSlate: Sendable, Hashable {
    /// Whom it was shown to.
    public let person: Key
    /// When, milliseconds since 1970 UTC.
    public let time: Int64
    /// Its slots, first to last.
    public let slots: [LoggedSlot]

    /// Makes a slate.
    public init(person: Key, time: Int64, slots: [LoggedSlot]) {
        self.person = person
        self.time = time
        self.slots = slots
    }
}

/// Asks an engine with other weights what it would have done with slates that were shown (replay).
///
/// The engine is led through the same events; before each slate it knows exactly what came before it. For each slot the
/// answer is the probability with which it would have put the logged item there, given the logged slots above: what
/// importance weighting needs (SNIPS, doubly robust). What came of the slots is joined from the events.
///
/// Where the weights ask for learned rankings, these are learned on the way from what came before, as the live feed learns
/// them. Rooms are offered that were on air when the slate was shown, with what was going on in them.
public struct SlateReplay: Sendable {
    /// Time in which an action still answers a slot, milliseconds; what was bought within it is answered by its regrets for
    /// as long as the live feed waits for them.
    public var patience: Int64 = 86_400_000
    /// Time between two renewals of the item-to-item model, milliseconds.
    public var renewal: Int64 = 86_400_000
    /// Time between two renewals of the learned rankings, milliseconds; the live feed's is a day. Each costs as much as
    /// learning them once, and the first comes before the first slate that is judged.
    public var rankingRenewal: Int64 = 86_400_000
    /// The engine's settings, with the weights to be judged.
    public var configuration: Configuration
    /// What the rewards are measured by; it stays the same whatever is judged.
    public var yardstick = RankingWeights.current

    /// Makes a replay.
    public init(configuration: Configuration) { self.configuration = configuration }

    /// What a slot came to, and what the judged engine would have done.
    public struct Slot: Sendable, Hashable {
        /// Number of the slate, in the order given, and of the slot in it.
        public let slate, position: Int
        /// The person of the slate.
        public let person: Key
        /// Worth of what came of it less what dissatisfaction cost, in units of a like.
        public fileprivate(set) var reward: Double
        /// The part that dissatisfaction cost, ≥ 0.
        public fileprivate(set) var dissatisfaction: Double
        /// What regrets of what it sold cost, before they are weighed; nil while they could still come, or where none are
        /// judged.
        public fileprivate(set) var regret: Double?
        /// Probability with which the log chose the item, and with which the judged engine would have.
        public let propensity, target: Double
        /// Response rate of the item as it was known then, and its mean over what the judged engine would have chosen.
        public let predicted, predictedTarget: Double
        /// Whether exploration put it there.
        public let isExplored: Bool
    }

    /// One thing that the engine is told on the way.
    public enum Change: Sendable, Hashable {
        case event(Event)
        case list(Item)
        case withdraw(Key)
        case availability(Key, Bool)
        case merge(visitor: Key, person: Key)
        case forget(Key)
        /// A live room is on air, or shows something else.
        case openRoom(Item, pinned: Key?)
        case closeRoom(Key)
        /// Somebody did something in a room, at a time that may be before it was known.
        case act(LiveHighlights.Act, room: Key, person: Key, time: Int64)
    }

    /// A change and when it was known, milliseconds since 1970 UTC.
    public struct Step: Sendable, Hashable {
        public let time: Int64
        public let change: Change

        /// Makes a step.
        public init(_ change: Change, at time: Int64) {
            self.time = time
            self.change = change
        }
    }

    /// Events and items of a file as steps: an item is listed with the first event that names it.
    public static func steps(events: [Event], items: [Item]) -> [Step] {
        var unlisted = Dictionary(items.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var steps: [Step] = []
        steps.reserveCapacity(events.count + items.count)
        for event in events {
            if let item = unlisted.removeValue(forKey: event.subject) {
                steps.append(Step(.list(item), at: event.time))
            }
            steps.append(Step(.event(event), at: event.time))
        }
        return steps
    }

    /// Replays.
    ///
    /// - Parameters:
    ///   - steps: in order of time.
    ///   - slates: what was shown; slots that never came into view are left out, if the events tell impressions.
    ///   - from: slates before this time are not judged.
    public func run(_ steps: [Step], slates: [LoggedSlate], from: Int64 = .min) -> [Slot] {
        var player = ReplayPlayer(configuration)
        let answers = SlateAnswers(steps, patience: patience, yardstick: yardstick)
        var slots: [Slot] = []
        var next = 0
        var renewed: Int64?, learned: Int64?
        for number in slates.indices.sorted(by: { (slates[$0].time, $0) < (slates[$1].time, $1) }) {
            let slate = slates[number]
            guard slate.time >= from else { continue }
            while next < steps.count, steps[next].time < slate.time {
                player.apply(steps[next].change)
                next += 1
            }
            if renewed.map({ slate.time - $0 >= renewal }) ?? true {
                player.matcher.refresh(now: slate.time)
                renewed = slate.time
            }
            if player.learnsRankings, learned.map({ slate.time - $0 >= rankingRenewal }) ?? true {
                player.learnRankings(at: slate.time)
                learned = slate.time
            }
            slots += judge(slate, number, player, answers)
        }
        return Self.weighingRegrets(slots)
    }

    /// Slots whose time for regret is over stand for those whose is not: which they are, their age alone decides, never
    /// what came of them. Where they are fewer than a twentieth nothing is said of regrets.
    private static func weighingRegrets(_ slots: [Slot]) -> [Slot] {
        let known = slots.count { $0.regret != nil }
        let isEnough = known > 0 && known * 20 >= slots.count
        let weight = isEnough ? Double(slots.count) / Double(known) : 0
        return slots.map { slot in
            var slot = slot
            if !isEnough { slot.regret = nil }
            let cost = weight * (slot.regret ?? 0)
            slot.reward -= cost
            slot.dissatisfaction += cost
            return slot
        }
    }

    private func judge(_ slate: LoggedSlate, _ number: Int, _ player: ReplayPlayer, _ answers: SlateAnswers) -> [Slot] {
        var request = Request(person: slate.person, now: slate.time, count: slate.slots.count)
        request.rooms = player.rooms.offers(at: slate.time)
        let odds = player.matcher.odds(of: slate.slots.map(\.item), request)
        var slots: [Slot] = []
        for (position, (slot, odds)) in zip(slate.slots, odds).enumerated() {
            guard let answer = answers.answer(slate.person, slot.item, from: slate.time) else { continue }
            slots.append(
                Slot(
                    slate: number, position: position, person: slate.person, reward: answer.worth - answer.cost,
                    dissatisfaction: answer.cost, regret: answer.regret, propensity: slot.propensity,
                    target: odds.target, predicted: odds.predicted, predictedTarget: odds.predictedTarget,
                    isExplored: slot.isExplored))
        }
        return slots
    }
}

/// What the live feed holds, led through the log: the engine, the rooms on air, and what rankings are learned from.
private struct ReplayPlayer {
    let matcher: Matcher
    /// Whether the weights ask for learned rankings; nothing is kept for them otherwise.
    let learnsRankings: Bool
    private(set) var rooms = LiveHighlights()
    private var lessons = RankingLessons()

    init(_ configuration: Configuration) {
        matcher = Matcher(configuration: configuration)
        learnsRankings = configuration.weights.learned > 0
    }

    func learnRankings(at now: Int64) { matcher.adopt(lessons.learn(until: now)) }

    mutating func apply(_ change: SlateReplay.Change) {
        switch change {
        case .event(let event):
            matcher.observe(CollectionOfOne(event))
            rooms.observe(event)
            if learnsRankings { lessons.observe(CollectionOfOne(event)) }
        case .list(let item):
            matcher.list(item)
            if learnsRankings { lessons.list(item) }
        case .withdraw(let item): matcher.withdraw(item)
        case .availability(let item, let isAvailable): matcher.setAvailable(item, isAvailable)
        case .merge(let visitor, let person):
            matcher.merge(visitor, into: person)
            lessons.merge(visitor, into: person)
        case .forget(let person):
            matcher.forget(person)
            lessons.forget(person)
        case .openRoom(let item, let pinned):
            matcher.list(item)
            rooms.open(item.id, products: item.products, pinned: pinned)
        case .closeRoom(let room):
            matcher.withdraw(room)
            rooms.close(room)
        case .act(let act, let room, let person, let time): rooms.observe(act, by: person, in: room, at: time)
        }
    }
}

extension Matcher {
    /// What an engine would have done with one slot.
    struct SlotOdds: Sendable {
        let target, predicted, predictedTarget: Double
    }

    /// The probabilities with which this engine, as it stands, would fill the slots with these items, each given the slots
    /// before it.
    func odds(of slate: [Key], _ request: Request) -> [SlotOdds] {
        let (reading, numbers) = learner.withLock { learner in
            (learner.reading(request), slate.map { learner.items.number(of: $0) ?? -1 })
        }
        var gatherer = Gatherer(reading, scratch: spare.withLock { $0.popLast() } ?? Scratch())
        let (order, pool) = gatherer.rank()
        let candidates = gatherer.scratch.candidates
        keep(&gatherer)
        let rates = order.map { Double(candidates[$0].signals[.response]) }
        let ranks = numbers.map { number in order.firstIndex { candidates[$0].item == number } }
        var builder = SlateBuilder(reading, candidates, order)
        return zip(ranks, builder.odds(pool, of: ranks)).map { rank, odds in
            SlotOdds(
                target: odds.propensity, predicted: rank.map { rates[$0] } ?? 0,
                predictedTarget: odds.all.reduce(0) { $0 + $1.probability * rates[$1.rank] })
        }
    }
}
