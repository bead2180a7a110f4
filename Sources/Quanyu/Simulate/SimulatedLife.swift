import Content
import Experiments
import Feed
import Flows
import Journal
import Kernel
import Stock
import Store
import World

/// What a shopper came to since the experiment began.
struct ShopperTotals: Equatable {
    var finishes = 0
    var orders = 0
    var spent = 0

    /// The total of a metric; `nil` for one that the simulation doesn't move.
    func value(of metric: MetricName) -> Double? {
        switch metric {
        case .finishedVideos: Double(finishes)
        case .paidOrders: Double(orders)
        case .paidValue: Double(spent)
        case .buyers: orders > 0 ? 1 : 0
        case .refunds, .refundedValue, .notInterested, .reports: nil
        }
    }
}

/// One world living in the real rooms: the feed shows, the world's people act, and the rooms are told by their own doors.
struct SimulatedLife {
    /// A slot that was shown: its slate, and when.
    private struct Shown {
        let slate: SlateID
        let time: Instant
    }

    let rooms: SimulatedMarket
    private(set) var world: World
    private(set) var totals: [ShopperTotals]
    /// Who came since the experiment began.
    private(set) var came: Set<Int> = []
    /// Orders that the real rooms refused although the world had the goods, or the other way round.
    private(set) var disagreements = 0
    /// What the treatment does to somebody now, beside what they are shown.
    var effect: @Sendable (PersonID) -> Effect = { _ in .none }
    /// Whether the feed learns rankings every morning, as it does where registered weights ask for them.
    var learnsRankings = false
    private var followers = 0
    private var fresh: [SimulatedVideo] = []
    private var delivered: [Int] = []
    private let productNumbers: [ProductID: Int]
    private var videos: [VideoID: Item] = [:]
    private static let slatesOfVisit = 3

    /// - Parameter kept: the folder that the rooms stay in; `nil` for one that is deleted in the end.
    init(_ parameters: Parameters, seed: UInt64, in kept: String? = nil) async throws {
        world = World(parameters, seed: seed)
        rooms = try await SimulatedMarket.open(world, seed: seed, in: kept)
        totals = [ShopperTotals](repeating: ShopperTotals(), count: world.shoppers.count)
        productNumbers = Dictionary(
            rooms.goods.enumerated().map { ($1.product, $0) }, uniquingKeysWith: { first, _ in first })
        for item in world.videos.keys { videos[SimulatedMarket.id(of: item)] = item }
    }

    /// Lives one day.
    ///
    /// - Parameter counts: whether the experiment has begun, so that what happens counts.
    mutating func live(counts: Bool) async throws -> SimulatedDay {
        let day = world.day
        rooms.clock.go(toDay: day, hour: 8)
        try await openShops()
        let (visits, shown) = show()
        // Exposures stand in the journal before what followed them, as they do when days are longer.
        try await rooms.market.feed.catchUp()
        let today = world.step(visits)
        rooms.clock.go(toDay: day, hour: 22)
        try await tellTaps(today, shown)
        try await tellReactions(today, shown)
        try await tellOrders(today, shown)
        try await rooms.market.feed.catchUp()
        try await rooms.market.journal.catchUp(rooms.market.experiments.follower)
        (fresh, delivered) = (today.creations, today.restocked)
        if counts { count(today, visits) }
        followers += today.count(.follow)
        return SimulatedDay(today, visitors: visits.count, followers: followers)
    }

    // MARK: Morning

    private mutating func openShops() async throws {
        let (videos, delivered, rooms, units) = (fresh, delivered, rooms, world.parameters.stock)
        for video in videos { self.videos[SimulatedMarket.id(of: video.item)] = video.item }
        try await rooms.market.store.write { transaction in
            for video in videos { try rooms.put(video, in: transaction) }
            for number in delivered { try rooms.setStock(units, of: number, in: transaction) }
            try rooms.market.stock.announce(delivered.map { rooms.goods[$0].product }, in: transaction)
        }
        try await rooms.market.feed.catchUp()
        rooms.market.feed.renew()
        if learnsRankings { try await rooms.market.feed.learnRankings() }
    }

