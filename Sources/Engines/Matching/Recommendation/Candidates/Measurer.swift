/// Fills in the signals of every candidate.
struct Measurer {
    let reading: Reading
    private let world: World
    private let now: Int64
    private let totals: SIMD4<Float>
    private let adopted: SIMD2<Float>
    private let breadth: Float
    private let cadence: Float
    private let basket: Float
    private let visitOverdue: Float
    private let own: OwnHistory
    private let regrets: RegretRates

    init(_ reading: Reading, history: ContiguousArray<OwnEvidence>) {
        self.reading = reading
        world = reading.world
        now = reading.request.now
        totals = Self.levels(world.total, now)
        regrets = RegretRates(world, at: now)
        adopted = Self.adoption(world.total, now)
        breadth = naturalLog1p(history.reduce(0) { $0 + $1.slow })
        own = OwnHistory(world: world, configuration: reading.configuration, now: now)
        let person = reading.person
        let visits = Float(max(1, person.visits))
        let span = Float(max(0, person.lastResponse - person.firstResponse)) / 86_400_000
        let pause = Float(max(0, now - person.lastResponse)) / 86_400_000
        let days = span / max(1, visits - 1)
        cadence = naturalLog1p(days)
        basket = naturalLog1p(Float(person.responses) / visits)
        visitOverdue = person.visits > 1 ? min(20, pause / max(0.01, days)) : 0
    }

    /// How many candidates ahead memory is fetched.
    private static let ahead = 8

    @inline(__always)
    private func fetch(_ item: Int32) {
        world.items.fetch(item)
        world.counters.fetch(item)
    }

    /// The signals of ``Signal/early``.
    func measureEarly(_ scratch: inout Scratch) {
        attachHistory(&scratch)
        var candidates: ContiguousArray<Candidate> = []
        swap(&candidates, &scratch.candidates)
        // A constant: a variable would be copied, with a reference count for each of its tables, for every candidate.
        let known = scratch
        candidates.withUnsafeMutableBufferPointer { candidates in
            for place in candidates.indices {
                // What lies far apart in memory is asked for before it is its turn.
                let ahead = place + Self.ahead
                if ahead < candidates.count { fetch(candidates[ahead].item) }
                measureEarly(&candidates[place], known)
            }
        }
        swap(&candidates, &scratch.candidates)
        rank(&scratch)
    }

    @inline(__always)
    private func measureEarly(_ candidate: inout Candidate, _ scratch: borrowing Scratch) {
        let item = candidate.item
        candidate.signals[.linear] = scratch.linear[item].sum
        candidate.signals[.session] = scratch.session[item].sum
        let (month, adoptedMonth) = (world.counters[item].month, world.counters[item].adoptedMonth)
        candidate.signals[.month] = Self.level(month, .month, now) - totals[0]
        candidate.signals[.adoptedMonth] = Self.level(adoptedMonth, .month, now) - adopted[1]
        candidate.signals[.reach] = naturalLog1p(Float(world.counters[item].persons))
        candidate.signals[.breadth] = breadth
        candidate.signals[.basket] = basket
        measureKind(&candidate, month, adoptedMonth, scratch)
    }

    /// What the person has of its category and tags, and what it has of them: goods of a kind stand in for one another, so
    /// this says most about what was never bought before.
    @inline(__always)
    private func measureKind(
        _ candidate: inout Candidate, _ month: LogMass, _ adoptedMonth: LogMass, _ scratch: borrowing Scratch
    ) {
        let category = world.items[candidate.item].category
        if category >= 0 {
            candidate.signals[.categoryShare] = share(month, of: world.subjects[category].month)
            candidate.signals[.categoryAdopted] = share(adoptedMonth, of: world.subjects[category].adopted)
            if let affinity = scratch.affinity(category) {
                candidate.signals[.categorySlow] = naturalLog1p(affinity.slow)
                candidate.signals[.categoryTaken] = naturalLog1p(affinity.taken)
            }
        }
        // By place, here and below: a copy of the tags would count a reference for every candidate.
        for place in world.items[candidate.item].tags.indices {
            let tag = world.items[candidate.item].tags[place]
            let share = share(month, of: world.subjects[tag].month)
            candidate.signals[.tagShare] = min(candidate.signals[.tagShare], share)
            guard let affinity = scratch.affinity(tag) else { continue }
            candidate.signals[.tagSlow] = max(candidate.signals[.tagSlow], naturalLog1p(affinity.slow))
            candidate.signals[.tagTaken] = max(candidate.signals[.tagTaken], naturalLog1p(affinity.taken))
        }
    }

