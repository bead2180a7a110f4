/// The titles, brands, categories and tags of a segment, to complete what a person types.
///
/// A phrase is found by the beginning of any of its words, and, when it is Chinese, by the beginning of its pinyin
/// ("xifashui") or of the initials of its pinyin ("xfs").
struct PhraseTable: Sendable, Equatable {
    let texts: TermTable
    let sources: [UInt8]
    let counts: [UInt32]
    /// All keys, each closed by a zero byte.
    private let keys: [UInt8]
    /// Places in `keys` where a match may begin, in the order of the bytes that follow; and whose they are.
    private let entries: [UInt32]
    private let entryPhrases: [UInt32]

    static let longestText = 96

    init(texts: TermTable, sources: [UInt8], counts: [UInt32], analyzer: Analyzer) {
        self.texts = texts
        self.sources = sources
        self.counts = counts
        var keys = KeyBuilder()
        for phrase in 0..<texts.count {
            keys.append(texts.string(phrase), phrase: UInt32(phrase), analyzer)
        }
        let bytes = keys.bytes
        let starts = keys.starts
        let order = bytes.withUnsafeBufferPointer { bytes in
            starts.indices.sorted { Self.precedes(bytes, Int(starts[$0]), Int(starts[$1])) }
        }
        self.keys = bytes
        entries = order.map { starts[$0] }
        entryPhrases = order.map { keys.phrases[$0] }
    }

    private static func precedes(_ keys: UnsafeBufferPointer<UInt8>, _ a: Int, _ b: Int) -> Bool {
        var offset = 0
        while keys[a + offset] == keys[b + offset], keys[a + offset] != 0 { offset += 1 }
        return keys[a + offset] < keys[b + offset]
    }

    /// A phrase that begins like the prefix, or has a word that does.
    struct Match {
        var phrase: Int
        /// Whether the phrase itself begins so.
        var atStart: Bool
    }

    /// The phrases that match a folded prefix. A very short prefix may match very many: only the first 20,000 places
    /// are looked at.
    func matches(prefix: [UInt8]) -> [Match] {
        guard !prefix.isEmpty else { return [] }
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if compare(entries[middle], prefix) < 0 { low = middle + 1 } else { high = middle }
        }
        var best: [UInt32: Bool] = [:]
        while low < entries.count, best.count < 20_000, compare(entries[low], prefix) == 0 {
            let start = Int(entries[low])
            let atStart = start == 0 || keys[start - 1] == 0
            best[entryPhrases[low]] = atStart || best[entryPhrases[low]] ?? false
            low += 1
        }
        return best.map { Match(phrase: Int($0), atStart: $1) }
    }

    /// -1, 0 or 1: the key before, beginning with, or after the prefix.
    private func compare(_ entry: UInt32, _ prefix: [UInt8]) -> Int {
        var place = Int(entry)
        for byte in prefix {
            let key = keys[place]
            if key != byte { return key < byte ? -1 : 1 }
            place += 1
        }
        return 0
    }
}

/// Makes the keys of phrases.
private struct KeyBuilder {
    var bytes: [UInt8] = []
    var starts: [UInt32] = []
    var phrases: [UInt32] = []

    private static let mostStarts = 12

    mutating func append(_ text: String, phrase: UInt32, _ analyzer: Analyzer) {
        analyzer.fold(text)
        let runs = analyzer.runs()
        var places: [Int] = []
        var pinyin = ""
        var initials = ""
        let begin = bytes.count
        for (index, run) in runs.enumerated() {
            if index > 0 { bytes.append(0x20) }
            places.append(bytes.count)
            switch run.script {
            case .spaced:
                bytes += analyzer.surface(of: run.range)
                pinyin += String(decoding: analyzer.surface(of: run.range), as: UTF8.self)
            case .unspaced:
                for start in analyzer.characterStarts(of: run.range).dropLast() {
                    if bytes.count > (places.last ?? 0) { places.append(bytes.count) }
                    bytes += analyzer.utf8(start..<start + analyzer.width(start))
                    let syllable = Analyzer.pinyin(CollectionOfOne(analyzer.units[start]))
                    pinyin += syllable
                    initials += syllable.prefix(1)
                }
            }
        }
        guard bytes.count > begin else { return }
        bytes.append(0)
        for place in places.prefix(Self.mostStarts) { add(UInt32(place), phrase) }
        guard !initials.isEmpty else { return }
        add(key: pinyin, phrase)
        if initials.utf8.count > 1 { add(key: initials, phrase) }
    }

    private mutating func add(key: String, _ phrase: UInt32) {
        add(UInt32(bytes.count), phrase)
        bytes += Array(key.utf8)
        bytes.append(0)
    }

    private mutating func add(_ place: UInt32, _ phrase: UInt32) {
        starts.append(place)
        phrases.append(phrase)
    }
}

/// Counts phrases as documents come.
struct PhraseTableBuilder {
    private var texts = TermTable()
    private var sources: [UInt8] = []
    private var counts: [UInt32] = []

    mutating func append(_ document: Document) {
        add(document.titleEnglish, .title, 1)
        add(document.titleChinese, .title, 1)
        add(document.brand, .brand, 1)
        for name in document.categoryNames { add(name, .category, 1) }
        for tag in document.tags { add(tag, .tag, 1) }
    }

    mutating func append(_ document: Int, of columns: Columns) {
        add(columns.text(document, .titleEnglish), .title, 1)
        add(columns.text(document, .titleChinese), .title, 1)
        add(columns.text(document, .brand), .brand, 1)
        for name in columns.text(document, .categoryNames).split(separator: "\n") { add(String(name), .category, 1) }
        for tag in columns.text(document, .tags).split(separator: "\n") { add(String(tag), .tag, 1) }
    }

    mutating func append(_ other: PhraseTable) {
        for phrase in 0..<other.texts.count {
            let source = Suggestion.Source(rawValue: other.sources[phrase]) ?? .title
            add(other.texts.string(phrase), source, other.counts[phrase])
        }
    }

    private mutating func add(_ text: String, _ source: Suggestion.Source, _ count: UInt32) {
        guard !text.isEmpty, text.utf8.count <= PhraseTable.longestText else { return }
        let place = texts.insert(text)
        if place == counts.count {
            counts.append(0)
            sources.append(source.rawValue)
        }
        counts[place] += count
    }

    func finished() -> PhraseTable {
        AnalyzerPool.shared.use { PhraseTable(texts: texts, sources: sources, counts: counts, analyzer: $0) }
    }
}
