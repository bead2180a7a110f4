/// What a person did with one item.
struct History: Sendable, Keyed, Hashable {
    let item: Int32
    /// Kinds seen, one bit a kind.
    var kinds: UInt32 = 0
    /// Purchases, one a basket.
    var purchases: Int32 = 0
    /// Mean gap between purchases, days, and how many gaps it stands on.
    var gap: Float = 0
    var gaps: Int32 = 0
    /// Evidence decayed to `last` with the fast and the slow half-life, and undecayed.
    var fast: Float = 0
    var slow: Float = 0
    var total: Float = 0
    var first: Int64
    var last: Int64
    /// Last purchase; 0 when none.
    var bought: Int64 = 0
    /// The person's visits when this was first and last responded to.
    var firstVisit: Int32 = 0
    var lastVisit: Int32 = 0
    /// The visits with a response, one bit a visit, the last one lowest.
    var visitBits: UInt64 = 0

    /// Takes note of a response in a visit, counted from the person's first.
    mutating func respond(in visit: Int32) {
        let later = max(0, visit - lastVisit)
        visitBits = later < 64 ? visitBits << UInt64(later) | 1 : 1
        lastVisit = max(lastVisit, visit)
    }

    /// In how many of the person's last `count` (at most 64) visits there was a response, as of visit `now`.
    func visits(ofLast count: Int32, at now: Int32) -> Int {
        let gone = max(0, now - lastVisit)
        guard gone < count else { return 0 }
        let kept = count - gone
        return (kept >= 64 ? visitBits : visitBits & (1 << UInt64(kept) - 1)).nonzeroBitCount
    }

    var key: Int32 { item }

    init(item: Int32, time: Int64) {
        self.item = item
        first = time
        last = time
    }

    mutating func add(_ weight: Double, at time: Int64, _ configuration: Configuration) {
        let days = Double(time - last) / 86_400_000
        if days >= 0 {
            fast = fast * Float(power2(-days / configuration.fastHalfLifeDays)) + Float(weight)
            slow = slow * Float(power2(-days / configuration.slowHalfLifeDays)) + Float(weight)
            last = time
        } else {
            // Late news: it counts as much as if it had come in time.
            fast += Float(weight * power2(days / configuration.fastHalfLifeDays))
            slow += Float(weight * power2(days / configuration.slowHalfLifeDays))
            first = min(first, time)
        }
        total += Float(weight)
    }

    /// Takes a purchase in; returns the days since the one before, when that says something.
    mutating func buy(at time: Int64) -> Float? {
        var days: Float?
        // Late news counts as a purchase and says nothing of the gaps.
        if purchases > 0 && time >= bought {
            let gone = Float(time - bought) / 86_400_000
            // Lines of one basket are one purchase.
            if gone < 0.02 { return nil }
            gaps += 1
            gap += (gone - gap) / Float(min(gaps, 8))
            days = gone
        }
        purchases += 1
        bought = max(bought, time)
        return days
    }
}

/// A person's interest in a category, tag, shop or creator.
struct Affinity: Sendable, Keyed, Hashable {
    let subject: Int32
    /// Evidence decayed to `time`: within a session (1 h), recent (fast) and long (slow).
    var pulse: Float = 0
    var fast: Float = 0
    var slow: Float = 0
    /// Dislike, decayed with the damping half-life.
    var damp: Float = 0
    /// Items of it that the person took up for the first time, decayed like `slow`.
    var taken: Float = 0
    var time: Int64

    var key: Int32 { subject }

    init(subject: Int32, time: Int64) {
        self.subject = subject
        self.time = time
    }

    /// The same interest as it stands at `now`.
    func decayed(to now: Int64, _ configuration: Configuration) -> Affinity {
        guard now > time else { return self }
        var copy = self
        let days = Double(now - time) / 86_400_000
        copy.pulse *= Float(power2(-days * 24))
        copy.fast *= Float(power2(-days / configuration.fastHalfLifeDays))
        let long = Float(power2(-days / configuration.slowHalfLifeDays))
        copy.slow *= long
        copy.taken *= long
        copy.damp *= Float(power2(-days / configuration.dampHalfLifeDays))
        copy.time = now
        return copy
    }
}

/// When an item was last in view, how often, and whether the person refused it.
struct Seen: Sendable, Keyed, Hashable {
    let item: Int32
    var times: Int32 = 0
    var last: Int64
    /// 1 when the person said *not interested*, 2 when reported: never again.
    var refused: UInt8 = 0

    var key: Int32 { item }
}

/// A recent tap.
struct Tap: Sendable, Hashable {
    let item: Int32
    let weight: Float
    let time: Int64
}