    /// All other signals.
    func measure(_ scratch: inout Scratch) {
        var candidates: ContiguousArray<Candidate> = []
        swap(&candidates, &scratch.candidates)
        let known = scratch
        candidates.withUnsafeMutableBufferPointer { candidates in
            for place in candidates.indices {
                let item = candidates[place].item
                let ahead = place + Self.ahead
                if ahead < candidates.count { fetch(candidates[ahead].item) }
                world.items.with(item) { measure(&candidates[place], $0, world.counters[item], known) }
            }
        }
        swap(&candidates, &scratch.candidates)
    }

    private func measure(
        _ candidate: inout Candidate, _ record: borrowing ItemRecord, _ counters: borrowing ItemCounters,
        _ scratch: borrowing Scratch
    ) {
        measurePopularity(&candidate.signals, counters, record)
        measureSubjects(&candidate.signals, record, scratch)
        candidate.signals[.context] = context(candidate.item, record, scratch)
        if let seen = reading.person.seen[candidate.item] {
            measureSeen(
                &candidate, seen,
                record: candidate.own >= 0 ? reading.person.history.values[Int(candidate.own)] : nil)
        }
        candidate.signals[.nearness] = scratch.near[candidate.item].sum
        candidate.signals[.cadence] = cadence
        candidate.signals[.visitOverdue] = visitOverdue
    }

    /// What competes for the same places: the order within a source says more than its level.
    private func rank(_ scratch: inout Scratch) {
        let places = ContiguousArray(0..<Int32(scratch.candidates.count))
        for (value, rank) in [(Signal.linear, Signal.linearRank), (.due, .dueRank)] {
            let order = strongestItems(places, places.count) { scratch.candidates[Int($0)].signals[value] }
            let none = logarithm2(Float(places.count) + 2)
            for place in scratch.candidates.indices { scratch.candidates[place].signals[rank] = none }
            for (number, place) in order.enumerated() {
                scratch.candidates[Int(place)].signals[rank] = logarithm2(Float(number) + 1)
            }
        }
    }

    private func attachHistory(_ scratch: inout Scratch) {
        for evidence in scratch.history {
            let place = scratch.place[Int(evidence.item)]
            guard place >= 0 else { continue }
            let history = reading.person.history.values[Int(evidence.place)]
            scratch.candidates[Int(place)].own = evidence.place
            var signals = scratch.candidates[Int(place)].signals
            signals[.purchases] = naturalLog1p(Float(history.purchases))
            signals[.ownFast] = naturalLog1p(evidence.fast)
            signals[.ownSlow] = naturalLog1p(evidence.slow)
            signals[.ownTotal] = naturalLog1p(history.total / Float(reading.configuration.weights.buy))
            signals[.recency] = naturalLog1p(Float(max(0, now - history.last)) / 86_400_000)
            signals[.overdue] = evidence.overdue
            signals[.due] = evidence.repurchase
            signals[.regularity] = Float(history.gaps)
            let visits = reading.person.visits
            signals[.visitRate] = Float(max(1, history.purchases)) / Float(max(1, visits - history.firstVisit + 1))
            signals[.lastVisits] = Float(history.visits(ofLast: 4, at: visits)) / Float(max(1, min(4, visits)))
            signals[.recentVisits] = Float(history.visits(ofLast: 12, at: visits)) / Float(max(1, min(12, visits)))
            signals[.manyVisits] = Float(history.visits(ofLast: 40, at: visits)) / Float(max(1, min(40, visits)))
            signals[.visitsSince] = naturalLog1p(Float(max(0, visits - history.lastVisit)))
            let gone = Float(max(0, now - max(history.bought, history.last))) / 86_400_000
            signals[.itemOverdue] = min(20, gone / max(0.01, own.itemGap(history.item)))
            scratch.candidates[Int(place)].signals = signals
        }
    }

