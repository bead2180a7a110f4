import Synchronization

/// The recommender: goods find people.
///
/// One value of state behind a lock that is held for bookkeeping only. ``recommend(_:)`` takes the state as a value (copy
/// on write) and works on it outside the lock, so readers and the writer never wait for each other's work.
/// All calls are pure functions of the calls before them and of their arguments: no clock, no I/O, no global state.
public final class Matcher: Sendable {
    let configuration: Configuration
    let learner: Mutex<Learner>
    let spare = Mutex<[Scratch]>([])

    /// Makes an engine that knows nothing yet.
    public init(configuration: Configuration = Configuration()) {
        self.configuration = configuration
        learner = Mutex(Learner(configuration: configuration))
    }

    init(_ learner: Learner) {
        configuration = learner.configuration
        self.learner = Mutex(learner)
    }

    // MARK: Telling

    /// Lists an item, or lists it anew with changed attributes.
    public func list(_ item: Item) { learner.withLock { $0.list(item) } }

    /// Lists many items at once.
    public func list(_ items: some Sequence<Item>) { learner.withLock { for item in items { $0.list(item) } } }

    /// Says whether an item can be had now (stock, publication, an open room). Unknown items are ignored.
    public func setAvailable(_ item: Key, _ available: Bool) { learner.withLock { $0.setAvailable(item, available) } }

    /// Takes an item down; it stays down until it is listed again.
    public func withdraw(_ item: Key) { learner.withLock { $0.withdraw(item) } }

    /// Learns from events, in order; the very next ``recommend(_:)`` knows them.
    public func observe(_ events: some Sequence<Event>) {
        learner.withLock { for event in events { $0.observe(event) } }
    }

    /// Gives a person all that was learned about a visitor, who then stands for the person.
    public func merge(_ visitor: Key, into person: Key) { learner.withLock { $0.merge(visitor, into: person) } }

    /// Deletes all that is known of a person. Counters over all people keep their sums.
    public func forget(_ person: Key) { learner.withLock { $0.forget(person) } }

    // MARK: Asking

    /// Answers with a slate.
    public func recommend(_ request: Request) -> Slate {
        guard request.count > 0 else { return Slate(slots: [], modelVersion: modelVersion, candidates: 0) }
        let reading = learner.withLock { $0.reading(request) }
        return answer(reading)
    }

    /// Items that go with an item: under a video, on a product page.
    public func similar(to item: Key, count: Int, now: Int64, kinds: Set<ItemKind> = Set(ItemKind.allCases)) -> Slate {
        recommend(
            Request(
                person: nil, now: now, count: count, kinds: kinds, exclude: [item], context: [item], explores: false,
                diversifies: false))
    }

    /// What the person bought before and may want again, the most due first.
    public func buyAgain(person: Key, now: Int64, count: Int) -> Slate {
        let request = Request(
            person: person, now: now, count: count, repeatsSeen: true, explores: false, diversifies: false)
        return answer(learner.withLock { $0.reading(request) }) { $0.own >= 0 && $0.signals[.purchases] > 0 }
    }

    /// What many people want now, of one kind and category if wished.
    public func trending(now: Int64, count: Int, kind: ItemKind? = nil, category: Key? = nil) -> Slate {
        recommend(
            Request(
                person: nil, now: now, count: count, kinds: kind.map { [$0] } ?? Set(ItemKind.allCases),
                within: category, explores: false, diversifies: category == nil))
    }

    /// Names the weights and the rebuild in force.
    public var modelVersion: String { learner.withLock { $0.modelVersion } }

    /// Persons, items and what memory of them is held, for metrics.
    public var size: (persons: Int, items: Int, modelEntries: Int) {
        learner.withLock { ($0.people.count - $0.erased.count, $0.world.items.count, $0.world.linear.entries.count) }
    }

    /// The candidates of a request with their signals, for learning and inspection.
    package func signals(_ request: Request) -> [(item: Key, sources: UInt16, score: Float, signals: [Float])] {
        withCandidates(request) { reading, candidates in
            candidates.map { candidate in
                (
                    reading.itemKeys[candidate.item], candidate.sources, candidate.score,
                    (0..<Examples.width).map { candidate.signals[$0] }
                )
            }
        }
    }

