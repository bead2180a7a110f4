/// The state that one request reads: taken once, never changing under it.
struct Reading: Sendable {
    let world: World
    let itemKeys: Chunked<Key>
    let subjectKeys: Chunked<Key>
    let person: Person
    /// The person's number; −1 for nobody known.
    let number: Int32
    let request: Request
    let configuration: Configuration
    /// Numbers of what the request names.
    let excluded: ContiguousArray<Int32>
    let blocked: Set<Int32>
    let contextItems: ContiguousArray<Int32>
    let contextSubjects: ContiguousArray<Int32>
    let rooms: ContiguousArray<OpenRoom>
    /// The subject that the request keeps to; −1 for all, −2 for one that nobody knows.
    let within: Int32
    let modelVersion: String
    /// Chooses the candidates from a wide pool; nil admits by quotas.
    let admission: RankingModel?
    let ranker: Ranker

    /// Most items that are gathered.
    var gatherLimit: Int {
        guard admission != nil || request.takesPool else { return configuration.candidateLimit }
        return request.discovery ? configuration.discoveryPoolLimit : configuration.poolLimit
    }
}

/// Collects candidates from every source, hard rules first.
struct Gatherer {
    let reading: Reading
    var scratch: Scratch

    private let world: World
    private let request: Request
    private let allKinds: Bool
    private let limit: Int

    init(_ reading: Reading, scratch: Scratch) {
        self.reading = reading
        world = reading.world
        request = reading.request
        allKinds = reading.request.kinds.count == ItemKind.allCases.count
        limit = reading.gatherLimit
        self.scratch = scratch
        self.scratch.prepare(items: reading.world.items.count, subjects: reading.world.subjects.count)
    }

    mutating func gather() {
        loadPerson()
        accumulateLinear()
        accumulateSession()
        accumulateContext()
        considerRooms()
        accumulateNear()
        consider(scratch.context.strongest(limit / 5), .context)
        for subject in reading.contextSubjects { considerSubject(subject, .context, top: 60, newest: 20) }
        considerFollowing()
        considerPersonal(limit * 9 / 20)
        consider(scratch.session.strongest(limit / 8), .session)
        consider(linearCandidates(request.discovery ? limit * 3 / 5 : limit * 3 / 10), .itemToItem)
        considerTrending(request.discovery ? limit / 4 : limit / 8)
        if request.discovery {
            var left = limit / 8
            for entry in world.adopted.entries where left > 0 { if consider(entry.item, .trending) { left -= 1 } }
        }
        considerAffinities()
        consider(scratch.near.strongest(limit / 16), .embedding)
        if reading.within >= 0 { considerSubject(reading.within, .affinity, top: 96, newest: 64) }
        // What no quota took: the long tail of the item-to-item scores.
        consider(linearCandidates(max(0, limit - scratch.candidates.count)), .itemToItem)
        fill()
    }

    /// Fills in the signals, choosing the candidates on the way when the pool is wide.
    mutating func measure() {
        let measurer = Measurer(reading, history: scratch.history)
        measurer.measureEarly(&scratch)
        let limit = reading.configuration.candidateLimit
        if let admission = reading.admission, !reading.request.takesPool, scratch.candidates.count > limit {
            let odds = admission.logOdds(scratch.candidates)
            // Whatever the page, a follow or the pool asks for is not up to chance.
            let kept =
                1 << UInt16(Source.context.rawValue) | 1 << UInt16(Source.following.rawValue)
                | 1 << UInt16(Source.exploration.rawValue) | 1 << UInt16(Source.live.rawValue)
            let places = strongestItems(ContiguousArray(0..<Int32(odds.count)), limit) { place in
                let asked = scratch.candidates[Int(place)].sources & UInt16(kept) != 0
                return asked ? 1e6 : naturalExponential(min(20, odds[Int(place)]))
            }
            scratch.keep(places)
        }
        measurer.measure(&scratch)
    }

    // MARK: Rules

