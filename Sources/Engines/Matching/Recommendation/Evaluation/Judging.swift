/// How lists are judged.
extension MatchingEvaluation {
    /// Persons whose candidates are looked at; the rest would only cost time.
    private static let candidatePersons = 4000

    func request(_ person: Key, count: Int, discovery: Bool) -> Request {
        Request(
            person: person, now: trainUntil, count: count, discovery: discovery, repeatsSeen: true, explores: false,
            diversifies: false)
    }

    /// Asks the engine for the list of each person and compares it with what followed.
    func judge(
        _ matcher: Matcher, _ truth: [Key: Set<Key>], discovery: Bool, _ seconds: () -> Double
    ) -> Result {
        let persons = truth.keys.sorted()
        let began = seconds()
        let slates = persons.map { matcher.recommend(request($0, count: k, discovery: discovery)) }
        let elapsed = seconds() - began
        var lists: [Key: [Key]] = [:]
        for (person, slate) in zip(persons, slates) { lists[person] = slate.slots.map(\.item) }
        let (found, looked) = candidateRecall(matcher, truth, persons, discovery)
        let marks = marks(lists, truth)
        return Result(
            persons: persons.count, pairs: truth.values.reduce(0) { $0 + $1.count },
            recall: estimate(marks.recalls), ndcg: estimate(marks.gains),
            candidateRecall: found / Double(max(1, looked)),
            candidates: Double(slates.reduce(0) { $0 + $1.candidates }) / Double(max(1, persons.count)),
            coverage: Set(lists.values.joined()).count,
            recommendationsPerSecond: Double(persons.count) / max(1e-9, elapsed),
            scores: Dictionary(uniqueKeysWithValues: zip(persons, marks.gains)), lists: lists)
    }

    private func candidateRecall(
        _ matcher: Matcher, _ truth: [Key: Set<Key>], _ persons: [Key], _ discovery: Bool
    ) -> (sum: Double, persons: Int) {
        let step = max(1, persons.count / Self.candidatePersons)
        var found = 0.0
        var looked = 0
        for person in stride(from: 0, to: persons.count, by: step).map({ persons[$0] }) {
            let answers = truth[person] ?? []
            let candidates = matcher.signals(request(person, count: k, discovery: discovery))
            found += Double(candidates.count { answers.contains($0.item) }) / Double(max(1, answers.count))
            looked += 1
        }
        return (found, looked)
    }

    /// Recall@k and NDCG@k of each person, in order of key.
    func marks(_ lists: [Key: [Key]], _ truth: [Key: Set<Key>]) -> (recalls: [Double], gains: [Double]) {
        var recalls: [Double] = []
        var gains: [Double] = []
        for person in truth.keys.sorted() {
            let answers = truth[person] ?? [], list = lists[person] ?? []
            let hits = list.prefix(k).count { answers.contains($0) }
            recalls.append(Double(hits) / Double(max(1, min(k, answers.count))))
            gains.append(Self.ndcg(list, answers, k))
        }
        return (recalls, gains)
    }

    /// Binary NDCG at `k` (Järvelin & Kekäläinen 2002).
    static func ndcg(_ list: [Key], _ truth: Set<Key>, _ k: Int) -> Double {
        func discount(_ rank: Int) -> Double { 1 / logarithm2(Double(rank) + 2) }
        let gain = list.prefix(k).enumerated().reduce(0.0) {
            $0 + (truth.contains($1.element) ? discount($1.offset) : 0)
        }
        let ideal = (0..<min(k, truth.count)).reduce(0.0) { $0 + discount($1) }
        return ideal > 0 ? gain / ideal : 0
    }

    /// Mean and percentile bootstrap over persons (Efron 1979).
    func estimate(_ values: [Double]) -> Estimate {
        guard !values.isEmpty else { return Estimate(mean: 0, low: 0, high: 0) }
        var random = SplitMix64(seed: seed)
        let means = (0..<max(1, rounds)).map { _ in
            let sum = values.indices.reduce(0.0) { sum, _ in sum + values[Int(random.unit() * Double(values.count))] }
            return sum / Double(values.count)
        }.sorted()
        return Estimate(
            mean: values.reduce(0, +) / Double(values.count), low: means[means.count / 40],
            high: means[means.count - 1 - means.count / 40])
    }
}