/// All that the engine knows of one person. Deleting it deletes the person.
struct Person: Sendable {
    var history = SortedTable<History>()
    var affinities = SortedTable<Affinity>()
    var seen = SortedTable<Seen>()
    /// Newest last.
    var taps: ContiguousArray<Tap> = []
    /// Creators and shops, in the order of following.
    var follows: ContiguousArray<Int32> = []
    var blocked: ContiguousArray<Int32> = []
    var lastTime: Int64 = 0
    /// Stretches of responses without a pause of half an hour: baskets, sessions.
    var visits: Int32 = 0
    /// Responses in all, and the first and last of them; 0 when none.
    var responses: Int32 = 0
    var firstResponse: Int64 = 0
    var lastResponse: Int64 = 0

    /// Takes note of a response at `time`.
    mutating func visit(at time: Int64) {
        responses &+= 1
        if firstResponse == 0 || time < firstResponse { firstResponse = time }
        if lastResponse == 0 || time - lastResponse > Self.pause { visits &+= 1 }
        lastResponse = max(lastResponse, time)
    }

    private static let pause: Int64 = 1_800_000

    mutating func feel(
        _ subject: Int32, at time: Int64, _ configuration: Configuration, change: (inout Affinity) -> Void
    ) {
        affinities.update(
            subject, limit: configuration.affinityLimit, make: { Affinity(subject: subject, time: time) },
            leastFirst: { ($0.slow + $0.damp, $0.subject) < ($1.slow + $1.damp, $1.subject) }
        ) { affinity in
            affinity = affinity.decayed(to: time, configuration)
            change(&affinity)
        }
    }

    mutating func see(_ item: Int32, at time: Int64, refused: UInt8 = 0, _ configuration: Configuration) {
        seen.update(
            item, limit: configuration.seenLimit, make: { Seen(item: item, last: time) },
            leastFirst: { ($0.refused, $0.last, $0.item) < ($1.refused, $1.last, $1.item) }
        ) { seen in
            if refused == 0 { seen.times += 1 }
            seen.last = max(seen.last, time)
            seen.refused = max(seen.refused, refused)
        }
    }

    /// Takes in what a visitor taught before signing up.
    mutating func absorb(_ visitor: Person, _ configuration: Configuration) {
        for other in visitor.history.values {
            history.update(
                other.item, limit: configuration.historyLimit, make: { History(item: other.item, time: other.first) },
                leastFirst: { ($0.slow, $0.last, $0.item) < ($1.slow, $1.last, $1.item) }
            ) { $0.absorb(other, configuration) }
        }
        for other in visitor.affinities.values {
            feel(other.subject, at: max(other.time, affinities[other.subject]?.time ?? 0), configuration) { mine in
                let theirs = other.decayed(to: mine.time, configuration)
                mine.pulse += theirs.pulse
                mine.fast += theirs.fast
                mine.slow += theirs.slow
                mine.taken += theirs.taken
                mine.damp += theirs.damp
            }
        }
        for other in visitor.seen.values {
            seen.update(
                other.item, limit: configuration.seenLimit, make: { Seen(item: other.item, last: other.last) },
                leastFirst: { ($0.refused, $0.last, $0.item) < ($1.refused, $1.last, $1.item) }
            ) {
                $0.times += other.times
                $0.last = max($0.last, other.last)
                $0.refused = max($0.refused, other.refused)
            }
        }
        taps.append(contentsOf: visitor.taps)
        taps.sort { ($0.time, $0.item) < ($1.time, $1.item) }
        taps.removeFirst(max(0, taps.count - configuration.sessionLimit))
        for subject in visitor.follows where !follows.contains(subject) { follows.append(subject) }
        for subject in visitor.blocked where !blocked.contains(subject) { blocked.append(subject) }
        lastTime = max(lastTime, visitor.lastTime)
        visits += visitor.visits
        responses += visitor.responses
        if visitor.firstResponse > 0 {
            firstResponse = firstResponse == 0 ? visitor.firstResponse : min(firstResponse, visitor.firstResponse)
        }
        lastResponse = max(lastResponse, visitor.lastResponse)
    }
}

extension History {
    mutating func absorb(_ other: History, _ configuration: Configuration) {
        let end = max(last, other.last)
        let mine = Double(end - last) / 86_400_000, theirs = Double(end - other.last) / 86_400_000
        fast =
            fast * Float(power2(-mine / configuration.fastHalfLifeDays))
            + other.fast * Float(power2(-theirs / configuration.fastHalfLifeDays))
        slow =
            slow * Float(power2(-mine / configuration.slowHalfLifeDays))
            + other.slow * Float(power2(-theirs / configuration.slowHalfLifeDays))
        total += other.total
        kinds |= other.kinds
        let both = gaps + other.gaps
        if both > 0 { gap = (gap * Float(gaps) + other.gap * Float(other.gaps)) / Float(both) }
        gaps = both
        purchases += other.purchases
        first = min(first, other.first)
        last = end
        bought = max(bought, other.bought)
    }
}
