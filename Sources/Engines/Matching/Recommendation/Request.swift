/// One question for a slate.
public struct Request: Sendable {
    /// The person or visitor; nil asks for what suits everybody.
    public var person: Key?
    /// Now, milliseconds since 1970 UTC. The engine has no clock.
    public var now: Int64
    /// How many slots, 1 … 500.
    public var count: Int
    /// Kinds wanted.
    public var kinds: Set<ItemKind>
    /// Items never to be shown: those on the page already, out of region, on other lists.
    public var exclude: Set<Key>
    /// Shops and creators never to be shown.
    public var blocked: Set<Key>
    /// Items being looked at, or categories and tags being browsed or searched: they pull the slate their way.
    public var context: [Key]
    /// Keeps to one category, tag, shop or creator (a mall channel, a shop page).
    public var within: Key?
    /// What the person is told about: everything, or only what they never responded to.
    public var discovery: Bool
    /// Whether things that were already in view soon return.
    public var repeatsSeen: Bool
    /// Whether exploration may use its share of the slots.
    public var explores: Bool
    /// Whether diversity, caps and decay of creators apply; off for evaluation and for one-shop pages.
    public var diversifies: Bool
    /// Draws the exploration slots; the same seed and state give the same slate.
    public var seed: UInt64
    /// Whether what is offered is kept, with its signals, to learn from what comes of it.
    public var learns = false
    /// The weights to rank by, those of an experiment's arm say; nil takes the configuration's.
    public var weights: RankingWeights?
    /// Share of slots that exploration may take at most, 0 … 1, as an experiment's arm says; nil takes the configuration's.
    public var explorationShare: Double?
    /// The live rooms that are open now; rooms that are not among them are shown only for other reasons.
    public var rooms: [RoomOffer] = []
    /// Whether the whole pool is ranked, as learning wants it.
    var takesPool = false

    /// Makes a request.
    public init(
        person: Key?, now: Int64, count: Int = 20, kinds: Set<ItemKind> = Set(ItemKind.allCases),
        exclude: Set<Key> = [], blocked: Set<Key> = [], context: [Key] = [], within: Key? = nil,
        discovery: Bool = false, repeatsSeen: Bool = false, explores: Bool = true, diversifies: Bool = true,
        seed: UInt64 = 0
    ) {
        self.person = person
        self.now = now
        self.count = count
        self.kinds = kinds
        self.exclude = exclude
        self.blocked = blocked
        self.context = context
        self.within = within
        self.discovery = discovery
        self.repeatsSeen = repeatsSeen
        self.explores = explores
        self.diversifies = diversifies
        self.seed = seed
    }
}

/// One place of a slate, with all that is needed to log, explain and later judge it.
public struct Slot: Sendable, Hashable {
    /// The item shown.
    public let item: Key
    /// Its kind.
    public let kind: ItemKind
    /// The strongest source.
    public let source: Source
    /// The ranking score, in log-odds of the weighted actions; comparable within one slate only.
    public let score: Double
    /// The exact probability, 0 < p ≤ 1, that this item took this slot, given the slots before it.
    public let propensity: Double
    /// Up to three reasons, strongest first.
    public let reasons: [Reason]
}

/// An ordered answer.
public struct Slate: Sendable, Hashable {
    /// The slots, best first.
    public let slots: [Slot]
    /// Names the weights and the refresh that made it, for the log.
    public let modelVersion: String
    /// How many candidates were ranked.
    public let candidates: Int
}