    /// Ranks the candidates of a request and hands them out.
    func withCandidates<Result>(
        _ request: Request, _ body: (Reading, ContiguousArray<Candidate>) -> Result
    ) -> Result {
        let reading = learner.withLock { $0.reading(request) }
        var gatherer = Gatherer(reading, scratch: spare.withLock { $0.popLast() } ?? Scratch())
        gatherer.forbid()
        gatherer.gather()
        gatherer.measure()
        reading.ranker.rank(&gatherer.scratch.candidates)
        let result = body(reading, gatherer.scratch.candidates)
        keep(&gatherer)
        return result
    }

    /// Puts working memory back for the next request.
    func keep(_ gatherer: inout Gatherer) {
        var scratch = gatherer.scratch
        gatherer.scratch = Scratch()
        scratch.clear()
        spare.withLock { if $0.count < 16 { $0.append(scratch) } }
    }

    private func answer(_ reading: Reading, keeping: ((Candidate) -> Bool)? = nil) -> Slate {
        var gatherer = Gatherer(reading, scratch: spare.withLock { $0.popLast() } ?? Scratch())
        let (slate, offered) = gatherer.answer(keeping)
        if !offered.isEmpty { learner.withLock { $0.ledger.offer(offered, to: reading.number) } }
        keep(&gatherer)
        return slate
    }

    // MARK: Learning from slates

    /// Learns the probabilities of actions from what came of the impressions so far, without putting them in force.
    ///
    /// What is in force stays in it where too little was answered to learn it anew. Call it in the background: it works on
    /// a copy. Nil when too little was answered to predict better than the mean.
    public func learnActions(version: String, seed: UInt64 = 1) -> ActionModels? {
        let (rows, purchases, former) = learner.withLock {
            ($0.ledger.rows, $0.ledger.purchases.closed(at: $0.world.lastTime), $0.actions)
        }
        return ActionModels(rows, purchases: purchases, former: former, version: version, seed: seed)
    }

    /// Purchases from slates that wait to be learned from, or for the end of the time in which they can be regretted.
    var purchasesLogged: Int { learner.withLock { $0.ledger.purchases.purchases.count } }

    /// The purchases as bytes, for ``adopt(purchases:)`` of an engine restored from a snapshot of the same moment.
    ///
    /// They are no part of the snapshot: what was offered to whom follows from requests, not from events.
    public func purchases() -> [UInt8] { learner.withLock { $0.ledger.purchases }.encoded() }

    /// Takes the purchases that ``purchases()`` gave.
    ///
    /// - Throws: ``SnapshotProblem`` when the bytes are of another version or name what this engine does not know.
    public func adopt(purchases bytes: [UInt8]) throws(SnapshotProblem) {
        let (items, persons) = learner.withLock { ($0.world.items.count, $0.people.count) }
        let kept = try PurchaseLedger(encoded: bytes, items: items, persons: persons)
        learner.withLock { $0.ledger.purchases = kept }
    }

    /// Impressions waiting to be learned from.
    public var impressionsLogged: Int { learner.withLock { $0.ledger.rows.count } }

    /// Puts learned probabilities in force, or takes them out with nil.
    public func adopt(_ actions: ActionModels?) { learner.withLock { $0.actions = actions } }

    // MARK: Rebuilding and keeping

    /// Rebuilds the closed-form item-to-item model from all that was learned, then swaps it in.
    ///
    /// Call it in the background: it computes on a copy and holds the lock only to take the copy and to swap.
    /// The result depends on the state and `now` alone, so a journal that records refreshes replays to the same bits.
    public func refresh(now: Int64) {
        let (task, version) = learner.withLock { ($0.linearTask(now: now), $0.refreshes + 1) }
        let model = task.solve(version: version)
        learner.withLock {
            $0.world.linear = model
            $0.refreshes = version
        }
    }

    /// Puts learned rankings in force; empty ones take them out.
    ///
    /// They are no part of a snapshot: whoever learned them keeps them.
    public func adopt(_ rankings: LearnedRankings) { learner.withLock { $0.rankings = rankings } }

    /// The candidates of each person in `followed`, answered or not.
    func examples(followed: [Key: Set<Key>], now: Int64, discovery: Bool, seed: UInt64) -> Examples {
        var random = SplitMix64(seed: seed)
        var examples = Examples()
        // Misses are many and alike: one in four stands for four, of wide pools fewer for more.
        let share = discovery ? 0.25 * Double(configuration.poolLimit) / Double(configuration.discoveryPoolLimit) : 0.25
        for (person, answers) in followed.sorted(by: { $0.key < $1.key }) {
            var request = Request(person: person, now: now, discovery: discovery, explores: false, diversifies: false)
            request.takesPool = true
            examples.beginList()
            withCandidates(request) { reading, candidates in
                for candidate in candidates {
                    let responded = answers.contains(reading.itemKeys[candidate.item])
                    if responded || random.unit() < share {
                        examples.append(
                            candidate.signals, responded: responded, weight: responded ? 1 : Float(1 / share))
                    }
                }
            }
        }
        return examples
    }

