extension MatchingEvaluation {
    /// The lists of another recommender, made from the same training period.
    public struct Peer: Sendable {
        /// Names it in the report.
        public let name: String
        /// The list of each person for the two questions, best first; nil when it was not asked.
        public let all, discovery: [Key: [Key]]?

        /// Makes a peer.
        public init(name: String, all: [Key: [Key]]?, discovery: [Key: [Key]]?) {
            (self.name, self.all, self.discovery) = (name, all, discovery)
        }
    }

    /// How a peer did on the persons that are judged, and what the engine gained over it.
    public struct PeerReport: Sendable {
        public let name: String
        /// Nil where the peer has no list.
        public let all, discovery: PeerResult?
    }

    /// One of the two questions.
    public struct PeerResult: Sendable {
        /// Judged persons for whom the peer has a list; the others count as nothing found.
        public let answered: Int
        public let result: BaselineResult
    }

    func compare(
        _ peer: Peer, _ truth: [Key: Set<Key>], _ new: [Key: Set<Key>], _ all: Result, _ discovery: Result
    ) -> PeerReport {
        func result(_ lists: [Key: [Key]]?, _ truth: [Key: Set<Key>], _ engine: Result) -> PeerResult? {
            lists.map { lists in
                let asked = lists.filter { truth[$0.key] != nil }.mapValues { Array($0.prefix(k)) }
                return PeerResult(answered: asked.count, result: compare(asked, truth, engine))
            }
        }
        return PeerReport(
            name: peer.name, all: result(peer.all, truth, all), discovery: result(peer.discovery, new, discovery))
    }

    /// Judges other lists and takes the engine's gain over them, person by person.
    func compare(_ lists: [Key: [Key]], _ truth: [Key: Set<Key>], _ engine: Result) -> BaselineResult {
        let marks = marks(lists, truth)
        let scores = Dictionary(uniqueKeysWithValues: zip(truth.keys.sorted(), marks.gains))
        return BaselineResult(
            recall: estimate(marks.recalls), ndcg: estimate(marks.gains),
            gain: pairedGain(engine.scores, over: scores), coverage: Set(lists.values.joined()).count)
    }
}