    private func measurePopularity(
        _ signals: inout Signals, _ counters: borrowing ItemCounters, _ record: borrowing ItemRecord
    ) {
        let levels = Self.levels(counters, now) - totals
        signals[.month] = levels[0]
        signals[.week] = levels[1]
        signals[.day] = levels[2]
        signals[.hour] = levels[3]
        let adoption = Self.adoption(counters, now) - adopted
        signals[.adoptedWeek] = adoption[0]
        signals[.adoptedMonth] = adoption[1]
        signals[.trend] = levels[1] - levels[0]
        signals[.adoptedTrend] = adoption[0] - adoption[1]
        signals[.itemGap] = naturalLog1p(counters.gap)
        signals[.repeatRate] = (Float(counters.repeaters) + 1) / (Float(counters.buyers) + 4)
        let born = record.listed && record.listedAt > 0 ? record.listedAt : (counters.first == 0 ? now : counters.first)
        signals[.age] = naturalLog1p(Float(max(0, now - born)) / 86_400_000)
        signals[.response] =
            (Float(counters.responses) + 5) / (Float(max(counters.impressions, counters.responses)) + 100)
        signals[.dislike] = Float(3 * counters.dislikes) / (Float(counters.purchases + counters.responses) + 20)
        guard regrets.areKnown else { return }
        let rates = regrets.rates(of: record, counters.service, in: world)
        signals[.returns] = rates[0]
        signals[.lateness] = rates[1]
        signals[.complaints] = rates[2]
        signals[.shopRegret] = rates[3]
    }

    /// log₂ of an item's part of its category or tag.
    private func share(_ mass: LogMass, of all: LogMass) -> Float {
        Float(max(-20, mass.level - max(all.level, mass.level)))
    }

    @inline(__always)
    private static func level(_ mass: LogMass, _ window: Window, _ now: Int64) -> Float {
        Float(max(-20, mass.level - Double(now) / Double(window.halfLife)))
    }

    private static func adoption(_ counters: borrowing ItemCounters, _ now: Int64) -> SIMD2<Float> {
        SIMD2(level(counters.adoptedWeek, .week, now), level(counters.adoptedMonth, .month, now))
    }

    /// log₂ of the evidence in each window, at least one part in a million of a like.
    private static func levels(_ counters: borrowing ItemCounters, _ now: Int64) -> SIMD4<Float> {
        SIMD4(
            level(counters.month, .month, now), level(counters.week, .week, now), level(counters.day, .day, now),
            level(counters.hour, .hour, now))
    }

    private func measureSubjects(
        _ signals: inout Signals, _ record: borrowing ItemRecord, _ scratch: borrowing Scratch
    ) {
        var damp: Float = 0
        if let affinity = scratch.affinity(record.category) {
            signals[.categoryFast] = naturalLog1p(affinity.fast)
            signals[.categoryPulse] = naturalLog1p(affinity.pulse)
            damp += affinity.damp
        }
        for place in record.tags.indices {
            guard let affinity = scratch.affinity(record.tags[place]) else { continue }
            signals[.tag] = max(signals[.tag], naturalLog1p(affinity.fast + affinity.pulse))
            damp += affinity.damp * 0.3
        }
        if let affinity = scratch.affinity(record.shop) {
            signals[.shop] = naturalLog1p(0.5 * affinity.slow + affinity.fast + affinity.pulse)
            damp += affinity.damp * 0.5
        }
        if let affinity = scratch.affinity(record.creator) {
            signals[.creator] = naturalLog1p(affinity.fast + affinity.pulse)
            damp += affinity.damp
        }
        signals[.damp] = naturalLog1p(damp)
        let follows = reading.person.follows
        if !follows.isEmpty, follows.contains(record.creator) || follows.contains(record.shop) {
            signals[.following] = 1
        }
    }

    private func context(_ item: Int32, _ record: borrowing ItemRecord, _ scratch: borrowing Scratch) -> Float {
        if reading.contextItems.isEmpty && reading.contextSubjects.isEmpty { return 0 }
        var sum = min(1, scratch.context[item].sum)
        for subject in reading.contextSubjects {
            if record.category == subject || record.tags.contains(subject) { sum += 1 }
            if record.shop == subject || record.creator == subject { sum += 0.5 }
        }
        for other in reading.contextItems where record.category >= 0 {
            if world.items[other].category == record.category { sum += 0.3 }
        }
        return sum
    }

    /// Fatigue counts looks that came to nothing; whoever responded since is not tired of it.
    private func measureSeen(_ candidate: inout Candidate, _ seen: Seen, record: History?) {
        let answered = record.map { $0.last >= seen.last } ?? false
        let days = Float(max(0, now - seen.last)) / 86_400_000
        candidate.signals[.fatigue] = answered ? 0 : naturalLog1p(Float(seen.times)) * power2(-days / 14)
        let isRoom = world.items[candidate.item].kind == .liveRoom
        let pause = isRoom ? LiveWeights.current.seenPause : reading.configuration.seenPause
        let paused = now - seen.last < pause
        candidate.paused = paused && !reading.request.repeatsSeen
    }
}
