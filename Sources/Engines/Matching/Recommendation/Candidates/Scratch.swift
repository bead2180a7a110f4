/// Working memory of one request, reused so that a request costs what it touches and not the size of the catalogue.
struct Scratch: Sendable {
    /// Place of an item among the candidates; −1 when not there, −2 when it may not be.
    private(set) var place: ContiguousArray<Int32> = []
    private var marked: ContiguousArray<Int32> = []
    /// Place of a subject among the person's affinities; −1 when none.
    private(set) var affinityPlace: ContiguousArray<Int32> = []
    var linear = Accumulation()
    var session = Accumulation()
    var context = Accumulation()
    var near = Accumulation()
    /// What the person's last taps point to.
    var interests = Interests()
    var vectors = VectorScratch()
    var candidates: ContiguousArray<Candidate> = []
    /// The person's affinities as they stand now.
    private(set) var affinities: ContiguousArray<Affinity> = []
    /// The person's history as it stands now.
    var history: ContiguousArray<OwnEvidence> = []

    mutating func prepare(items: Int, subjects: Int) {
        if place.count < items { place.append(contentsOf: repeatElement(-1, count: items - place.count)) }
        if affinityPlace.count < subjects {
            affinityPlace.append(contentsOf: repeatElement(-1, count: subjects - affinityPlace.count))
        }
        linear.fit(items)
        session.fit(items)
        context.fit(items)
        near.fit(items)
    }

    mutating func clear() {
        for item in marked { place[Int(item)] = -1 }
        marked.removeAll(keepingCapacity: true)
        for affinity in affinities { affinityPlace[Int(affinity.subject)] = -1 }
        affinities.removeAll(keepingCapacity: true)
        candidates.removeAll(keepingCapacity: true)
        history.removeAll(keepingCapacity: true)
        linear.clear()
        session.clear()
        context.clear()
        near.clear()
        interests = Interests()
    }

    /// Keeps an item out of the slate.
    mutating func forbid(_ item: Int32) {
        if place[Int(item)] == -1 { marked.append(item) }
        place[Int(item)] = -2
    }

    mutating func admit(_ candidate: Candidate) {
        place[Int(candidate.item)] = Int32(candidates.count)
        marked.append(candidate.item)
        candidates.append(candidate)
    }

    /// Lets go of every candidate whose place is not among `places`.
    mutating func keep(_ places: ContiguousArray<Int32>) {
        var isKept = ContiguousArray(repeating: false, count: candidates.count)
        for place in places { isKept[Int(place)] = true }
        var number = 0
        for old in candidates.indices {
            let item = Int(candidates[old].item)
            place[item] = isKept[old] ? Int32(number) : -1
            guard isKept[old] else { continue }
            // In their order and in place: a candidate is large.
            if number < old { candidates[number] = candidates[old] }
            number += 1
        }
        candidates.removeLast(candidates.count - number)
    }

    mutating func load(_ affinity: Affinity) {
        affinityPlace[Int(affinity.subject)] = Int32(affinities.count)
        affinities.append(affinity)
    }

    @inline(__always)
    func affinity(_ subject: Int32) -> Affinity? {
        guard subject >= 0, Int(subject) < affinityPlace.count else { return nil }
        let place = affinityPlace[Int(subject)]
        return place < 0 ? nil : affinities[Int(place)]
    }
}

/// A line of a person's history with its decays taken up to now, in units of one purchase.
struct OwnEvidence: Sendable {
    let item: Int32
    let place: Int32
    let fast: Float
    let slow: Float
    /// What the person is expected to want of it again, before anything else is known.
    let repurchase: Float
    /// How due it is, 0 … about 1.5.
    let due: Float
    /// Days since the last purchase over the usual gap; 0 without a gap.
    let overdue: Float
}
