import CICU
import CStemmer
import Synchronization

/// Turns text into terms: folded, split, stemmed.
///
/// Latin letters and digits: words at every non-alphanumeric, possessive dropped, English stem (Porter 2). A word that
/// mixes letters and digits gives itself and its parts. Chinese and other scripts without spaces: every character,
/// every overlapping pair, and the words of three and more characters that ICU finds. The pairs are what makes any
/// two-character query find its documents, whatever the dictionary thinks.
///
/// One thread at a time; take one from an ``AnalyzerPool``.
final class Analyzer {
    private let icu: OpaquePointer
    private let stemmer: OpaquePointer
    /// The folded text, in UTF-16 units; only the first `length` count.
    private(set) var units: [UInt16] = []
    private(set) var length = 0
    private var ends: [Int32] = []
    private var word: [UInt8] = []

    init() {
        // Both fail only when memory or ICU's data file is missing, and then nothing in this process can work.
        guard let icu = cicu_open() else { fatalError("ICU's data can't be loaded") }
        guard let stemmer = sb_stemmer_new("english", nil) else { fatalError("libstemmer has no English stemmer") }
        self.icu = icu
        self.stemmer = stemmer
    }

    deinit {
        cicu_close(icu)
        sb_stemmer_delete(stemmer)
    }

    /// Folds a text into ``units``.
    func fold(_ text: String) {
        var text = text
        text.withUTF8 { fold($0) }
    }

    func fold(_ utf8: UnsafeBufferPointer<UInt8>) {
        if units.count < utf8.count + 16 {
            units = [UInt16](repeating: 0, count: utf8.count * 2 + 64)
        }
        length = 0
        // ASCII needs no ICU: only capitals change.
        for (index, byte) in utf8.enumerated() {
            guard byte < 0x80 else { return foldWithICU(utf8) }
            units[index] = UInt16(byte &- 65 < 26 ? byte | 0x20 : byte)
        }
        length = utf8.count
    }

    /// Folds a text character by character and remembers where each unit came from.
    ///
    /// - Returns: for every unit, the UTF-8 offsets of its character in `text`.
    func foldKeepingPlaces(_ text: String) -> [Range<Int>] {
        var folded: [UInt16] = []
        var places: [Range<Int>] = []
        var offset = 0
        for character in text {
            let piece = String(character)
            let width = piece.utf8.count
            fold(piece)
            folded += units[..<length]
            places += [Range<Int>](repeating: offset..<offset + width, count: length)
            offset += width
        }
        units = folded + [UInt16](repeating: 0, count: 16)
        length = folded.count
        return places
    }

    private func foldWithICU(_ utf8: UnsafeBufferPointer<UInt8>) {
        utf8.withMemoryRebound(to: CChar.self) { text in
            for _ in 0..<2 {
                let needed = cicu_fold(icu, text.baseAddress, Int32(text.count), &units, Int32(units.count))
                if needed <= units.count {
                    length = Int(max(0, needed))
                    return
                }
                units = [UInt16](repeating: 0, count: Int(needed) + 64)
            }
        }
    }

    /// The word boundaries of a range of ``units``, as ends relative to the whole text.
    func wordEnds(in range: Range<Int>) -> [Int] {
        if ends.count < range.count { ends = [Int32](repeating: 0, count: range.count * 2) }
        let count = units.withUnsafeBufferPointer { units in
            guard let base = units.baseAddress else { return Int32(0) }
            return cicu_word_ends(icu, base + range.lowerBound, Int32(range.count), &ends, Int32(ends.count))
        }
        return ends.prefix(Int(max(0, count))).map { Int($0) + range.lowerBound }
    }

    /// The stem of a folded word, as UTF-8. Words with digits and of other scripts stay as they are.
    func stem(_ word: [UInt8]) -> [UInt8] {
        guard word.count > 2, word.allSatisfy({ $0 &- 97 < 26 }) else { return word }
        guard let stem = sb_stemmer_stem(stemmer, word, Int32(word.count)) else { return word }
        return Array(UnsafeBufferPointer(start: stem, count: Int(sb_stemmer_length(stemmer))))
    }

    /// UTF-8 of a range of ``units``.
    func utf8(_ range: Range<Int>) -> [UInt8] {
        word.removeAll(keepingCapacity: true)
        var index = range.lowerBound
        while index < range.upperBound {
            let unit = units[index]
            index += 1
            if unit < 0x80 {
                word.append(UInt8(unit))
            } else if unit < 0x800 {
                word.append(UInt8(0xC0 | unit >> 6))
                word.append(UInt8(0x80 | unit & 0x3F))
            } else if UTF16.isLeadSurrogate(unit), index < range.upperBound {
                let scalar = 0x10000 + (UInt32(unit & 0x3FF) << 10 | UInt32(units[index] & 0x3FF))
                index += 1
                word.append(UInt8(0xF0 | scalar >> 18))
                word.append(UInt8(0x80 | scalar >> 12 & 0x3F))
                word.append(UInt8(0x80 | scalar >> 6 & 0x3F))
                word.append(UInt8(0x80 | scalar & 0x3F))
            } else {
                word.append(UInt8(0xE0 | unit >> 12))
                word.append(UInt8(0x80 | unit >> 6 & 0x3F))
                word.append(UInt8(0x80 | unit & 0x3F))
            }
        }
        return word
    }

    /// Pinyin of a folded text without tones and spaces, "" when a character has none.
    static func pinyin(_ text: some Sequence<UInt16>) -> String {
        var result = ""
        for unit in text {
            guard let syllable = cicu_pinyin(unit), syllable.pointee != 0 else { return "" }
            result += String(cString: syllable)
        }
        return result
    }
}

/// Analyzers to share between threads.
final class AnalyzerPool: Sendable {
    // An analyzer is reachable either from the pool, behind its lock, or from the one call that took it out: it never
    // is in two threads at once. That is the proof for `Box`.
    private struct Box: @unchecked Sendable {
        let analyzer: Analyzer
    }

    private let idle = Mutex<[Box]>([])

    static let shared = AnalyzerPool()

    /// Runs `body` with an analyzer that nobody else holds.
    func use<Value>(_ body: (Analyzer) throws -> Value) rethrows -> Value {
        let box = idle.withLock { $0.popLast() } ?? Box(analyzer: Analyzer())
        defer { idle.withLock { if $0.count < 64 { $0.append(box) } } }
        return try body(box.analyzer)
    }
}
