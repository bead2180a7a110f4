/// Makes one segment of several, without their removed documents and without analyzing a text again.
struct SegmentMerger {
    private struct Source {
        var view: Int
        var document: Int
    }

    static func merge(_ views: [SegmentView]) -> Segment {
        let sources = laidOut(views)
        var places = views.map { [UInt32](repeating: .max, count: $0.segment.count) }
        var columns = ColumnsBuilder()
        for (place, source) in sources.enumerated() {
            places[source.view][source.document] = UInt32(place)
            columns.append(source.document, of: views[source.view].segment.columns)
        }
        var terms = TermTable()
        var collector = PostingCollector()
        for (index, view) in views.enumerated() {
            collect(view.segment, places[index], &terms, &collector)
        }
        return Segment(
            terms: terms, postings: collector.packed(termCount: terms.count, documentCount: sources.count),
            columns: columns.columns, lexicon: lexicon(views, terms), phrases: phrases(views, columns.columns))
    }

    private static func laidOut(_ views: [SegmentView]) -> [Source] {
        var keyed: [(key: (UInt8, String, String, String), source: Source)] = []
        for (index, view) in views.enumerated() {
            let columns = view.segment.columns
            for document in 0..<view.segment.count where view.isLive(document) {
                let category = columns.categories[columns.categoryRange(document)].last
                keyed.append(
                    (
                        (
                            columns.kinds[document],
                            category.map { columns.categoryTable.string(Int($0) - 1) } ?? "",
                            columns.text(document, .titleEnglish), columns.text(document, .titleChinese)
                        ), Source(view: index, document: document)
                    ))
            }
        }
        return keyed.sorted { $0.key < $1.key }.map(\.source)
    }

    private static func collect(
        _ segment: Segment, _ places: [UInt32], _ terms: inout TermTable, _ collector: inout PostingCollector
    ) {
        for term in 0..<segment.terms.count {
            var merged: UInt32?
            for posting in segment.unpackedPostings(of: term) {
                let place = places[Int(posting.document)]
                guard place != .max else { continue }
                let id = merged ?? UInt32(terms.insert(segment.terms.term(term)))
                merged = id
                collector.append(term: id, document: place, impact: posting.impact)
            }
        }
    }

    /// Words whose last document is gone go too: a correction must lead somewhere.
    private static func lexicon(_ views: [SegmentView], _ terms: TermTable) -> Lexicon {
        var lexicon = LexiconBuilder()
        AnalyzerPool.shared.use { analyzer in
            for view in views {
                lexicon.append(view.segment.lexicon) { analyzer.isAlive($0, among: terms) }
            }
        }
        return lexicon.finished()
    }

    private static func phrases(_ views: [SegmentView], _ columns: Columns) -> PhraseTable {
        var phrases = PhraseTableBuilder()
        if views.contains(where: { $0.liveCount < $0.segment.count }) {
            for document in 0..<columns.count { phrases.append(document, of: columns) }
        } else {
            for view in views { phrases.append(view.segment.phrases) }
        }
        return phrases.finished()
    }
}

extension Analyzer {
    /// Whether some document may still contain a word of the lexicon: whether its terms are there.
    fileprivate func isAlive(_ word: [UInt8], among terms: TermTable) -> Bool {
        if terms.find(stem(word)) != nil { return true }
        // Chinese of three and more characters may be no word of the dictionary's; then it was indexed as pairs.
        guard let first = word.first, first >= 0x80 else { return false }
        return queryWords(String(decoding: word, as: UTF8.self)).allSatisfy { word in
            word.required.allSatisfy { terms.find($0) != nil }
        }
    }
}
