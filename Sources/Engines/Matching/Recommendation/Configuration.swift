/// Sizes, half-lives and shares of the engine. Every number has a unit and a reason; none is tuned on a test period.
public struct Configuration: Sendable, Hashable {
    /// Items with evidence kept for one person; the weakest leave first.
    public var historyLimit = 3072
    /// Recent taps that make up a session.
    public var sessionLimit = 24
    /// Taps older than this no longer belong to the session, milliseconds.
    public var sessionSpan: Int64 = 3_600_000
    /// Items whose last impression is remembered for one person.
    public var seenLimit = 768
    /// An item in view is held back for this long, milliseconds, then comes back with fatigue.
    public var seenPause: Int64 = 12 * 3_600_000
    /// Categories, tags, shops and creators kept for one person.
    public var affinityLimit = 256
    /// Half-life of long interest in an item, days.
    public var slowHalfLifeDays = 84.0
    /// Half-life of recent interest in an item, days.
    public var fastHalfLifeDays = 14.0
    /// Half-life of the damping that *not interested* puts on a category or creator, days.
    public var dampHalfLifeDays = 14.0
    /// Neighbours learned per event for each item (space saving).
    public var coOccurrenceLimit = 24
    /// Neighbours kept for each item by the closed-form model.
    public var linearRowLimit = 128
    /// Most candidates that are ranked for one request.
    public var candidateLimit = 500
    /// Most items from which a learned admission chooses the candidates.
    public var poolLimit = 900
    /// The same where only what is new to the person is asked for, which nothing points at as clearly.
    public var discoveryPoolLimit = 1500
    /// Share of slots that exploration may use at most; it uses as much of it as is needed to give what is owed.
    public var explorationShare = 0.1
    /// Impressions guaranteed in each tier of the exploration pool.
    public var explorationTiers: [UInt32] = [200, 1000, 5000]
    /// Rounds of a tier's impressions after which an item that is neither clearly better nor clearly worse leaves the pool.
    public var explorationRounds: UInt32 = 3
    /// Time in which a new listing gets the impressions of its first tier, milliseconds.
    public var explorationSpan: Int64 = 24 * 3_600_000
    /// A listing is new for this long, milliseconds.
    public var newSpan: Int64 = 14 * 86_400_000
    /// Most slots of one category, as a share of the slate.
    public var categoryShare = 0.3
    /// Most slots of one shop or creator, as a share of the slate.
    public var shopShare = 0.2
    /// Each further slot of one creator multiplies its value by this, down to the floor (x-algorithm: .5, floor .25).
    public var creatorDecay = 0.5
    /// Floor of the creator's decay.
    public var creatorFloor = 0.25
    /// Weight of relevance against novelty in the slate, 0 … 1 (MMR, Carbonell & Goldstein 1998).
    public var relevanceWeight = 0.75
    /// When both are wanted and at hand, videos and rooms take at least this share of the slots, and goods too.
    public var mixShare = 0.25
    /// Who did nothing but look is forgotten after this long without an event, milliseconds.
    public var visitorSpan: Int64 = 30 * 86_400_000
    /// Whoever responded once is forgotten after this long without an event, milliseconds: at eight long half-lives and more,
    /// hardly anything is left of what was learned.
    public var personSpan: Int64 = 730 * 86_400_000
    /// Events after which an item that was never listed gets a place in the tables, unless unlisted ones may be shown.
    public var admissionCount = 3
    /// Whether an item that only events speak of (never listed) may be shown.
    public var admitsUnlisted = false
    /// Ridge of the closed-form model: how strongly rare evidence is shrunk.
    public var linearRidge: Float = 100
    /// Distinct persons and items from which the closed-form model solves exactly.
    public var linearSolveLimit = 3072
    /// The public ranking weights.
    public var weights = RankingWeights.current

    /// The defaults.
    public init() {}
}
