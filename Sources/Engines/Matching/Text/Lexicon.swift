/// The words of a segment as people write them, to correct a query's spelling with.
struct Lexicon: Sendable, Equatable {
    let words: TermTable
    /// How many documents contain each word.
    let counts: [UInt32]
    /// The letters of each word as bits 0…25, 0 for words of other scripts: most words are ruled out by this alone.
    private let letters: [UInt32]
    /// Chinese words by their toneless pinyin.
    private let pinyin: TermTable
    private let pinyinWords: [[UInt32]]

    init(words: TermTable, counts: [UInt32]) {
        self.words = words
        self.counts = counts
        letters = (0..<words.count).map { Self.letters(of: words.term($0)) }
        var pinyin = TermTable()
        var pinyinWords: [[UInt32]] = []
        for word in 0..<words.count where words.term(word).first.map({ $0 >= 0x80 }) ?? false {
            let key = Analyzer.pinyin(words.string(word).utf16)
            guard !key.isEmpty else { continue }
            let place = pinyin.insert(key)
            if place == pinyinWords.count { pinyinWords.append([]) }
            pinyinWords[place].append(UInt32(word))
        }
        self.pinyin = pinyin
        self.pinyinWords = pinyinWords
    }

    /// A word that might have been meant.
    struct Candidate: Equatable {
        var word: [UInt8]
        var distance: Int
        var count: Int
    }

    /// Words within an edit distance of `word`.
    func similar(to word: [UInt8], within limit: Int) -> [Candidate] {
        let wanted = Self.letters(of: word[...])
        guard wanted != 0 else { return [] }
        var result: [Candidate] = []
        for index in 0..<words.count {
            // One edit changes the set of letters by two at most.
            guard letters[index] != 0, (letters[index] ^ wanted).nonzeroBitCount <= 2 * limit else { continue }
            let range = words.range(index)
            guard abs(range.count - word.count) <= limit else { continue }
            let other = words.term(index)
            let distance = editDistance(word[...], other, limit: limit)
            guard distance > 0, distance <= limit else { continue }
            result.append(Candidate(word: Array(other), distance: distance, count: Int(counts[index])))
        }
        return result
    }

    /// Chinese words that are written like this in pinyin without tones and spaces.
    func words(pinyin key: String) -> [Candidate] {
        guard let place = pinyin.find(Array(key.utf8)) else { return [] }
        return pinyinWords[place].map {
            Candidate(word: Array(words.term(Int($0))), distance: 1, count: Int(counts[Int($0)]))
        }
    }

    private static func letters(of word: ArraySlice<UInt8>) -> UInt32 {
        var bits: UInt32 = 0
        for byte in word {
            guard byte &- 97 < 26 else { return 0 }
            bits |= 1 << UInt32(byte &- 97)
        }
        return bits
    }
}

/// Damerau's distance restricted to adjacent swaps (optimal string alignment); anything above `limit` is `limit + 1`.
func editDistance(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>, limit: Int) -> Int {
    let a = Array(a)
    let b = Array(b)
    guard abs(a.count - b.count) <= limit else { return limit + 1 }
    var before: [Int] = []
    var last = Array(0...b.count)
    var row = last
    for i in 0..<a.count {
        row[0] = i + 1
        var least = row[0]
        for j in 0..<b.count {
            var best = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, before[j - 1] + 1) }
            row[j + 1] = best
            least = min(least, best)
        }
        guard least <= limit else { return limit + 1 }
        before = last
        last = row
    }
    return min(last[b.count], limit + 1)
}

/// Counts the words of documents as they come.
struct LexiconBuilder {
    private var words = TermTable()
    private var counts: [UInt32] = []
    private var lastDocument: [UInt32] = []
    private var document: UInt32 = 0

    mutating func beginDocument() {
        document += 1
    }

    mutating func append(_ word: [UInt8]) {
        guard word.count >= 3, word.count <= 64 else { return }
        let index = word.withUnsafeBufferPointer { words.insert($0) }
        if index == counts.count {
            counts.append(0)
            lastDocument.append(0)
        }
        guard lastDocument[index] != document else { return }
        lastDocument[index] = document
        counts[index] += 1
    }

    mutating func append(_ other: Lexicon, where isAlive: ([UInt8]) -> Bool) {
        for index in 0..<other.words.count where isAlive(Array(other.words.term(index))) {
            let place = words.insert(other.words.term(index))
            if place == counts.count { counts.append(0) }
            counts[place] += other.counts[index]
        }
    }

    func finished() -> Lexicon {
        Lexicon(words: words, counts: counts)
    }
}
