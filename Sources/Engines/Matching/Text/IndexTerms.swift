/// Takes what a text gives to the index.
protocol TermSink {
    /// A term, with the units of the folded text that it came from.
    mutating func term(_ term: [UInt8], _ units: Range<Int>)
    /// A word as a person would write it, for spelling.
    mutating func word(_ word: [UInt8])
}

extension Analyzer {
    /// Analyzes a text for the index and returns its length in words and characters.
    func index(_ text: String, into sink: inout some TermSink) -> Int {
        fold(text)
        return indexFolded(into: &sink)
    }

    /// Analyzes what is in ``units``.
    func indexFolded(into sink: inout some TermSink) -> Int {
        var count = 0
        for run in runs() {
            switch run.script {
            case .spaced: count += indexSpaced(run.range, &sink)
            case .unspaced: count += indexUnspaced(run.range, &sink)
            }
        }
        return count
    }

    /// Characters in a row that the dictionary doesn't join are taken for a word that it doesn't know, up to so many.
    private static let longestUnknownWord = 4

    private func indexSpaced(_ range: Range<Int>, _ sink: inout some TermSink) -> Int {
        let surface = surface(of: range)
        let parts = parts(of: range)
        guard !parts.isEmpty else {
            sink.term(stem(surface), range)
            sink.word(surface)
            return 1
        }
        sink.term(surface, range)
        for part in parts {
            let bytes = self.surface(of: part)
            sink.term(stem(bytes), part)
        }
        return parts.count
    }

    private func indexUnspaced(_ range: Range<Int>, _ sink: inout some TermSink) -> Int {
        let starts = characterStarts(of: range)
        let count = starts.count - 1
        for index in 0..<count {
            sink.term(utf8(starts[index]..<starts[index + 1]), starts[index]..<starts[index + 1])
            if index + 2 <= count {
                sink.term(utf8(starts[index]..<starts[index + 2]), starts[index]..<starts[index + 2])
            }
        }
        guard count > 1 else { return count }
        let isShort = count <= Self.longestUnknownWord
        if isShort { sink.word(utf8(range)) }
        var start = range.lowerBound
        var singles = start
        func endSingles(_ end: Int) {
            let length = end - singles
            if length >= 2, length <= Self.longestUnknownWord, !isShort { sink.word(utf8(singles..<end)) }
        }
        for end in wordEnds(in: range) {
            // Two characters are a pair already.
            if end - start >= 3 { sink.term(utf8(start..<end), start..<end) }
            if end - start >= 2 {
                endSingles(start)
                singles = end
                if !isShort { sink.word(utf8(start..<end)) }
            }
            start = end
        }
        endSingles(range.upperBound)
        return count
    }
}

/// One word of a query with the terms that stand for it.
struct QueryWord: Equatable {
    /// The word as folded text.
    var surface: [UInt8]
    /// All of these have to be in a document that contains the word.
    var required: [[UInt8]]
    /// These only raise the score.
    var optional: [[UInt8]]
    var script: Run.Script
    /// Whether white space or punctuation stood before it in the query.
    var startsRun: Bool
}

extension Analyzer {
    /// The most words of a query that are looked at; the rest is dropped, so that a pasted book costs nothing.
    static let longestQuery = 32

    /// Analyzes the text of a query.
    func queryWords(_ text: String) -> [QueryWord] {
        fold(text)
        var words: [QueryWord] = []
        for run in runs() {
            switch run.script {
            case .spaced: words.append(queryWord(spaced: run.range))
            case .unspaced: words += queryWords(unspaced: run.range)
            }
            if words.count >= Self.longestQuery { break }
        }
        return Self.relaxed(Array(words.prefix(Self.longestQuery)))
    }

    private func queryWord(spaced range: Range<Int>) -> QueryWord {
        let surface = surface(of: range)
        let parts = parts(of: range).map { stem(self.surface(of: $0)) }
        guard !parts.isEmpty else {
            return QueryWord(
                surface: surface, required: [stem(surface)], optional: [], script: .spaced, startsRun: true)
        }
        return QueryWord(surface: surface, required: parts, optional: [surface], script: .spaced, startsRun: true)
    }

    /// A stretch of Chinese: the pairs inside each word are required, the word itself is a bonus. Single characters
    /// next to each other form pairs, since the dictionary may just not know the word.
    private func queryWords(unspaced range: Range<Int>) -> [QueryWord] {
        let starts = characterStarts(of: range)
        if starts.count <= 3 { return [queryWord(unspaced: starts, startsRun: true)] }
        var words: [QueryWord] = []
        var pending: [Int] = []
        func flush(_ end: Int) {
            guard !pending.isEmpty else { return }
            words.append(queryWord(unspaced: pending + [end], startsRun: words.isEmpty))
            pending = []
        }
        var start = range.lowerBound
        for end in wordEnds(in: range) {
            let characters = starts.filter { $0 >= start && $0 < end }
            if characters.count == 1 {
                pending += characters
            } else {
                flush(start)
                words.append(queryWord(unspaced: characters + [end], startsRun: words.isEmpty))
            }
            start = end
        }
        flush(range.upperBound)
        return words
    }

    private func queryWord(unspaced starts: [Int], startsRun: Bool) -> QueryWord {
        let count = starts.count - 1
        let surface = utf8(starts[0]..<starts[count])
        var pairs: [[UInt8]] = []
        for index in 0..<max(1, count - 1) {
            let pair = utf8(starts[index]..<starts[min(index + 2, count)])
            if !pairs.contains(pair) { pairs.append(pair) }
        }
        return QueryWord(
            surface: surface, required: pairs, optional: count >= 3 ? [surface] : [], script: .unspaced,
            startsRun: startsRun)
    }

    /// Words that carry no meaning of their own are not required beside others: English function words, and single
    /// Chinese characters inside a longer stretch (的, 和).
    private static func relaxed(_ words: [QueryWord]) -> [QueryWord] {
        func isWeak(_ index: Int) -> Bool {
            let word = words[index]
            switch word.script {
            case .spaced:
                return functionWords.contains(word.surface)
            case .unspaced:
                let single = word.required.count == 1 && word.required[0].count <= 4 && word.surface.count <= 4
                let inside = !word.startsRun || (index + 1 < words.count && !words[index + 1].startsRun)
                return single && inside
            }
        }
        let weak = words.indices.map(isWeak)
        guard weak.contains(false) else { return words }
        return zip(words, weak).map { word, weak in
            guard weak else { return word }
            var word = word
            word.optional = word.required + word.optional
            word.required = []
            return word
        }
    }

    private static let functionWords: Set<[UInt8]> = Set(
        ["a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"].map {
            Array($0.utf8)
        })
}
