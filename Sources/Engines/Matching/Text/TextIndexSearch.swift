extension TextIndex {
    /// Searches. Never fails: a text without any word finds nothing, an empty text finds what passes the filter.
    public func search(_ query: Query) -> Results {
        let snapshot = snapshot
        return AnalyzerPool.shared.use { analyzer in
            SearchRun(configuration: configuration, snapshot: snapshot, query: query, analyzer: analyzer).run()
        }
    }

    /// Completes what a person is typing with titles, brands, categories and tags, the most frequent first.
    ///
    /// Chinese is found by its characters, by toneless pinyin and by the initials of its pinyin.
    public func suggest(prefix: String, limit: Int = 10) -> [Suggestion] {
        let snapshot = snapshot
        return AnalyzerPool.shared.use { Completion(snapshot: snapshot, analyzer: $0).suggest(prefix, limit: limit) }
    }
}

/// One search from text to results.
private struct SearchRun {
    let configuration: Configuration
    let snapshot: Snapshot
    let query: Query
    let analyzer: Analyzer

    /// An evaluation with what led to it.
    private struct Finding {
        var outcome: Snapshot.Outcome
        var plan: QueryPlan?
        var matchesAllWords = true
        var correctedText: String?
        var didYouMean: String?
    }

    func run() -> Results {
        results(of: find())
    }

    private var capacity: Int {
        let page = query.offset.addingReportingOverflow(query.limit)
        let wanted = min(page.overflow ? .max : page.partialValue, snapshot.liveCount)
        return reranks ? max(wanted, min(configuration.rerankDepth, snapshot.liveCount)) : wanted
    }

    private var reranks: Bool {
        query.sort == .relevance
            && (configuration.popularityShare > 0 || (configuration.personalShare > 0 && query.boost != nil))
    }

    private func find() -> Finding {
        let words = analyzer.queryWords(query.text)
        guard !words.isEmpty else {
            if query.text.contains(where: { !$0.isWhitespace }) {
                return Finding(outcome: Snapshot.Outcome(entries: [], total: 0, isTotalExact: true, facets: nil))
            }
            return Finding(outcome: snapshot.evaluate(nil, query, requiresAll: false, capacity: capacity))
        }
        let plan = plan(query.text, words)
        let requiresAll = query.mode != .any
        let first = Finding(
            outcome: snapshot.evaluate(plan, query, requiresAll: requiresAll, capacity: capacity), plan: plan,
            matchesAllWords: requiresAll)
        guard first.outcome.total == 0 else { return first }
        return corrected(words) ?? widened(first)
    }

    private func plan(_ text: String, _ words: [QueryWord]) -> QueryPlan {
        QueryPlan(words: words, synonyms: snapshot.synonyms, exactKey: analyzer.exactKey(text))
    }

    /// The proposal whose words stand together most often for how common they are, when the caller wants corrections.
    private func corrected(_ words: [QueryWord]) -> Finding? {
        guard query.correction != .off else { return nil }
        let spelling = Spelling(snapshot: snapshot)
        var best: (worth: Double, text: String, finding: Finding)?
        for (place, text) in spelling.proposals(for: words).enumerated() {
            let plan = plan(text, analyzer.queryWords(text))
            let outcome = snapshot.evaluate(plan, query, requiresAll: query.mode != .any, capacity: capacity)
            guard outcome.total > 0 else { continue }
            let worth = spelling.worth(of: text, found: outcome.total, place: place)
            if let best, worth <= best.worth { continue }
            best = (worth, text, Finding(outcome: outcome, plan: plan, matchesAllWords: query.mode != .any))
        }
        guard var best else { return nil }
        if query.correction == .automatic {
            best.finding.correctedText = best.text
            return best.finding
        }
        var finding = widened(Finding(outcome: best.finding.outcome, plan: self.plan(query.text, words)))
        finding.didYouMean = best.text
        return finding
    }

    /// Any of the words instead of all, if the mode allows it.
    private func widened(_ finding: Finding) -> Finding {
        var finding = finding
        let requiresAll = query.mode == .all
        finding.outcome = snapshot.evaluate(finding.plan, query, requiresAll: requiresAll, capacity: capacity)
        finding.matchesAllWords = requiresAll
        return finding
    }

    private func results(of finding: Finding) -> Results {
        let ranked = ranked(finding.outcome.entries)
        let page = ranked.dropFirst(query.offset).prefix(query.limit)
        let highlighter = query.highlights ? finding.plan.map(Highlighter.init) : nil
        let hits = page.map { entry in
            let columns = snapshot.views[Int(entry.segment)].segment.columns
            let document = Int(entry.document)
            return Hit(
                id: columns.ids[document], kind: columns.kind(document), score: entry.score, isExact: entry.isExact,
                highlights: highlighter?.highlights(of: document, in: columns, analyzer) ?? [])
        }
        return Results(
            hits: Array(hits), total: finding.outcome.total, isTotalExact: finding.outcome.isTotalExact,
            facets: finding.outcome.facets, matchesAllWords: finding.matchesAllWords,
            correctedText: finding.correctedText, didYouMean: finding.didYouMean)
    }

    private struct Ranked {
        var segment: Int32
        var document: UInt32
        var score: Float
        var isExact: Bool
    }

    /// Re-ranks the head by popularity and personal boost. Exact matches stay above all others, and what is below
    /// ``Configuration/rerankDepth`` stays in the order of its text score, so that pages don't overlap.
    private func ranked(_ entries: [Collector.Entry]) -> [Ranked] {
        var ranked = entries.map { entry in
            let isExact = entry.score >= Scoring.exactBonus
            return Ranked(
                segment: entry.segment, document: entry.document,
                score: Scoring.display(isExact ? entry.score - Scoring.exactBonus : entry.score), isExact: isExact)
        }
        guard reranks else { return ranked }
        let depth = min(ranked.count, configuration.rerankDepth)
        for index in 0..<depth { ranked[index].score *= factor(ranked[index]) }
        let head = ranked[..<depth].enumerated().sorted { a, b in
            if a.element.isExact != b.element.isExact { return a.element.isExact }
            if a.element.score != b.element.score { return a.element.score > b.element.score }
            return a.offset < b.offset
        }
        ranked.replaceSubrange(..<depth, with: head.map(\.element))
        return ranked
    }

    private func factor(_ entry: Ranked) -> Float {
        let columns = snapshot.views[Int(entry.segment)].segment.columns
        let popularity = columns.popularity[Int(entry.document)]
        let boost = query.boost?(columns.ids[Int(entry.document)]) ?? 0
        let personal = boost.isFinite ? min(1, max(0, boost)) : 0
        return 1 + configuration.popularityShare * popularity + configuration.personalShare * personal
    }
}
