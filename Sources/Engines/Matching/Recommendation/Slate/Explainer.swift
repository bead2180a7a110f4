import CVectors

/// Says in data where a slot came from and why.
struct Explainer {
    let reading: Reading
    let scratch: Scratch
    let ranker: Ranker
    /// By place of a candidate that is shown: what of the person's strongest evidence speaks most for it, −1 for nothing, and how much.
    private let because: ContiguousArray<(item: Int32, weight: Float)>
    private let rooms: RoomInterests?

    /// - Parameter places: of the candidates that are shown.
    init(reading: Reading, scratch: Scratch, ranker: Ranker, of places: [Int]) {
        self.reading = reading
        self.scratch = scratch
        self.ranker = ranker
        because = Self.evidence(reading, scratch, places)
        rooms = reading.rooms.isEmpty ? nil : RoomInterests(reading, scratch)
    }

    private static func evidence(
        _ reading: Reading, _ scratch: Scratch, _ places: [Int]
    ) -> ContiguousArray<(item: Int32, weight: Float)> {
        var because = ContiguousArray(repeating: (item: Int32(-1), weight: Float(0)), count: scratch.candidates.count)
        // Most of what the rows name is not shown; the last six bits tell so without a look at its place.
        let shown = places.reduce(UInt64(0)) { $0 | Self.bit(scratch.candidates[$1].item) }
        let strongest = strongestItems(ContiguousArray(0..<Int32(scratch.history.count)), 32) {
            scratch.history[Int($0)].slow
        }
        let model = reading.world.linear
        for evidence in strongest.lazy.map({ scratch.history[Int($0)] }) {
            let value = Preferences.value(slow: evidence.slow)
            for entry in model.entries[model.row(evidence.item)]
            where shown & Self.bit(entry.item) != 0 && entry.item != evidence.item {
                let place = scratch.place[Int(entry.item)]
                guard place >= 0, entry.weight * value > because[Int(place)].weight else { continue }
                because[Int(place)] = (evidence.item, entry.weight * value)
            }
        }
        return because
    }

    @inline(__always)
    private static func bit(_ item: Int32) -> UInt64 { 1 << UInt64(item & 63) }

    func slot(_ candidate: Candidate, _ choice: SlateBuilder.Choice) -> Slot {
        let strengths = ranker.strengths(candidate.signals)
        let order = (0..<Strength.count).filter { strengths[$0] > 0 }.sorted { strengths[$0] > strengths[$1] }
        let isRoom = reading.world.items[candidate.item].kind == .liveRoom
        var reasons: [Reason] = choice.explored ? [.new] : []
        if isRoom { reasons += rooms?.reasons(of: candidate.item) ?? [] }
        for strength in order where reasons.count < 3 {
            if let reason = reason(strength, candidate), !reasons.contains(reason) { reasons.append(reason) }
        }
        if reasons.isEmpty { reasons = [.trending(window: .month)] }
        return Slot(
            item: reading.itemKeys[candidate.item], kind: reading.world.items[candidate.item].kind,
            source: choice.explored ? .exploration : isRoom ? .live : source(order.first ?? Strength.trending),
            score: Double(candidate.score), propensity: choice.propensity, reasons: reasons)
    }

    private func source(_ strength: Int) -> Source {
        switch strength {
        case Strength.personal: .personal
        case Strength.linear: .itemToItem
        case Strength.session: .session
        case Strength.affinity: .affinity
        case Strength.following: .following
        case Strength.context: .context
        case Strength.new: .exploration
        case Strength.near: .embedding
        default: .trending
        }
    }

    private func reason(_ strength: Int, _ candidate: Candidate) -> Reason? {
        switch strength {
        case Strength.personal: own(candidate)
        case Strength.linear: linear(candidate)
        case Strength.session: because(scratch.session[candidate.item], candidate) { .justTapped(item: $0) }
        case Strength.trending: trending(candidate)
        case Strength.affinity: affinity(candidate)
        case Strength.following: following(candidate)
        case Strength.context: context(candidate)
        case Strength.near: near(candidate)
        default: candidate.signals[.age] < 2.7 ? .new : nil
        }
    }

