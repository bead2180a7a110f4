import Journal
import Kernel
import Matching
import Store

extension Feed {
    /// The next slate of a person's For-You feed.
    ///
    /// A hundred and twenty places are ranked at once and handed out in slates; the person's next tap drops the rest.
    ///
    /// - Parameter count: 1…30 slots.
    public func forYou(_ person: PersonID, count: Int) -> FeedSlate {
        let now = source.now
        if let reserved = reserves.take(count, for: person, at: now) {
            return shown(reserved.slots, model: reserved.model, to: person, surface: "feed", at: now)
        }
        var request = Request(
            person: person.rawValue, now: now.milliseconds, count: 120, seed: source.random())
        request.learns = true
        request.rooms = rooms.withLock { $0.offers(at: now.milliseconds) }
        let personal = weights(for: person, at: now)
        request.weights = personal.weights
        request.explorationShare = personal.exploration.map { Double($0) / 10_000 }
        let ranked = engine.recommend(request)
        reserves.keep(ranked, shown: count, for: person, until: now + lifetime(for: person, request.rooms))
        return shown(
            ranked.slots.prefix(count), model: ranked.modelVersion, to: person, surface: "feed", at: now,
            exposures: personal.exposures)
    }

    /// How long a ranking holds. What is going on in rooms is old after some seconds; not after the same ones for everybody,
    /// or all would be ranked anew at once and wait for each other.
    private func lifetime(for person: PersonID, _ rooms: [RoomOffer]) -> Duration {
        rooms.isEmpty ? .minutes(1) : .milliseconds(2_000 + Int64(person.rawValue % 3_000))
    }

    /// Goods like one that is being looked at, for this person.
    public func similar(to product: ProductID, for person: PersonID, count: Int) -> FeedSlate {
        let now = source.now
        let slate = engine.similar(to: product.rawValue, count: count, now: now.milliseconds, kinds: [.product])
        return shown(slate.slots, model: slate.modelVersion, to: person, surface: "product", at: now)
    }

    /// Goods that the person bought and may need again, the most due first.
    public func buyAgain(_ person: PersonID, count: Int) -> FeedSlate {
        let now = source.now
        let slate = engine.buyAgain(person: person.rawValue, now: now.milliseconds, count: count)
        return shown(slate.slots, model: slate.modelVersion, to: person, surface: "buy-again", at: now)
    }

    /// What many people want now.
    public func trending(category: CategoryID? = nil, for person: PersonID, count: Int) -> FeedSlate {
        let now = source.now
        let slate = engine.trending(
            now: now.milliseconds, count: count, kind: .product, category: category?.rawValue)
        return shown(slate.slots, model: slate.modelVersion, to: person, surface: "trending", at: now)
    }

    /// A person's interest in products, 0…1 by rank, to re-rank a search within its cap.
    public func interest(of person: PersonID) -> [ProductID: Float] {
        let slate = engine.recommend(
            Request(
                person: person.rawValue, now: source.now.milliseconds, count: 200, kinds: [.product], repeatsSeen: true,
                explores: false, diversifies: false))
        let count = Float(max(1, slate.slots.count))
        let ranked = slate.slots.enumerated().map { (ProductID(rawValue: $1.item), 1 - Float($0) / count) }
        return Dictionary(ranked, uniquingKeysWith: { first, _ in first })
    }

    /// A slate as it was shown to `person`.
    ///
    /// - Throws: ``NotFound`` when it was shown to somebody else.
    public func slate(_ id: SlateID, shownTo person: PersonID) async throws -> FeedSlate {
        let slate = if let waiting = log.find(id) { waiting } else { try await logged(id) }
        guard let slate, slate.person == person else { throw NotFound("slate") }
        return slate
    }

    /// Records what people did, durably, in order; with a key, once however often it is sent.
    ///
    /// - Returns: the place of the last one, for ``knows(_:)``.
    /// - Throws: ``IdempotencyKeyReused``.
    public func record(
        _ touchpoints: [Touchpoint], key: IdempotencyKey? = nil, fingerprint: String = ""
    ) async throws -> Position {
        let now = source.now
        return try await store.write { [journal] transaction in
            try transaction.once(key, fingerprint: fingerprint, at: now) {
                try journal.append(touchpoints, at: now, in: transaction)
                return try journal.end(of: transaction)
            }
        }
    }

    private func shown(
        _ slots: some Sequence<Slot>, model: String, to person: PersonID, surface: String, at now: Instant,
        exposures: [Exposure] = []
    ) -> FeedSlate {
        let slate = FeedSlate(
            id: source.identifier(), person: person, surface: surface, model: model, slots: slots.map(FeedSlot.init),
            shownAt: now, exposures: exposures)
        log.add(slate)
        return slate
    }

    private func logged(_ id: SlateID) async throws -> FeedSlate? {
        try await store.read { transaction in
            try transaction.row("SELECT * FROM slates WHERE id = \(id)").map { row in
                FeedSlate(
                    id: id, person: try row.get("person"), surface: try row.get("surface"), model: try row.get("model"),
                    slots: try FeedSlate.slots(in: try row.get("slots")),
                    shownAt: try row.get("shown_at"))
            }
        }
    }
}

extension FeedSlot {
    init(_ slot: Slot) {
        item =
            switch slot.kind {
            case .product: .product(ProductID(rawValue: slot.item))
            case .video: .video(VideoID(rawValue: slot.item))
            case .liveRoom: .live(LiveSessionID(rawValue: slot.item))
            }
        source = slot.source.name
        score = Float(slot.score)
        propensity = slot.propensity
        reasons = slot.reasons.map(FeedReason.init)
    }
}

extension FeedReason {
    init(_ reason: Reason) {
        switch reason {
        case .boughtBefore(let times, let interval):
            self.init(kind: .boughtBefore, subject: nil, times: times, intervalDays: interval.map { Int($0.rounded()) })
        case .seenBefore: self.init(kind: .seenBefore)
        case .becauseOf(let item): self.init(kind: .becauseOf, subject: Self.name(of: item))
        case .justTapped(let item): self.init(kind: .justTapped, subject: Self.name(of: item))
        case .likeLooked(let item): self.init(kind: .likeLooked, subject: Self.name(of: item))
        case .trending: self.init(kind: .trending)
        case .follow(let subject): self.init(kind: .following, subject: Self.name(of: subject))
        case .affinity(let subject): self.init(kind: .affinity, subject: Self.name(of: subject))
        case .context(let subject): self.init(kind: .context, subject: Self.name(of: subject))
        case .new: self.init(kind: .new)
        case .live(let isHighlight): self.init(kind: isHighlight ? .highlight : .onAir)
        case .pinned(let item): self.init(kind: .pinned, subject: Self.name(of: item))
        }
    }

    private init(kind: Kind, subject: String? = nil) {
        self.init(kind: kind, subject: subject, times: nil, intervalDays: nil)
    }

    /// Keys of the engine have no kind, so hexadecimal digits stand in the log; whoever shows them looks them up.
    ///
    /// In halves, since the standard library writes 64 bits many times faster than 128.
    private static func name(of key: Key) -> String {
        let low = String(UInt64(truncatingIfNeeded: key), radix: 16)
        return String(UInt64(truncatingIfNeeded: key >> 64), radix: 16)
            + String(repeating: "0", count: 16 - low.utf8.count) + low
    }
}
