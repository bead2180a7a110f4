/// What the engine knows of an item, apart from what people did with it.
struct ItemRecord: Sendable {
    var kind = ItemKind.product
    var listed = false
    var available = false
    /// Withdrawn for good: taken down, deleted.
    var withdrawn = false
    var shop: Int32 = -1
    var creator: Int32 = -1
    var category: Int32 = -1
    var listedAt: Int64 = 0
    var tags: Tags = []
    var products: ContiguousArray<Int32> = []

    /// Category, shop, creator and tags, each once.
    func subjects(_ body: (Int32) -> Void) {
        if category >= 0 { body(category) }
        if shop >= 0 { body(shop) }
        if creator >= 0 && creator != shop { body(creator) }
        for tag in tags { body(tag) }
    }
}

/// What people did with an item.
struct ItemCounters: Sendable, Hashable {
    var hour = LogMass()
    var day = LogMass()
    var week = LogMass()
    var month = LogMass()
    var impressions: UInt32 = 0
    var responses: UInt32 = 0
    var dislikes: UInt32 = 0
    /// Distinct persons with evidence, and those who bought more than once.
    var persons: UInt32 = 0
    var buyers: UInt32 = 0
    var repeaters: UInt32 = 0
    var purchases: UInt32 = 0
    var refunds: UInt32 = 0
    var lateDeliveries: UInt32 = 0
    var complaints: UInt32 = 0
    /// What was sold and regretted, decayed.
    var service = Service()
    /// First evidence; 0 when none.
    var first: Int64 = 0
    /// First responses of persons who never had it before: what is being adopted, repeats apart.
    var adoptedWeek = LogMass()
    var adoptedMonth = LogMass()
    /// Mean gap between two purchases by one person, days, and how many gaps it stands on.
    var gap: Float = 0
    var gaps: UInt32 = 0

    @inline(__always)
    subscript(window: Window) -> LogMass {
        switch window {
        case .hour: hour
        case .day: day
        case .week: week
        case .month: month
        }
    }

    mutating func add(_ weight: Double, at time: Int64) {
        hour.add(weight, at: time, halfLife: Window.hour.halfLife)
        day.add(weight, at: time, halfLife: Window.day.halfLife)
        week.add(weight, at: time, halfLife: Window.week.halfLife)
        month.add(weight, at: time, halfLife: Window.month.halfLife)
        if first == 0 || time < first { first = time }
    }

    mutating func adopt(at time: Int64) {
        adoptedWeek.add(1, at: time, halfLife: Window.week.halfLife)
        adoptedMonth.add(1, at: time, halfLife: Window.month.halfLife)
    }

    /// Running mean; after a thousand gaps the old ones fade.
    mutating func addGap(_ days: Float) {
        gaps &+= 1
        gap += (days - gap) / Float(min(gaps, 1000))
    }
}

/// Where an item stands in the exploration pool.
struct Exploration: Sendable, Hashable {
    /// Index of the tier; −1 once it left the pool.
    var tier: Int8 = 0
    /// Impressions and responses since the tier began.
    var impressions: UInt32 = 0
    var responses: UInt32 = 0
}

/// A category, tag, shop or creator: who belongs to it and how it is answered.
struct SubjectRecord: Sendable {
    /// Most wanted of the last weeks.
    var top = TopList()
    /// Newest listings, newest last.
    var newest: ContiguousArray<Int32> = []
    /// All evidence of the month, and first responses only.
    var month = LogMass()
    var adopted = LogMass()
    var impressions: UInt32 = 0
    var responses: UInt32 = 0
    /// Of a shop: what it sold, and what of that was regretted.
    var service = Service()

    static let topCapacity = 96
    static let newestCapacity = 64
}

/// Neighbours of one item, learned per event in fixed space (Misra & Gries 1982, weighted).
struct Neighbours: Sendable, Hashable {
    struct Entry: Sendable, Hashable {
        var item: Int32
        var mass: Float
    }

    private(set) var entries: ContiguousArray<Entry> = []

    init() {}

    init(entries: ContiguousArray<Entry>) { self.entries = entries }

    mutating func add(_ item: Int32, _ weight: Float, limit: Int) {
        var least = -1
        var leastMass = Float.infinity
        for place in entries.indices {
            if entries[place].item == item {
                entries[place].mass += weight
                if entries[place].mass > 1e6 { for other in entries.indices { entries[other].mass *= 0.5 } }
                return
            }
            if entries[place].mass < leastMass {
                leastMass = entries[place].mass
                least = place
            }
        }
        if entries.count < limit {
            entries.append(Entry(item: item, mass: weight))
        } else {
            // Fading instead of inheriting the loser's count: the list follows drift and noise cannot climb.
            entries[least].mass -= weight
            if entries[least].mass <= 0 { entries[least] = Entry(item: item, mass: weight) }
        }
    }
}

/// All that a request reads, as one value. A reader keeps it; the writer goes on.
struct World: Sendable {
    var items = Chunked<ItemRecord>()
    var counters = Chunked<ItemCounters>()
    var exploration = Chunked<Exploration>()
    var neighbours = Chunked<Neighbours>()
    var subjects = Chunked<SubjectRecord>()
    /// By kind, then window.
    var trending = [[TopList]](
        repeating: [TopList](repeating: TopList(), count: Window.allCases.count), count: ItemKind.allCases.count)
    /// What most persons took up for the first time within the month.
    var adopted = TopList()
    /// Items in the exploration pool.
    var pool = NewListings()
    /// All evidence, by window.
    var total = ItemCounters()
    /// All impressions, decayed by the day's half-life: the traffic that exploration is paced by.
    var shown = LogMass()
    /// What all shops sold, and what of that was regretted.
    var service = Service()
    var lastTime: Int64 = 0
    var linear = LinearModel.empty
    var embedding = Embedding()

    static let trendingCapacity = 384

    /// Whether the hard rules let an item be shown to anybody.
    @inline(__always)
    func showable(_ item: Int32, _ configuration: Configuration) -> Bool {
        if items[item].withdrawn { return false }
        return items[item].listed ? items[item].available : configuration.admitsUnlisted
    }
}
