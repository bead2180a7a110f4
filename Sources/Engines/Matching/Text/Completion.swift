/// Completes the beginning of a query.
struct Completion {
    let snapshot: Snapshot
    let analyzer: Analyzer

    /// A phrase that begins with what was typed is worth this many of one that has it further inside.
    private static let startBonus = 4

    func suggest(_ prefix: String, limit: Int) -> [Suggestion] {
        let key = key(prefix)
        guard !key.isEmpty, limit > 0 else { return [] }
        var found: [String: (suggestion: Suggestion, rank: Int)] = [:]
        for view in snapshot.views {
            let phrases = view.segment.phrases
            for match in phrases.matches(prefix: key) {
                let text = phrases.texts.string(match.phrase)
                let count = Int(phrases.counts[match.phrase])
                let source = Suggestion.Source(rawValue: phrases.sources[match.phrase]) ?? .title
                var entry = found[text] ?? (Suggestion(text: text, source: source, count: 0), 0)
                entry.suggestion.count += count
                entry.rank += count * (match.atStart ? Self.startBonus : 1)
                found[text] = entry
            }
        }
        let ranked = found.values.sorted {
            $0.rank != $1.rank ? $0.rank > $1.rank : $0.suggestion.text < $1.suggestion.text
        }
        return distinct(ranked.lazy.map(\.suggestion), limit)
    }

    /// The same folding as the keys of the phrases.
    private func key(_ prefix: String) -> [UInt8] {
        analyzer.fold(prefix)
        var key: [UInt8] = []
        for run in analyzer.runs() {
            if !key.isEmpty { key.append(0x20) }
            key += run.script == .spaced ? analyzer.surface(of: run.range) : analyzer.utf8(run.range)
        }
        return key
    }

    /// One line for texts that differ only in case or width, and none for what has been removed since.
    private func distinct(_ ranked: some Sequence<Suggestion>, _ limit: Int) -> [Suggestion] {
        let hasRemoved = snapshot.views.contains { $0.liveCount < $0.segment.count }
        var seen: Set<[UInt8]> = []
        var result: [Suggestion] = []
        for suggestion in ranked {
            guard result.count < limit else { break }
            guard seen.insert(key(suggestion.text)).inserted else { continue }
            if hasRemoved, !isThere(suggestion.text) { continue }
            result.append(suggestion)
        }
        return result
    }

    private func isThere(_ text: String) -> Bool {
        let words = analyzer.queryWords(text)
        let plan = QueryPlan(words: words, synonyms: Synonyms(), exactKey: nil)
        let query = Query("", countsTotal: false)
        return snapshot.evaluate(plan, query, requiresAll: true, capacity: 1).total > 0
    }
}
