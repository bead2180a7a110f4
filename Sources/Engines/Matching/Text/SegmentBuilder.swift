/// Postings in the order in which they were met, sorted into lists at the end.
struct PostingCollector {
    private(set) var terms: [UInt32] = []
    private(set) var documents: [UInt32] = []
    private(set) var impacts: [UInt8] = []

    mutating func append(term: UInt32, document: UInt32, impact: UInt8) {
        terms.append(term)
        documents.append(document)
        impacts.append(impact)
    }

    /// Sorts by term and document (counting sort twice, which is stable) and packs the lists.
    func packed(termCount: Int, documentCount: Int) -> Postings {
        let isSorted = !zip(documents, documents.dropFirst()).contains { $0 > $1 }
        let order = isSorted ? nil : Self.countingSort(documents, among: documentCount, order: nil)
        let byTerm = Self.countingSort(terms, among: termCount, order: order)
        var counts = [Int](repeating: 0, count: termCount)
        for term in terms { counts[Int(term)] += 1 }
        let sortedDocuments = byTerm.map { documents[Int($0)] }
        let sortedImpacts = byTerm.map { impacts[Int($0)] }
        var postings = Postings()
        var start = 0
        sortedDocuments.withUnsafeBufferPointer { documents in
            sortedImpacts.withUnsafeBufferPointer { impacts in
                for count in counts {
                    postings.append(
                        documents: UnsafeBufferPointer(rebasing: documents[start..<start + count]),
                        impacts: UnsafeBufferPointer(rebasing: impacts[start..<start + count]))
                    start += count
                }
            }
        }
        postings.finish()
        return postings
    }

    private static func countingSort(_ keys: [UInt32], among count: Int, order: [UInt32]?) -> [UInt32] {
        var places = [UInt32](repeating: 0, count: count + 1)
        for key in keys { places[Int(key) + 1] += 1 }
        for index in 0..<count { places[index + 1] += places[index] }
        var sorted = [UInt32](repeating: 0, count: keys.count)
        for position in keys.indices {
            let index = order.map { Int($0[position]) } ?? position
            let key = Int(keys[index])
            sorted[Int(places[key])] = UInt32(index)
            places[key] += 1
        }
        return sorted
    }
}

/// Numbers the terms of the field at hand and counts its words.
private struct FieldSink: TermSink {
    var terms = TermTable()
    var lexicon = LexiconBuilder()
    /// The field's terms, one entry an occurrence.
    var found: [UInt32] = []

    mutating func term(_ term: [UInt8], _ units: Range<Int>) {
        found.append(UInt32(term.withUnsafeBufferPointer { terms.insert($0) }))
    }

    mutating func word(_ word: [UInt8]) {
        lexicon.append(word)
    }
}

/// Builds a segment from documents.
struct SegmentBuilder {
    private let configuration: Configuration
    private var sink = FieldSink()
    private var collector = PostingCollector()
    private var columns = ColumnsBuilder()
    private var phrases = PhraseTableBuilder()

    // The document at hand, by term: which document last used the entry, and its weighted frequency.
    private var stamp: [UInt32] = []
    private var weight: [Float] = []
    private var touched: [UInt32] = []

    private init(_ configuration: Configuration) {
        self.configuration = configuration
    }

    /// Builds a segment. Every id must be there only once.
    static func build(_ documents: [Document], configuration: Configuration) -> Segment {
        var builder = SegmentBuilder(configuration)
        let keys = documents.map(Columns.layoutKey)
        let order = documents.indices.sorted { keys[$0] < keys[$1] }
        AnalyzerPool.shared.use { analyzer in
            for (place, index) in order.enumerated() {
                builder.append(documents[index], as: UInt32(place), analyzer)
            }
        }
        return Segment(
            terms: builder.sink.terms,
            postings: builder.collector.packed(termCount: builder.sink.terms.count, documentCount: documents.count),
            columns: builder.columns.columns, lexicon: builder.sink.lexicon.finished(),
            phrases: builder.phrases.finished())
    }

    private mutating func append(_ document: Document, as place: UInt32, _ analyzer: Analyzer) {
        touched.removeAll(keepingCapacity: true)
        sink.lexicon.beginDocument()
        for field in Field.allCases {
            let text = document.text(of: field)
            guard !text.isEmpty else { continue }
            append(text, of: field, place: place, analyzer)
            if field == .titleEnglish || field == .titleChinese, let key = analyzer.exactKey(text) {
                let term = key.withUnsafeBufferPointer { sink.terms.insert($0) }
                add(UInt32(term), .infinity, place)
            }
        }
        for term in touched {
            collector.append(
                term: term, document: place,
                impact: Self.impact(weight[Int(term)], saturation: configuration.saturation))
        }
        columns.append(document)
        phrases.append(document)
    }

    private mutating func append(_ text: String, of field: Field, place: UInt32, _ analyzer: Analyzer) {
        sink.found.removeAll(keepingCapacity: true)
        let length = analyzer.index(text, into: &sink)
        let share = Self.share(of: configuration.fields[field.rawValue], length: length)
        for term in sink.found { add(term, share, place) }
    }

    private mutating func add(_ term: UInt32, _ share: Float, _ place: UInt32) {
        while stamp.count <= Int(term) {
            stamp.append(.max)
            weight.append(0)
        }
        if stamp[Int(term)] != place {
            stamp[Int(term)] = place
            weight[Int(term)] = 0
            touched.append(term)
        }
        weight[Int(term)] += share
    }

    /// What one occurrence in a field of this length adds to the term's weighted frequency.
    static func share(of field: Configuration.FieldWeight, length: Int) -> Float {
        let normalization = field.lengthNormalization
        return field.weight / (1 - normalization + normalization * Float(length) / field.pivotLength)
    }

    /// BM25F (Robertson, Zaragoza and Taylor, "Simple BM25 extension to multiple weighted fields", 2004) without the
    /// idf, 1…255.
    static func impact(_ weight: Float, saturation: Float) -> UInt8 {
        guard weight.isFinite else { return 255 }
        return UInt8(min(255, max(1, (255 * weight / (saturation + weight)).rounded())))
    }
}

extension Analyzer {
    /// The term that stands for a whole title, so that an exact match can be looked up like any other term.
    /// It begins with a byte that no text term begins with.
    func exactKey(_ text: String) -> [UInt8]? {
        fold(text)
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        let runs = runs()
        guard !runs.isEmpty else { return nil }
        for run in runs {
            for unit in units[run.range] {
                hash = (hash ^ UInt64(unit)) &* 0x0000_0100_0000_01b3
            }
            hash = (hash ^ 0x20) &* 0x0000_0100_0000_01b3
        }
        return [1] + (0..<8).map { UInt8(truncatingIfNeeded: hash >> (8 * UInt64($0))) }
    }
}
