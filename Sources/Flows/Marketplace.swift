import AfterSales
import Alliance
import Allocations
import Carts
import Catalog
import Centre
import Content
import Coupons
import Decisions
import Experience
import Experiments
import Feed
import Foundation
import HTTP
import Journal
import Kernel
import Ledger
import Live
import Membership
import Media
import NorthStar
import Orders
import Payments
import People
import Pricing
import Shops
import Stock
import Store
import Webhooks
import Warehouse

/// Every room of the house, opened once at start and handed to flows and sites.
public struct Marketplace: Sendable {
    /// The ground.
    public let store: any Store
    public let journal: Journal
    public let source: Kernel.Source
    /// The rooms.
    public let people: People
    public let catalog: Catalog
    public let stock: Stock
    public let warehouses: Warehouses
    public let shops: Shops
    public let content: Content
    public let feed: Feed
    public let centre: Centre
    public let carts: Carts
    public let orders: Orders
    public let payments: Payments
    public let ledger: Ledger
    public let alliance: Alliance
    public let afterSales: AfterSales
    public let decisions: Decisions
    public let coupons: Coupons
    public let pricing: Pricing
    public let membership: Membership
    public let live: Live
    /// Tells shops' own programs what happens.
    public let webhooks: Webhooks
    public let experiments: Experiments
    public let experience: Experience
    public let northStar: NorthStar
    public let allocations: Allocations
    /// Whose arm ranks by which weights.
    public let rankingArms: RankingArms
    /// Who gets the coupons for which the platform pays.
    public let couponArms: CouponArms
    /// Takes pictures in; `nil` where there is no media folder.
    public let pictures: Pictures?
    /// Takes the money.
    public let provider: any PaymentProvider
    /// What the operator has settled with everybody.
    public let terms: TradeTerms

    let shownCards = ShownCards()
    let shownRooms = Recent<ShownRoom, ShownLiveRoom>(lifetime: .seconds(1), limit: 2_000)
    /// Ten messages at once, then one every six seconds, whatever door they come through.
    let messageLimit: RateLimiter

    /// Opens every room.
    ///
    /// - Parameters:
    ///   - feedSnapshot: where the feed's engine is kept between runs.
    ///   - privateWebhooks: whether shops' webhooks may go to addresses of this machine's own networks, for trials.
    ///   - mediaFolder: where pictures are kept.
    public init(
        store: any Store, source: Kernel.Source, people configuration: People.Configuration = .init(),
        feedSnapshot: String? = nil, provider: any PaymentProvider, terms: TradeTerms = .init(),
        privateWebhooks: Bool = false, mediaFolder: String? = nil
    ) {
        pictures = mediaFolder.map { Pictures(folder: $0) }
        self.terms = terms
        messageLimit = RateLimiter(capacity: 10, every: .seconds(6), source: source)
        self.store = store
        self.source = source
        self.provider = provider
        journal = Journal(store: store)
        people = People(store: store, journal: journal, source: source, configuration: configuration)
        catalog = Catalog(store: store, journal: journal, source: source)
        stock = Stock(store: store, journal: journal, source: source)
        warehouses = Warehouses(store: store, source: source)
        shops = Shops(store: store, journal: journal, source: source)
        content = Content(store: store, journal: journal, source: source)
        feed = Feed(store: store, journal: journal, source: source, snapshotPath: feedSnapshot)
        centre = Centre(store: store, journal: journal, source: source)
        carts = Carts(store: store)
        orders = Orders(store: store, journal: journal, source: source)
        payments = Payments(store: store, source: source)
        ledger = Ledger(store: store, source: source)
        alliance = Alliance(store: store, source: source)
        afterSales = AfterSales(store: store, journal: journal, source: source, deadlines: terms.afterSale)
        decisions = Decisions(store: store, journal: journal, source: source)
        coupons = Coupons(store: store, source: source)
        pricing = Pricing(store: store, source: source)
        membership = Membership(store: store, source: source)
        live = Live(store: store, journal: journal, source: source)
        webhooks = Webhooks(store: store, source: source, mayReachPrivate: privateWebhooks)
        experiments = Experiments(store: store, journal: journal, source: source)
        experience = Experience(store: store, journal: journal, source: source)
        northStar = NorthStar(store: store, journal: journal, source: source)
        allocations = Allocations(store: store, journal: journal, source: source)
        rankingArms = RankingArms(experiments: experiments, store: store)
        couponArms = CouponArms(experiments: experiments, store: store)
        feed.rank(by: rankingArms.weights)
    }

    /// The tables of every room, in the order in which rooms were added.
    public static let migrations =
        storeMigrations + journalMigrations + People.migrations + Catalog.migrations + Stock.migrations
        + Shops.migrations + Content.migrations + Feed.migrations + Centre.migrations + Carts.migrations
        + Orders.migrations + Payments.migrations + Ledger.migrations + Alliance.migrations
        + AfterSales.migrations + Decisions.migrations + Experiments.migrations + Feed.weightMigrations
        + Coupons.migrations + Pricing.migrations + Webhooks.migrations + Warehouses.migrations + [shippedMigration]
        + Experience.migrations + NorthStar.migrations + Allocations.migrations + Membership.migrations
        + Live.migrations

    /// What was sold before the house knew what had left it: the goods of orders that are on their way or received.
    private static let shippedMigration = Migration(
        room: "flows", number: 1,
        text: """
            UPDATE reservations SET shipped = quantity WHERE state = 'committed' AND id IN (
                SELECT l.reservation FROM order_lines l JOIN orders o ON o.id = l.order_id
                WHERE o.state IN ('shipped', 'completed') AND l.reservation IS NOT NULL);
            """)

    /// Reads what rooms keep in memory.
    public func load() async throws {
        try await reloadArms()
        try await feed.load()
        try await centre.load()
    }

    /// Reads again who gets what, after a command of this node or when the journal tells of one of another.
    func reloadArms() async throws {
        try await rankingArms.load()
        try await couponArms.load()
    }

    private func followArms() async {
        let topics = [ExperimentChanged.topic, HoldoutResized.topic, AllocationMade.topic, DecisionChanged.topic]
        await journal.tail(after: .start, topics: topics) { [self] _, _ in try await reloadArms() }
    }

    /// Adds the arms that persons keep from their time as visitors.
    private func followRecognitions() async {
        await journal.tail(after: .start, topics: [AssignmentKept.topic]) { [self] facts, _ in
            let decoder = JSONDecoder()
            experiments.adopt(facts.compactMap { try? AssignmentKept.read($0.payload, with: decoder) })
            rankingArms.adopt(experiments.assignments)
            couponArms.adopt(experiments.assignments)
        }
    }

    /// Does the background work of every room until cancelled.
    public func run() async {
        await withTaskGroup { group in
            group.addTask { try? await journal.run() }
            group.addTask { await feed.run() }
            group.addTask { await centre.run() }
            group.addTask { await followArms() }
            group.addTask { await followRecognitions() }
            group.addTask { await journal.follow(experiments.follower) }
            group.addTask { await journal.follow(webhooks.follower) }
            group.addTask { await webhooks.run() }
            group.addTask { await journal.follow(experience.surveyFollower) }
            group.addTask { await journal.follow(experience.scoreFollower) }
            group.addTask { await SettlePayments(self).run() }
            group.addTask { await Retention(self).run() }
            group.addTask { await KeepNorthStar(self).run() }
            group.addTask { await SweepDeadlines(self).run() }
            group.addTask { await ActOnRules(self).run() }
        }
    }
}