    mutating func forbid() {
        for item in reading.excluded { scratch.forbid(item) }
        for seen in reading.person.seen.values where seen.refused > 0 { scratch.forbid(seen.item) }
        if request.discovery {
            // What reached the history only by way of a video is still new.
            for history in reading.person.history.values where history.kinds != 0 { scratch.forbid(history.item) }
        }
    }

    /// Whether an item may be shown in this slate: listed, available, wanted kind, not blocked, within.
    private func allows(_ item: Int32) -> Bool {
        guard world.showable(item, reading.configuration) else { return false }
        if !allKinds && !request.kinds.contains(world.items[item].kind) { return false }
        if reading.blocked.isEmpty && reading.within == -1 { return true }
        let record = world.items[item]
        if !reading.blocked.isEmpty {
            if record.shop >= 0 && reading.blocked.contains(record.shop) { return false }
            if record.creator >= 0 && reading.blocked.contains(record.creator) { return false }
        }
        guard reading.within != -1 else { return true }
        return record.category == reading.within || record.shop == reading.within || record.creator == reading.within
            || record.tags.contains(reading.within)
    }

    @discardableResult
    mutating func consider(_ item: Int32, _ source: Source) -> Bool {
        let place = scratch.place[Int(item)]
        if place >= 0 {
            scratch.candidates[Int(place)].sources |= 1 << UInt16(source.rawValue)
            return true
        }
        guard place == -1, scratch.candidates.count < limit else { return false }
        guard allows(item) else {
            scratch.forbid(item)
            return false
        }
        scratch.admit(Candidate(item: item, sources: 1 << UInt16(source.rawValue)))
        return true
    }

    /// The same of many, whose records lie far apart in memory: each is asked for before it is its turn.
    private mutating func consider(_ items: ContiguousArray<Int32>, _ source: Source) {
        for (place, item) in items.enumerated() {
            if place + 8 < items.count { world.items.fetch(items[place + 8]) }
            consider(item, source)
        }
    }

    // MARK: Loading

    private mutating func loadPerson() {
        let own = OwnHistory(world: world, configuration: reading.configuration, now: request.now)
        let histories = reading.person.history.values
        scratch.history.reserveCapacity(histories.count)
        for (place, history) in histories.enumerated() {
            if place + 8 < histories.count { world.counters.fetch(histories[place + 8].item) }
            scratch.history.append(own.evidence(history, at: place))
        }
        for affinity in reading.person.affinities.values {
            scratch.load(affinity.decayed(to: request.now, reading.configuration))
        }
    }

    /// What the closed-form model says: the whole model's answer at the refresh, and the rows of what came since.
    private mutating func accumulateLinear() {
        let model = world.linear
        let answered = model.personRow(reading.number)
        for entry in model.personEntries[answered] { scratch.linear.add(entry.item, entry.weight, from: entry.item) }
        let histories = reading.person.history.values
        let inputs = strongestItems(ContiguousArray(0..<Int32(scratch.history.count)), 256) {
            let isNew = answered.isEmpty || histories[Int(scratch.history[Int($0)].place)].first > model.time
            return isNew ? scratch.history[Int($0)].slow : 0
        }
        for place in inputs {
            let evidence = scratch.history[Int(place)]
            let value = Preferences.value(slow: evidence.slow)
            for entry in model.entries[model.row(evidence.item)] {
                scratch.linear.add(entry.item, value * entry.weight, from: evidence.item)
            }
        }
    }

    /// What goes with the last taps: learned per event, and by the closed-form rows.
    private mutating func accumulateSession() {
        var fade: Float = 1
        for tap in reading.person.taps.reversed() {
            let hours = Float(max(0, request.now - tap.time)) / 3_600_000
            let weight = fade * power2(-hours / 2) * min(1, tap.weight)
            fade *= 0.85
            if weight < 0.01 { continue }
            Self.accumulate(tap.item, weight, world, into: &scratch.session)
        }
    }

