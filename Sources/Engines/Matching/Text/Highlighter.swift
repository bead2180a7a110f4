/// Finds out where a document matches a query.
struct Highlighter {
    private let terms: Set<[UInt8]>

    init(_ plan: QueryPlan) {
        terms = Set(plan.groups.flatMap { $0.alternatives.flatMap(\.terms) })
    }

    /// The fields that match, with the places.
    func highlights(of document: Int, in columns: Columns, _ analyzer: Analyzer) -> [Highlight] {
        Field.allCases.compactMap { field in
            guard !columns.textRange(document, field).isEmpty else { return nil }
            let text = columns.text(document, field)
            let ranges = ranges(in: text, analyzer)
            return ranges.isEmpty ? nil : Highlight(field: field, text: text, ranges: ranges)
        }
    }

    private func ranges(in text: String, _ analyzer: Analyzer) -> [Range<Int>] {
        let places = analyzer.foldKeepingPlaces(text)
        var sink = MatchSink(terms: terms)
        _ = analyzer.indexFolded(into: &sink)
        var found = sink.found.map { places[$0.lowerBound].lowerBound..<places[$0.upperBound - 1].upperBound }
        found.sort { $0.lowerBound < $1.lowerBound }
        var merged: [Range<Int>] = []
        for range in found {
            if let last = merged.last, range.lowerBound <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        return merged
    }
}

/// Keeps the places of the terms that are looked for.
private struct MatchSink: TermSink {
    let terms: Set<[UInt8]>
    var found: [Range<Int>] = []

    mutating func term(_ term: [UInt8], _ units: Range<Int>) {
        if !units.isEmpty, terms.contains(term) { found.append(units) }
    }

    mutating func word(_ word: [UInt8]) {}
}