    /// The engine as it stands now, for whoever writes it down while this one goes on: all of it is of one moment.
    public func copy() -> Matcher { Matcher(learner.withLock { $0 }) }

    /// The whole state as bytes: ``init(snapshot:configuration:)`` gives an engine that answers the same to the bit.
    public func snapshot() -> [UInt8] {
        let copy = learner.withLock { $0 }
        return copy.encoded()
    }

    /// Restores an engine from a snapshot; events after it are told again by the journal.
    ///
    /// - Throws: ``SnapshotProblem`` when the bytes are no snapshot of this version or are cut short.
    public convenience init(snapshot: [UInt8], configuration: Configuration = Configuration()) throws(SnapshotProblem) {
        self.init(try Learner(encoded: snapshot, configuration: configuration))
    }
}

extension Gatherer {
    /// The pipeline: gather, measure, rank, build, check again, explain.
    ///
    /// - Returns: the slate, and what of it is to be kept for learning.
    mutating func answer(
        _ keeping: ((Candidate) -> Bool)?
    ) -> (slate: Slate, offered: ContiguousArray<SlateLedger.Row>) {
        let (order, pool) = rank(keeping)
        var builder = SlateBuilder(reading, scratch.candidates, order)
        let choices = builder.build(pool)
        let explainer = Explainer(
            reading: reading, scratch: scratch, ranker: reading.ranker, of: choices.map { order[$0.rank] })
        // The hard rules once more: nothing between gathering and here may let a withdrawn item through.
        let shown = choices.map { ($0, scratch.candidates[order[$0.rank]]) }
            .filter { reading.world.showable($0.1.item, reading.configuration) }
        let slate = Slate(
            slots: shown.map { explainer.slot($0.1, $0.0) }, modelVersion: reading.modelVersion,
            candidates: order.count)
        guard reading.request.learns, reading.number >= 0 else { return (slate, []) }
        let (person, now) = (reading.number, reading.request.now)
        let offered = shown.map { choice, candidate in
            SlateLedger.Row(
                item: candidate.item, person: person, time: now, signals: candidate.signals,
                propensity: Float(choice.propensity))
        }
        return (slate, ContiguousArray(offered))
    }

    /// The candidates' places, best first, and who of them may be drawn by exploration.
    mutating func rank(_ keeping: ((Candidate) -> Bool)? = nil) -> (order: [Int], pool: DrawPool) {
        forbid()
        // The pool is owed its places, so it enters before other sources fill the limit.
        let members = ExplorationPool(reading: reading).members(&self)
        gather()
        measure()
        reading.ranker.rank(&scratch.candidates)
        rankRooms()
        let order = order(keeping)
        return (order, drawPool(members, in: order))
    }

    /// The candidates, best first; ties by item so that answers repeat.
    private func order(_ keeping: ((Candidate) -> Bool)?) -> [Int] {
        var keys: [UInt64] = []
        keys.reserveCapacity(scratch.candidates.count)
        for place in scratch.candidates.indices {
            if let keeping, !keeping(scratch.candidates[place]) { continue }
            // As numbers without a sign, floats of one sign keep their order; those below zero go the other way round.
            let bits = (scratch.candidates[place].score + 0).bitPattern
            let height = bits >> 31 == 0 ? bits | 1 << 31 : ~bits
            keys.append(UInt64(height) << 32 | UInt64(~UInt32(scratch.candidates[place].item)))
        }
        keys.sort(by: >)
        return keys.map { Int(scratch.place[Int(~UInt32(truncatingIfNeeded: $0))]) }
    }

    /// The members of the pool by their rank in the order.
    private func drawPool(_ members: ExplorationPool.Members, in order: [Int]) -> DrawPool {
        guard !members.all.isEmpty else { return .empty }
        var ranks = [Int](repeating: -1, count: scratch.candidates.count)
        for (rank, place) in order.enumerated() { ranks[place] = rank }
        let known = members.all.compactMap { member -> (rank: Int, weight: Double, score: Float)? in
            let place = scratch.place[Int(member.item)]
            guard place >= 0, ranks[Int(place)] >= 0 else { return nil }
            return (ranks[Int(place)], member.weight, scratch.candidates[Int(place)].score)
        }
        return DrawPool(known, share: members.share)
    }
}
