/// The whole index at one moment. Never changes; a search keeps the one that it began with.
struct Snapshot: Sendable {
    var views: [SegmentView] = []
    var synonyms = Synonyms()

    var liveCount: Int { views.reduce(0) { $0 + $1.liveCount } }

    /// Marks documents as removed.
    mutating func delete(_ ids: some Sequence<UInt128>) {
        for id in ids {
            for index in views.indices {
                if let place = views[index].segment.find(id) { views[index].delete(place) }
            }
        }
        views.removeAll { $0.liveCount == 0 }
    }
}

extension Snapshot {
    /// What one evaluation of a plan gave.
    struct Outcome {
        var entries: [Collector.Entry]
        var total: Int
        var isTotalExact: Bool
        var facets: FacetCounts?
    }

    /// Evaluates a plan on every segment.
    ///
    /// - Parameters:
    ///   - plan: `nil` for everything that passes the filter.
    ///   - requiresAll: all required groups, or any group.
    ///   - capacity: how many of the best to keep.
    func evaluate(_ plan: QueryPlan?, _ query: Query, requiresAll: Bool, capacity: Int) -> Outcome {
        var collector = Collector(capacity: capacity, sort: query.sort)
        var facets = query.countsFacets ? FacetCounts() : nil
        guard let plan else {
            for index in views.indices { browse(index, query, &collector, &facets) }
            return Outcome(entries: collector.sorted(), total: collector.total, isTotalExact: true, facets: facets)
        }
        let plans = ResolvedPlan.resolve(plan, views, requiresAll: requiresAll)
        let mayPrune = query.sort == .relevance && !query.countsTotal && !query.countsFacets
        var isExact = true
        for index in views.indices where plans[index].isSatisfiable {
            let hasRequired = plans[index].groups.contains(where: \.isRequired)
            if mayPrune, plans[index].isSimple, hasRequired || !requiresAll {
                isExact = false
                prune(index, plans[index], query, requiresAll: requiresAll, &collector)
            } else {
                exhaust(index, plans[index], query, requiresAll: requiresAll, &collector, &facets)
            }
        }
        return Outcome(entries: collector.sorted(), total: collector.total, isTotalExact: isExact, facets: facets)
    }

    private func prune(
        _ index: Int, _ plan: ResolvedPlan, _ query: Query, requiresAll: Bool, _ collector: inout Collector
    ) {
        let view = views[index]
        let filter = FilterMatcher(query, view.segment.columns)
        view.segment.withPostings { lists in
            var search = PrunedSearch(plan, view.segment, lists, memory: CursorMemory())
            func offer(_ document: UInt32, _ score: UInt32) -> UInt32 {
                if view.isLive(Int(document)), filter.admits(Int(document)) {
                    collector.total += 1
                    collector.offer(
                        Collector.Entry(
                            key: Int64(score), score: score, segment: Int32(index), document: document))
                }
                return collector.threshold
            }
            if requiresAll {
                search.matchAll(threshold: collector.threshold, offer)
            } else {
                search.matchAny(threshold: collector.threshold, offer)
            }
        }
    }

    private func exhaust(
        _ index: Int, _ plan: ResolvedPlan, _ query: Query, requiresAll: Bool, _ collector: inout Collector,
        _ facets: inout FacetCounts?
    ) {
        let segment = views[index].segment
        var matches = MatchSink(views[index], Int32(index), query)
        segment.withPostings { lists in
            var search = ExhaustiveSearch(plan, segment, lists, requiresAll: requiresAll, memory: CursorMemory())
            search.run { document, score in matches.take(document, score, &collector) }
        }
        matches.finish(&facets)
    }

    private func browse(_ index: Int, _ query: Query, _ collector: inout Collector, _ facets: inout FacetCounts?) {
        var matches = MatchSink(views[index], Int32(index), query)
        let popularity = views[index].segment.columns.popularity
        for document in 0..<views[index].segment.count {
            matches.take(document, UInt32(popularity[document] * Scoring.scale * 255), &collector)
        }
        matches.finish(&facets)
    }
}

/// Takes the matches of one segment: drops the removed and filtered ones, counts and collects the others.
private struct MatchSink {
    private let view: SegmentView
    private let columns: Columns
    private let index: Int32
    private let filter: FilterMatcher
    private var counter: FacetCounter?

    init(_ view: SegmentView, _ index: Int32, _ query: Query) {
        self.view = view
        self.index = index
        columns = view.segment.columns
        filter = FilterMatcher(query, columns)
        counter = query.countsFacets ? FacetCounter(columns) : nil
    }

    @inline(__always)
    mutating func take(_ document: Int, _ score: UInt32, _ collector: inout Collector) {
        guard view.isLive(document) else { return }
        let failures = filter.admitsAll ? [] : filter.failures(document)
        counter?.count(document, failures, columns)
        guard failures.isEmpty else { return }
        collector.total += 1
        let key = collector.key(document, score, columns)
        collector.offer(Collector.Entry(key: key, score: score, segment: index, document: UInt32(document)))
    }

    func finish(_ facets: inout FacetCounts?) {
        guard let counter, var counts = facets else { return }
        counter.add(to: &counts, columns)
        facets = counts
    }
}
