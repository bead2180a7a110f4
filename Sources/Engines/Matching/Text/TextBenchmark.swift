/// Measures a ``TextIndex`` on given documents and queries. The caller brings the clock.
public struct TextBenchmark: Sendable {
    /// What to ask for with each query.
    public enum Measure: String, Sendable, CaseIterable {
        /// Documents with all words, the best page only.
        case all
        /// Documents with any word, the best page only.
        case any
        /// What a search page asks for: all words, then any; corrections, exact total, facets, re-ranking.
        case page
    }

    /// The figures of one measure.
    public struct Figures: Sendable, Equatable {
        public var queriesPerSecond: Double
        /// Seconds.
        public var median: Double
        public var percentile99: Double
        /// Share of the queries with at least one hit, 0…1.
        public var answered: Double
        /// The best ids of each query.
        public var topIDs: [[UInt128]]
    }

    /// All figures of one run.
    public struct Report: Sendable {
        public var documents: Int
        /// Seconds from documents to a searchable index.
        public var buildSeconds: Double
        /// Size of the encoded index: terms, lists, columns and the stored texts.
        public var encodedBytes: Int
        /// The part of it that is inverted lists.
        public var postingBytes: Int
        public var figures: [Measure: Figures]
    }

    /// Builds the index and asks every query in every measure, one after the other on the calling thread.
    ///
    /// - Parameters:
    ///   - limit: hits a query.
    ///   - nanoseconds: a clock that never goes back.
    public static func run(
        documents: [Document], queries: [String], limit: Int = 20,
        configuration: Configuration = Configuration(popularityShare: 0, personalShare: 0, rerankDepth: 0),
        measures: [Measure] = Measure.allCases, nanoseconds: () -> UInt64
    ) -> Report {
        let index = TextIndex(configuration: configuration)
        // The Chinese tables load once in a process; that is not the cost of this corpus.
        AnalyzerPool.shared.use { $0.fold("预热") }
        let start = nanoseconds()
        index.upsert(documents)
        index.compact()
        let built = nanoseconds() - start
        var figures: [Measure: Figures] = [:]
        for measure in measures {
            figures[measure] = run(queries.map { query($0, measure, limit) }, on: index, nanoseconds)
        }
        return Report(
            documents: index.count, buildSeconds: Double(built) / 1e9, encodedBytes: index.encode().count,
            postingBytes: index.snapshot.views.reduce(0) { $0 + $1.segment.postings.byteCount }, figures: figures)
    }

    private static func query(_ text: String, _ measure: Measure, _ limit: Int) -> Query {
        switch measure {
        case .all: Query(text, limit: limit, mode: .all, correction: .off, countsTotal: false)
        case .any: Query(text, limit: limit, mode: .any, correction: .off, countsTotal: false)
        case .page: Query(text, limit: limit, countsFacets: true)
        }
    }

    private static func run(_ queries: [Query], on index: TextIndex, _ nanoseconds: () -> UInt64) -> Figures {
        for query in queries.prefix(200) { _ = index.search(query) }
        var times: [UInt64] = []
        var topIDs: [[UInt128]] = []
        times.reserveCapacity(queries.count)
        topIDs.reserveCapacity(queries.count)
        for query in queries {
            let start = nanoseconds()
            let hits = index.search(query).hits
            times.append(nanoseconds() - start)
            topIDs.append(hits.map(\.id))
        }
        let total = max(1, times.reduce(0, +))
        times.sort()
        func percentile(_ share: Double) -> Double {
            times.isEmpty ? 0 : Double(times[min(times.count - 1, Int(Double(times.count) * share))]) / 1e9
        }
        return Figures(
            queriesPerSecond: Double(queries.count) / (Double(total) / 1e9), median: percentile(0.5),
            percentile99: percentile(0.99),
            answered: queries.isEmpty ? 0 : Double(topIDs.count { !$0.isEmpty }) / Double(queries.count),
            topIDs: topIDs)
    }
}

extension Postings {
    /// Bytes of the lists and their block heads.
    var byteCount: Int {
        words.count * 16 + impacts.count + blockLast.count * (4 + 1 + 1 + 4 + 4) + frequency.count * (4 + 4 + 1)
    }
}