    private func own(_ candidate: Candidate) -> Reason? {
        guard candidate.own >= 0 else { return nil }
        let history = reading.person.history.values[Int(candidate.own)]
        if history.purchases > 0 {
            return .boughtBefore(
                times: Int(history.purchases), intervalDays: history.gaps > 0 ? Double(history.gap) : nil)
        }
        let strongest: [Event.Kind] = [.cart, .favourite, .share, .like, .finish, .open, .view]
        return strongest.first { history.kinds & (1 << UInt32($0.rawValue)) != 0 }.map { .seenBefore(interest: $0) }
    }

    /// Names what speaks most for the item; the whole model's answer keeps no sources, so the rows are asked.
    private func linear(_ candidate: Candidate) -> Reason? {
        let sum = scratch.linear[candidate.item]
        if sum.source >= 0, sum.source != candidate.item { return .becauseOf(item: reading.itemKeys[sum.source]) }
        let place = scratch.place[Int(candidate.item)]
        guard place >= 0, because[Int(place)].item >= 0 else { return nil }
        return .becauseOf(item: reading.itemKeys[because[Int(place)].item])
    }

    /// Names the tap that lies nearest.
    private func near(_ candidate: Candidate) -> Reason? {
        let embedding = reading.world.embedding
        let own = embedding.items.direction(candidate.item)
        var best: (item: Int32, cosine: Float) = (scratch.near[candidate.item].source, -.infinity)
        for interest in scratch.interests.all {
            for tap in interest.taps where tap != candidate.item {
                let cosine = quanyu_product(embedding.items.direction(tap), own, Int64(own.count))
                if cosine > best.cosine { best = (tap, cosine) }
            }
        }
        return best.item >= 0 && best.item != candidate.item ? .likeLooked(item: reading.itemKeys[best.item]) : nil
    }

    private func because(_ sum: Accumulator, _ candidate: Candidate, _ reason: (Key) -> Reason) -> Reason? {
        guard sum.source >= 0, sum.source != candidate.item else { return nil }
        return reason(reading.itemKeys[sum.source])
    }

    /// Names the shortest window in which the item does clearly better than over the month.
    private func trending(_ candidate: Candidate) -> Reason? {
        let signals = candidate.signals
        guard signals[.month] > -19 else { return nil }
        if signals[.day] > signals[.month] + 1 { return .trending(window: .day) }
        if signals[.week] > signals[.month] + 0.5 { return .trending(window: .week) }
        return .trending(window: .month)
    }

    private func affinity(_ candidate: Candidate) -> Reason? {
        var best: (subject: Int32, value: Float) = (-1, 0)
        reading.world.items[candidate.item].subjects { subject in
            guard let affinity = scratch.affinity(subject) else { return }
            let value = affinity.slow * 0.2 + affinity.fast * 0.5 + affinity.pulse
            if value > best.value { best = (subject, value) }
        }
        return best.subject >= 0 ? .affinity(subject: reading.subjectKeys[best.subject]) : nil
    }

    private func following(_ candidate: Candidate) -> Reason? {
        let record = reading.world.items[candidate.item]
        let subject = reading.person.follows.first { $0 == record.creator || $0 == record.shop }
        return subject.map { .follow(subject: reading.subjectKeys[$0]) }
    }

    private func context(_ candidate: Candidate) -> Reason? {
        let record = reading.world.items[candidate.item]
        let subject = reading.contextSubjects.first {
            $0 == record.category || record.tags.contains($0) || $0 == record.shop || $0 == record.creator
        }
        if let subject { return .context(subject: reading.subjectKeys[subject]) }
        let sum = scratch.context[candidate.item]
        if sum.source >= 0 { return .becauseOf(item: reading.itemKeys[sum.source]) }
        return reading.contextItems.first.map { .becauseOf(item: reading.itemKeys[$0]) }
    }
}
