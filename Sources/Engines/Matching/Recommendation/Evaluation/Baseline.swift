extension MatchingEvaluation {
    /// What anybody could do without an engine.
    public enum Baseline: String, Sendable, CaseIterable {
        /// What most persons responded to in the last four weeks.
        case popularity
        /// The person's own items by count decayed with a half-life of twelve weeks, then popularity.
        case personal
    }

    /// How a baseline did, and what the engine gained over it on the same persons.
    public struct BaselineReport: Sendable {
        public let baseline: Baseline
        public let all, discovery: BaselineResult
    }

    /// One of the two questions; the gain is the engine's mean NDCG less the other's, by paired bootstrap.
    public struct BaselineResult: Sendable {
        public let recall, ndcg, gain: Estimate
        public let coverage: Int
    }

    func compare(
        _ baseline: Baseline, _ training: [Event], _ truth: [Key: Set<Key>], _ new: [Key: Set<Key>],
        _ before: [Key: Set<Key>], _ all: Result, _ discovery: Result
    ) -> BaselineReport {
        let popular = popular(training)
        let own = baseline == .personal ? personal(training, Set(truth.keys)) : [:]
        func result(_ truth: [Key: Set<Key>], _ engine: Result, _ list: (Key) -> [Key]) -> BaselineResult {
            compare(Dictionary(uniqueKeysWithValues: truth.keys.map { ($0, list($0)) }), truth, engine)
        }
        return BaselineReport(
            baseline: baseline,
            all: result(truth, all) { person in
                let mine = own[person] ?? []
                let taken = Set(mine)
                return Array((mine + popular.lazy.filter { !taken.contains($0) }.prefix(k)).prefix(k))
            },
            discovery: result(new, discovery) { person in
                let had = before[person] ?? []
                return Array(popular.lazy.filter { !had.contains($0) }.prefix(k))
            })
    }

    private func popular(_ training: [Event]) -> [Key] {
        let weights = RankingWeights.current
        var counts: [Key: Int] = [:]
        let recent = training.last.map { $0.time - 4 * 7 * 86_400_000 } ?? 0
        for event in training where event.time >= recent && weights.evidence(of: event) > 0 {
            counts[event.subject, default: 0] += 1
        }
        return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
    }

    private func personal(_ training: [Event], _ persons: Set<Key>) -> [Key: [Key]] {
        let weights = RankingWeights.current
        var masses: [Key: [Key: Double]] = [:]
        for event in training where persons.contains(event.person) && weights.evidence(of: event) > 0 {
            let age = Double(trainUntil - event.time) / Double(12 * 7 * 86_400_000 as Int64)
            masses[event.person, default: [:]][event.subject, default: 0] += power2(-age)
        }
        return masses.mapValues { items in
            items.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(k).map(\.key)
        }
    }
}