    /// What lies where the person's last taps lie.
    private mutating func accumulateNear() {
        scratch.interests = Interests(reading.person, world.embedding, now: request.now)
        for interest in scratch.interests.all {
            let found = world.embedding.table.search(
                interest.direction, request.discovery ? 160 : 64, &scratch.vectors)
            for neighbour in found where neighbour.score > scratch.near[neighbour.slot].sum {
                scratch.near.raise(neighbour.slot, to: neighbour.score, from: interest.taps[0])
            }
        }
    }

    private mutating func accumulateContext() {
        for item in reading.contextItems { Self.accumulate(item, 1, world, into: &scratch.context) }
    }

    private static func accumulate(_ item: Int32, _ weight: Float, _ world: World, into sums: inout Accumulation) {
        let own = world.counters[item]
        for entry in world.neighbours[item].entries {
            let other = world.counters[entry.item]
            // Cosine with shrinkage: what goes with everything goes with nothing in particular.
            let norm = (Float(own.responses + 4) * Float(other.responses + 4)).squareRoot()
            sums.add(entry.item, weight * min(1, entry.mass / norm), from: item)
        }
        let model = world.linear
        for entry in model.entries[model.row(item)].prefix(48) {
            sums.add(entry.item, weight * entry.weight, from: item)
        }
        for product in world.items[item].products { sums.add(product, weight * 0.6, from: item) }
    }

    // MARK: Sources

    private mutating func considerPersonal(_ count: Int) {
        if request.discovery { return }
        let order = strongestItems(ContiguousArray(0..<Int32(scratch.history.count)), count) {
            scratch.history[Int($0)].repurchase
        }
        consider(ContiguousArray(order.map { scratch.history[Int($0)].item }), .personal)
    }

    /// The strongest of the closed-form scores that are not settled yet.
    private func linearCandidates(_ count: Int) -> ContiguousArray<Int32> {
        strongestItems(scratch.linear.touched, count) {
            scratch.place[Int($0)] == -1 ? scratch.linear[$0].sum : 0
        }
    }

    private mutating func considerFollowing() {
        for subject in reading.person.follows.suffix(64) { considerSubject(subject, .following, top: 3, newest: 5) }
    }

    private mutating func considerTrending(_ count: Int) {
        for kind in ItemKind.allCases where request.kinds.contains(kind) {
            for window in Window.allCases {
                var left = count / 2
                for entry in world.trending[Int(kind.rawValue)][Int(window.rawValue)].entries where left > 0 {
                    if consider(entry.item, .trending) { left -= 1 }
                }
            }
        }
    }

    private mutating func considerAffinities() {
        let places = ContiguousArray(0..<Int32(scratch.affinities.count))
        let strongest = strongestItems(places, 16) {
            let affinity = scratch.affinities[Int($0)]
            return affinity.slow * 0.2 + affinity.fast * 0.5 + affinity.pulse * 2 - affinity.damp
        }
        for (rank, place) in strongest.enumerated() {
            let subject = scratch.affinities[Int(place)].subject
            considerSubject(subject, .affinity, top: rank < 4 ? 16 : 8, newest: 2)
        }
    }

    private mutating func considerSubject(_ subject: Int32, _ source: Source, top: Int, newest: Int) {
        let record = world.subjects[subject]
        for entry in record.top.entries.prefix(top) { world.items.fetch(entry.item) }
        var left = top
        for entry in record.top.entries where left > 0 { if consider(entry.item, source) { left -= 1 } }
        left = newest
        for item in record.newest.reversed() where left > 0 { if consider(item, source) { left -= 1 } }
    }

    /// A young or narrow catalogue still fills its page: newest listings first, then anything.
    private mutating func fill() {
        let enough = max(request.count * 2, 40)
        for item in world.pool.reversed() {
            if scratch.candidates.count >= enough { return }
            consider(item, .exploration)
        }
        var steps = 0
        for item in world.items.indices.reversed() {
            if scratch.candidates.count >= enough || steps > 50_000 { return }
            steps += 1
            consider(item, .trending)
        }
    }
}

extension Preferences {
    /// What a person's decayed evidence for an item is worth as an input of the closed-form model.
    static func value(slow: Float) -> Float { min(1, 0.4 + 0.6 * naturalLog1p(slow)) }
}
