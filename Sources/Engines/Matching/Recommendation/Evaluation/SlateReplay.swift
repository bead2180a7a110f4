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
public struct SlateReplay: Sendable {
    /// Time in which an action still answers a slot, milliseconds.
    public var patience: Int64 = 86_400_000
    /// Time between two renewals of the item-to-item model, milliseconds.
    public var renewal: Int64 = 86_400_000
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
        public let reward: Double
        /// The part that dissatisfaction cost, ≥ 0.
        public let dissatisfaction: Double
        /// Probability with which the log chose the item, and with which the judged engine would have.
        public let propensity, target: Double
        /// Response rate of the item as it was known then, and its mean over what the judged engine would have chosen.
        public let predicted, predictedTarget: Double
        /// Whether exploration put it there.
        public let isExplored: Bool
    }

    /// Replays.
    ///
    /// - Parameters:
    ///   - events: in order of time.
    ///   - items: attributes of items; an item is listed with the first event or slate that names it.
    ///   - slates: what was shown; slots without an impression in the events are left out, if the events tell impressions.
    ///   - from: slates before this time only teach.
    public func run(events: [Event], items: [Item], slates: [LoggedSlate], from: Int64 = .min) -> [Slot] {
        var unlisted = Dictionary(items.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let matcher = Matcher(configuration: configuration)
        let answers = SlateAnswers(events, patience: patience, yardstick: yardstick)
        let order = slates.indices.sorted { (slates[$0].time, $0) < (slates[$1].time, $1) }
        var slots: [Slot] = []
        var next = 0
        var renewed = Int64.min
        for number in order {
            let slate = slates[number]
            let known = next
            while next < events.count, events[next].time < slate.time { next += 1 }
            for item in events[known..<next].map(\.subject) + slate.slots.map(\.item) {
                if let listing = unlisted.removeValue(forKey: item) { matcher.list(listing) }
            }
            matcher.observe(events[known..<next])
            guard slate.time >= from else { continue }
            if renewed == .min || slate.time - renewed >= renewal {
                matcher.refresh(now: slate.time)
                renewed = slate.time
            }
            slots += judge(slate, number, matcher, answers)
        }
        return slots
    }

    private func judge(_ slate: LoggedSlate, _ number: Int, _ matcher: Matcher, _ answers: SlateAnswers) -> [Slot] {
        let request = Request(person: slate.person, now: slate.time, count: slate.slots.count)
        let odds = matcher.odds(of: slate.slots.map(\.item), request)
        var slots: [Slot] = []
        for (position, (slot, odds)) in zip(slate.slots, odds).enumerated() {
            guard let answer = answers.answer(slate.person, slot.item, from: slate.time) else { continue }
            slots.append(
                Slot(
                    slate: number, position: position, person: slate.person, reward: answer.reward,
                    dissatisfaction: answer.cost, propensity: slot.propensity, target: odds.target,
                    predicted: odds.predicted, predictedTarget: odds.predictedTarget, isExplored: slot.isExplored))
        }
        return slots
    }
}

/// What came of each slot.
private struct SlateAnswers {
    private struct Pair: Hashable {
        let person, item: Key
    }

    private var events: [Pair: [(time: Int64, kind: Event.Kind)]] = [:]
    private let patience: Int64
    private let yardstick: RankingWeights
    /// Whether the events tell what came into view; without, every slot counts as seen.
    private let tellsViews: Bool

    init(_ all: [Event], patience: Int64, yardstick: RankingWeights) {
        self.patience = patience
        self.yardstick = yardstick
        tellsViews = all.contains { $0.kind == .impression }
        for event in all {
            events[Pair(person: event.person, item: event.subject), default: []].append((event.time, event.kind))
        }
    }

    /// Each kind of action counts once; nil when the slot never came into view.
    func answer(_ person: Key, _ item: Key, from time: Int64) -> (reward: Double, cost: Double)? {
        let after = (events[Pair(person: person, item: item)] ?? []).filter {
            $0.time >= time && $0.time - time < patience
        }
        let kinds = Set(after.map(\.kind))
        if tellsViews, kinds.isEmpty { return nil }
        var (worth, cost) = (0.0, 0.0)
        for kind in kinds {
            let (weight, costs) = yardstick.worth(of: kind)
            if costs { cost += weight } else { worth += weight }
        }
        return (worth - cost, cost)
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
        let (ranked, pool) = gatherer.rank()
        keep(&gatherer)
        func rate(_ candidate: Candidate) -> Double { Double(candidate.signals[.response]) }
        var builder = SlateBuilder(reading)
        return builder.build(ranked, pool: pool, forced: numbers).map { choice in
            SlotOdds(
                target: choice.propensity, predicted: rate(choice.candidate),
                predictedTarget: choice.odds.reduce(0) { $0 + $1.probability * rate(ranked[$1.place]) })
        }
    }
}
