import Testing

@testable import MatchingText

/// The index against a scorer that reads every document anew, on random corpora from seeds.
@Suite struct BruteForceTests {
    private static func corpus(_ seed: UInt64, _ count: Int) -> ([Document], SeededGenerator) {
        var generator = SeededGenerator(seed)
        let documents = (0..<count).map { RandomCorpus.document(UInt128($0 + 1), &generator) }
        return (documents, generator)
    }

    /// The same ids in the same places; where scores tie only the scores have to be the same.
    private static func check(_ hits: [Hit], _ truth: [UInt128: UInt32], limit: Int, _ note: Comment) {
        let expected = truth.values.sorted(by: >).prefix(limit).map(Scoring.display)
        // A whole title ranks first by its bonus, so the order by text alone is compared without it.
        #expect(hits.map(\.score).sorted(by: >).count == expected.count, note)
        for hit in hits {
            #expect(truth[hit.id].map(Scoring.display) == hit.score, note)
        }
        guard !hits.contains(where: \.isExact) else { return }
        #expect(hits.map(\.score) == Array(expected), note)
        let last = expected.last ?? 0
        let sure = Set(truth.filter { Scoring.display($0.value) > last }.keys)
        #expect(sure.isSubset(of: hits.map(\.id)), note)
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64]) func topIdsAreThoseOfTheBruteForceScorer(seed: UInt64) {
        var (documents, generator) = Self.corpus(seed, seed == 6 ? 5_000 : 300)
        let index = TextIndex(configuration: plainConfiguration)
        index.upsert(documents)
        documents.sort { $0.id < $1.id }
        let truth = BruteForce(documents: documents)
        for _ in 0..<12 {
            let text = RandomCorpus.text(1...3, &generator)
            for (mode, requiresAll) in [(Query.Mode.all, true), (.any, false)] {
                let scores = truth.scores(text, requiresAll: requiresAll)
                for counts in [true, false] {
                    let results = index.search(
                        Query(text, limit: 10, mode: mode, correction: .off, countsTotal: counts))
                    Self.check(results.hits, scores, limit: 10, "seed \(seed), \(text), \(mode), counting \(counts)")
                    if counts { #expect(results.total == scores.count, "seed \(seed), \(text), \(mode)") }
                }
            }
        }
    }

    @Test(arguments: [11, 12, 13] as [UInt64]) func upsertsAndRemovalsLeaveTheSameIndex(seed: UInt64) {
        var generator = SeededGenerator(seed)
        let index = TextIndex(configuration: plainConfiguration)
        var alive: [UInt128: Document] = [:]
        for _ in 0..<60 {
            if Int.random(in: 0..<4, using: &generator) == 0 {
                let ids = (0..<Int.random(in: 1...9, using: &generator)).map { _ in
                    UInt128(Int.random(in: 1...120, using: &generator))
                }
                index.remove(ids)
                for id in ids { alive[id] = nil }
            } else {
                let documents = (0..<Int.random(in: 1...12, using: &generator)).map { _ in
                    RandomCorpus.document(UInt128(Int.random(in: 1...120, using: &generator)), &generator)
                }
                index.upsert(documents)
                for document in documents { alive[document.id] = document }
            }
            #expect(index.count == alive.count)
        }
        // Before compaction the document frequencies still count removed documents: the same matches, other scores.
        let text = RandomCorpus.text(1...2, &generator)
        let truth = BruteForce(documents: Array(alive.values))
        let before = index.search(Query(text, limit: 1_000, mode: .any, correction: .off))
        #expect(Set(before.hits.map(\.id)) == Set(truth.scores(text, requiresAll: false).keys))
        index.compact()
        #expect(index.segmentCount == 1)
        for _ in 0..<10 {
            let text = RandomCorpus.text(1...2, &generator)
            let results = index.search(Query(text, limit: 1_000, mode: .any, correction: .off))
            let scores = truth.scores(text, requiresAll: false)
            Self.check(results.hits, scores, limit: 1_000, "seed \(seed), \(text)")
        }
    }

    @Test(arguments: [21, 22, 23] as [UInt64]) func filtersSortsAndFacetsAgreeWithThePlainLoop(seed: UInt64) {
        let (documents, generated) = Self.corpus(seed, 400)
        var generator = generated
        let index = TextIndex(configuration: plainConfiguration)
        for start in stride(from: 0, to: 400, by: 50) { index.upsert(Array(documents[start..<start + 50])) }
        let price: ClosedRange<Int64> = 200...700
        let filter = Filter(categories: ["c1", "c3"], shops: [0, 1, 2], price: price, flags: .inStock)
        let text = RandomCorpus.text(1...2, &generator)
        let matching = BruteForce(documents: documents).scores(text, requiresAll: false)
        func passes(_ document: Document, category: Bool = true) -> Bool {
            matching[document.id] != nil && document.facets.shop.map { $0 < 3 } ?? false
                && document.facets.price.map { price.contains($0) } ?? false
                && document.facets.flags.contains(.inStock)
                && (!category || ["c1", "c3"].contains(document.facets.categories[0]))
        }
        let expected = documents.filter { passes($0) }
        let results = index.search(
            Query(
                text, filter: filter, sort: .priceAscending, limit: 500, mode: .any, correction: .off,
                countsFacets: true))
        #expect(results.total == expected.count)
        let prices = Dictionary(uniqueKeysWithValues: documents.map { ($0.id, $0.facets.price ?? -1) })
        #expect(results.hits.map { prices[$0.id] } == expected.map { $0.facets.price }.sorted { ($0 ?? 0) < ($1 ?? 0) })
        var categories: [String: Int] = [:]
        for document in documents where passes(document, category: false) {
            categories[document.facets.categories[0], default: 0] += 1
        }
        #expect(results.facets?.categories == categories)
        let kinds = Dictionary(grouping: expected, by: \.kind).mapValues(\.count)
        #expect(results.facets?.kinds == kinds)
        let newest = index.search(
            Query(text, filter: filter, sort: .newest, limit: 500, mode: .any, correction: .off))
        let created = Dictionary(uniqueKeysWithValues: documents.map { ($0.id, $0.createdAt) })
        #expect(newest.hits.map { created[$0.id] } == expected.map(\.createdAt).sorted(by: >))
    }

    @Test func packedListsComeBackAsTheyWere() {
        var generator = SeededGenerator(31)
        for count in [1, 2, 3, 4, 5, 127, 128, 129, 1_000] {
            for spread in [1, 3, 1_000, 4_000_000] as [UInt32] {
                var documents: [UInt32] = []
                var next = UInt32.random(in: 0..<spread, using: &generator)
                for _ in 0..<count {
                    documents.append(next)
                    next += UInt32.random(in: 1...spread, using: &generator)
                }
                let impacts = (0..<count).map { _ in UInt8.random(in: 1...255, using: &generator) }
                var postings = Postings()
                documents.withUnsafeBufferPointer { documents in
                    impacts.withUnsafeBufferPointer { postings.append(documents: documents, impacts: $0) }
                }
                postings.finish()
                #expect(postings.isConsistent(termCount: 1, documentCount: Int(documents.last ?? 0) + 1))
                var terms = TermTable()
                _ = terms.insert("x")
                let segment = Segment(
                    terms: terms, postings: postings, columns: Columns(), lexicon: LexiconBuilder().finished(),
                    phrases: PhraseTableBuilder().finished())
                let unpacked = segment.unpackedPostings(of: 0)
                #expect(unpacked.map(\.document) == documents)
                #expect(unpacked.map(\.impact) == impacts)
            }
        }
    }
}
