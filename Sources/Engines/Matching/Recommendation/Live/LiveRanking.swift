/// The numbers by which live rooms take their place among goods and videos. Public, like ``RankingWeights``.
public struct LiveWeights: Sendable, Hashable {
    /// Strength of a room for somebody to whom it says nothing, in strengths of a full match.
    public var stranger: Float = 0.2
    /// Strength of a room where nothing happens, in strengths of a highlight.
    public var quiet: Float = 0.4
    /// A full match in a highlight, in strengths of the request's fifth best candidate.
    public var scale: Float = 1.25
    /// What following the host adds to the match.
    public var following: Float = 0.8
    /// What the product on show adds beyond being in the bag, in interest of the person.
    public var pinned: Float = 0.5
    /// Most slots of a slate that rooms take while anything else can have them, as a share.
    public var share = 0.2
    /// A room in view is held back for this long, milliseconds: it is over before a video's pause is.
    public var seenPause: Int64 = 10 * 60_000

    /// The defaults.
    public init() {}

    /// The weights in force.
    public static let current = LiveWeights()
}

/// An open room by its number.
struct OpenRoom: Sendable {
    let item: Int32
    let highlight: Float
    /// The product on show; −1 for none.
    let pinned: Int32
}

extension Learner {
    /// The rooms of a request that were listed.
    func openRooms(_ request: Request) -> ContiguousArray<OpenRoom> {
        ContiguousArray(
            request.rooms.compactMap { offer in
                items.number(of: offer.room).map {
                    OpenRoom(
                        item: $0, highlight: offer.highlight,
                        pinned: offer.pinned.flatMap { items.number(of: $0) } ?? -1)
                }
            })
    }
}

extension Gatherer {
    /// Every open room is a candidate.
    mutating func considerRooms() {
        for room in reading.rooms { consider(room.item, .live) }
    }

    /// Adds to each room's strength what the moment and the person's interests say.
    ///
    /// Strengths of candidates are comparable within one request only (they are odds, expected worth or plain sums, by what
    /// has been learned), so a room is measured against the request's own fifth best candidate: a full match in a highlight
    /// stands a little above it, a stranger's quiet room far below.
    mutating func rankRooms() {
        guard !reading.rooms.isEmpty else { return }
        let others = scratch.candidates.filter { reading.world.items[$0.item].kind != .liveRoom && !$0.paused }
        let best = strongestItems(ContiguousArray(0..<Int32(others.count)), 5) {
            naturalExponential(max(-40, min(20, others[Int($0)].score)))
        }
        let bar = best.last.map { others[Int($0)].score } ?? 0
        let interests = RoomInterests(reading, scratch)
        let weights = LiveWeights.current
        for room in reading.rooms {
            let place = scratch.place[Int(room.item)]
            guard place >= 0 else { continue }
            let candidate = scratch.candidates[Int(place)]
            let pause: Float = candidate.paused ? 20 : 0
            let match = interests.match(room, candidate)
            let strength = weights.scale * (weights.stranger + match) * (weights.quiet + room.highlight)
            let own = naturalExponential(max(-40, min(20, candidate.score + pause - bar)))
            scratch.candidates[Int(place)].score = bar + naturalLog(own + strength + 1e-6) - pause
        }
    }
}

/// What a person cares about in open rooms: the host, the shop, the goods.
struct RoomInterests {
    private let reading: Reading
    private let scratch: Scratch
    /// The person's own evidence for goods in any of the bags.
    private var own: [Int32: Float] = [:]

    init(_ reading: Reading, _ scratch: Scratch) {
        self.reading = reading
        self.scratch = scratch
        var goods: Set<Int32> = []
        for room in reading.rooms { goods.formUnion(reading.world.items[room.item].products) }
        for evidence in scratch.history where goods.contains(evidence.item) { own[evidence.item] = evidence.slow }
    }

    /// 0 … 1: how much a product is to the person.
    func interest(in product: Int32) -> Float {
        guard product >= 0 else { return 0 }
        let record = reading.world.items[product]
        var sum = min(1, own[product] ?? 0) + min(1, scratch.linear[product].sum) + min(1, scratch.session[product].sum)
        if let affinity = scratch.affinity(record.category) {
            sum += 0.12 * affinity.slow + 0.2 * affinity.fast + 0.5 * affinity.pulse - affinity.damp
        }
        return max(0, min(1, sum))
    }

    /// 0 … 1: host and shop, the goods of the bag, and once more the product on show.
    func match(_ room: OpenRoom, _ candidate: Candidate) -> Float {
        let weights = LiveWeights.current
        var sum = candidate.signals[.following] > 0 ? weights.following : 0
        sum += 0.15 * candidate.signals[.shop] + 0.3 * candidate.signals[.creator]
        let goods = reading.world.items[room.item].products.map { interest(in: $0) }
        sum += min(1, goods.reduce(0, +))
        sum += weights.pinned * interest(in: room.pinned)
        return max(0, min(1, sum - candidate.signals[.damp]))
    }

    /// Why a room is shown, besides what is true of anything: the product on show, then the moment.
    func reasons(of item: Int32) -> [Reason] {
        guard let room = reading.rooms.first(where: { $0.item == item }) else { return [] }
        var reasons: [Reason] = []
        if interest(in: room.pinned) >= 0.1 { reasons.append(.pinned(item: reading.itemKeys[room.pinned])) }
        return reasons + [.live(isHighlight: room.highlight >= 0.3)]
    }
}