    private func show() -> (visits: [Visit], shown: [Int: [Item: Shown]]) {
        var shown: [Int: [Item: Shown]] = [:]
        let visits = world.visitors.map { who in
            rooms.clock.pass(seconds: 20)
            var slots: [Item] = []
            for _ in 0..<Self.slatesOfVisit {
                let slate = rooms.market.feed.forYou(rooms.shoppers[who], count: 10)
                for item in slate.slots.compactMap({ item(of: $0.item) }) where shown[who]?[item] == nil {
                    shown[who, default: [:]][item] = Shown(slate: slate.id, time: slate.shownAt)
                    slots.append(item)
                }
            }
            return Visit(shopper: who, slate: slots, effect: effect(rooms.shoppers[who]))
        }
        return (visits, shown)
    }

    private func item(of subject: Touchpoint.Subject) -> Item? {
        switch subject {
        case .product(let id): productNumbers[id].map(Item.product)
        case .video(let id): videos[id]
        default: nil
        }
    }

    // MARK: Evening

    private func subject(of item: Item) -> Touchpoint.Subject {
        switch item {
        case .product(let number): .product(rooms.goods[number].product)
        case .video: .video(SimulatedMarket.id(of: item))
        }
    }

    private func tellTaps(_ today: Day, _ shown: [Int: [Item: Shown]]) async throws {
        let touchpoints = today.happenings.compactMap { happening -> Touchpoint? in
            let kind: Touchpoint.Kind
            switch happening.action {
            case .impression: kind = .impression
            case .finish: kind = .finish
            case .dislike: kind = .notInterested
            case .click: kind = .open
            default: return nil
            }
            guard let place = shown[happening.shopper]?[happening.slot] else { return nil }
            return Touchpoint(
                person: rooms.shoppers[happening.shopper], time: place.time + .seconds(1), kind: kind,
                subject: subject(of: happening.item), slate: place.slate)
        }
        _ = try await rooms.market.feed.record(touchpoints)
    }

    private func tellReactions(_ today: Day, _ shown: [Int: [Item: Shown]]) async throws {
        let told = today.happenings.filter { $0.action == .like || $0.action == .follow }
        let (rooms, subjects) = (rooms, told.map { subject(of: $0.item) })
        let places = told.map { shown[$0.shopper]?[$0.slot] }
        try await rooms.market.store.write { transaction in
            for (index, happening) in told.enumerated() {
                let person = rooms.shoppers[happening.shopper]
                let time = places[index].map { $0.time + .seconds(2) } ?? rooms.market.source.now
                if happening.action == .like {
                    try rooms.market.content.react(
                        .like, to: subjects[index], isOn: true, by: person, slate: places[index]?.slate, at: time,
                        in: transaction)
                } else if case .video(let creator, _) = happening.item {
                    try rooms.market.content.follow(
                        .creator(rooms.creators[creator]), isOn: true, by: person, at: time, in: transaction)
                }
            }
        }
    }

    /// Buys in the order of the world; what the world could not get is tried too, and has to be refused.
    private mutating func tellOrders(_ today: Day, _ shown: [Int: [Item: Shown]]) async throws {
        for happening in today.happenings where happening.action == .purchase || happening.action == .missed {
            guard case .product(let number) = happening.item else { continue }
            rooms.clock.pass(seconds: 1)
            let line = ShownLine(
                variant: rooms.goods[number].variant, quantity: 1, amount: Int64(world.products[number].price),
                slate: shown[happening.shopper]?[happening.slot]?.slate)
            let isBought = try await buy(line, happening.shopper)
            if isBought != (happening.action == .purchase) { disagreements += 1 }
        }
    }

    private func buy(_ line: ShownLine, _ who: Int) async throws -> Bool {
        let buyer = rooms.shoppers[who]
        do {
            let placed = try await PlaceOrder(rooms.market)([line], to: rooms.address, by: buyer, key: nil)
            let payments = SettlePayments(rooms.market)
            _ = try await payments.begin(placed.group, by: buyer, returnTo: "")
            try await payments.returned(to: placed.group, by: buyer)
            return true
        } catch is OutOfStock {
            return false
        }
    }

    private mutating func count(_ today: Day, _ visits: [Visit]) {
        came.formUnion(visits.map(\.shopper))
        for happening in today.happenings {
            switch happening.action {
            case .finish: totals[happening.shopper].finishes += 1
            case .purchase:
                totals[happening.shopper].orders += 1
                if case .product(let number) = happening.item {
                    totals[happening.shopper].spent += world.products[number].price
                }
            default: break
            }
        }
    }
}
