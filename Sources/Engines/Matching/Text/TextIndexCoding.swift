extension TextIndex {
    /// "QYTX" and the version of the format.
    private static let mark: [UInt8] = [0x51, 0x59, 0x54, 0x58, 1]

    /// The whole index as bytes, for a snapshot on disk. Removed documents that were not compacted away are skipped.
    public func encode() -> [UInt8] {
        var snapshot = snapshot
        if snapshot.views.contains(where: { $0.liveCount < $0.segment.count }) {
            snapshot.views = [SegmentView(SegmentMerger.merge(snapshot.views))]
        }
        var writer = ByteWriter()
        configuration.write(to: &writer)
        writer.write(UInt64(snapshot.synonyms.texts.count))
        for set in snapshot.synonyms.texts {
            writer.write(UInt64(set.count))
            for text in set { writer.write(text) }
        }
        writer.write(UInt64(snapshot.views.count))
        for view in snapshot.views { view.segment.write(to: &writer) }
        var sum = ByteWriter()
        sum.write(checksum(writer.bytes))
        return Self.mark + sum.bytes + writer.bytes
    }

    /// Reads what ``encode()`` made.
    ///
    /// - Throws: ``TextIndexProblem`` when the bytes are of another format, torn or inconsistent.
    public convenience init(encoded bytes: [UInt8]) throws(TextIndexProblem) {
        guard bytes.starts(with: Self.mark) else { throw .unknownFormat }
        let head = Self.mark.count + 16
        guard bytes.count >= head else { throw .damaged }
        var sum = ByteReader(bytes[Self.mark.count..<head])
        guard try sum.number(of: UInt64.self) == checksum(bytes[head...]) else { throw .damaged }
        var reader = ByteReader(bytes[head...])
        let configuration = try Configuration(from: &reader)
        var snapshot = Snapshot()
        snapshot.synonyms = try Self.synonyms(from: &reader)
        for _ in 0..<(try reader.number(of: UInt64.self)) {
            snapshot.views.append(SegmentView(try Segment(from: &reader)))
        }
        guard reader.isAtEnd else { throw .damaged }
        self.init(configuration: configuration, snapshot: snapshot)
    }

    private static func synonyms(from reader: inout ByteReader) throws(TextIndexProblem) -> Synonyms {
        var sets: [[String]] = []
        for _ in 0..<(try reader.number(of: UInt64.self)) {
            var set: [String] = []
            for _ in 0..<(try reader.number(of: UInt64.self)) { set.append(try reader.string()) }
            sets.append(set)
        }
        var synonyms = Synonyms()
        AnalyzerPool.shared.use { analyzer in
            for set in sets { synonyms.add(set, analyzer) }
        }
        return synonyms
    }
}

extension Configuration {
    func write(to writer: inout ByteWriter) {
        writer.write(fields.flatMap { [$0.weight, $0.lengthNormalization, $0.pivotLength] })
        writer.write([saturation, popularityShare, personalShare])
        writer.write(Int64(rerankDepth))
    }

    init(from reader: inout ByteReader) throws(TextIndexProblem) {
        let weights: [Float] = try reader.array()
        let shares: [Float] = try reader.array()
        let depth: Int64 = try reader.number()
        guard weights.count == 3 * Field.allCases.count, shares.count == 3, let depth = Int(exactly: depth) else {
            throw .damaged
        }
        let fields = Field.allCases.indices.map {
            FieldWeight(
                weight: weights[3 * $0], lengthNormalization: weights[3 * $0 + 1], pivotLength: weights[3 * $0 + 2])
        }
        self.init(
            fields: fields, saturation: shares[0], popularityShare: shares[1], personalShare: shares[2],
            rerankDepth: depth)
    }
}

extension Segment {
    func write(to writer: inout ByteWriter) {
        writer.write(terms)
        postings.write(to: &writer)
        columns.write(to: &writer)
        writer.write(lexicon.words)
        writer.write(lexicon.counts)
        writer.write(phrases.texts)
        writer.write(phrases.sources)
        writer.write(phrases.counts)
    }

    convenience init(from reader: inout ByteReader) throws(TextIndexProblem) {
        let terms = try reader.table()
        let postings = try Postings(from: &reader)
        let columns = try Columns(from: &reader)
        guard postings.isConsistent(termCount: terms.count, documentCount: columns.count) else { throw .damaged }
        let words = try reader.table()
        let counts: [UInt32] = try reader.array()
        let texts = try reader.table()
        let sources: [UInt8] = try reader.array()
        let phraseCounts: [UInt32] = try reader.array()
        guard counts.count == words.count, sources.count == texts.count, phraseCounts.count == texts.count else {
            throw .damaged
        }
        let phrases = AnalyzerPool.shared.use {
            PhraseTable(texts: texts, sources: sources, counts: phraseCounts, analyzer: $0)
        }
        self.init(
            terms: terms, postings: postings, columns: columns, lexicon: Lexicon(words: words, counts: counts),
            phrases: phrases)
    }
}

extension Postings {
    func write(to writer: inout ByteWriter) {
        writer.write(firstBlock)
        writer.write(frequency)
        writer.write(maxImpact)
        writer.write(blockLast)
        writer.write(blockMax)
        writer.write(blockBits)
        writer.write(blockWords)
        writer.write(blockImpacts)
        writer.write(words)
        writer.write(impacts)
    }

    init(from reader: inout ByteReader) throws(TextIndexProblem) {
        firstBlock = try reader.array()
        frequency = try reader.array()
        maxImpact = try reader.array()
        blockLast = try reader.array()
        blockMax = try reader.array()
        blockBits = try reader.array()
        blockWords = try reader.array()
        blockImpacts = try reader.array()
        words = try reader.array()
        impacts = try reader.array()
    }

    /// Whether a search can read every list without leaving an array: the cursors don't check.
    func isConsistent(termCount: Int, documentCount: Int) -> Bool {
        let blocks = blockLast.count
        guard
            frequency.count == termCount, maxImpact.count == termCount, firstBlock.count == termCount + 1,
            firstBlock.first == 0, firstBlock.last.map(Int.init) == blocks, blockMax.count == blocks,
            blockBits.count == blocks, blockWords.count == blocks, blockImpacts.count == blocks, !words.isEmpty
        else { return false }
        for term in 0..<termCount {
            let first = Int(firstBlock[term])
            let end = Int(firstBlock[term + 1])
            let size = Int(frequency[term])
            guard size > 0, first < end, end <= blocks, end - first == (size + Self.blockSize - 1) / Self.blockSize
            else { return false }
            for block in first..<end {
                let previous = block == first ? nil : blockLast[block - 1]
                let count = Self.size(block: block, first: first, frequency: size)
                guard isConsistent(block: block, count: count, after: previous, documentCount) else { return false }
            }
        }
        return true
    }

    private func isConsistent(block: Int, count: Int, after previous: UInt32?, _ documentCount: Int) -> Bool {
        let bits = Int(blockBits[block] & ~Self.constantImpact)
        let isConstant = blockBits[block] & Self.constantImpact != 0
        let packed = ((count + 3) / 4 * bits + 31) / 32
        guard
            bits <= 32, Int(blockLast[block]) < documentCount, Int(blockWords[block]) + packed < words.count,
            Int(blockImpacts[block]) + (isConstant ? 1 : count) <= impacts.count
        else { return false }
        guard bits > 0 else { return count == 1 && previous.map { $0 < blockLast[block] } ?? true }
        var documents = [SIMD4<UInt32>](repeating: .zero, count: 33)
        documents.withUnsafeMutableBufferPointer { out in
            words.withUnsafeBufferPointer { words in
                guard let words = words.baseAddress, let out = out.baseAddress else { return }
                Self.unpack(
                    words + Int(blockWords[block]), bits: bits, count: count, after: previous ?? 0, into: out)
            }
        }
        var last = previous.map(Int64.init) ?? -1
        for index in 0..<count {
            let document = Int64(documents[index / 4][index % 4])
            guard document > last else { return false }
            last = document
        }
        return last == Int64(blockLast[block])
    }
}

extension Columns {
    func write(to writer: inout ByteWriter) {
        writer.write(ids)
        writer.write(kinds)
        writer.write(languages)
        writer.write(flags)
        writer.write(prices)
        writer.write(popularity)
        writer.write(createdAt)
        writer.write(sales)
        writer.write(shopTable)
        writer.write(shops)
        writer.write(brandTable)
        writer.write(brands)
        writer.write(categoryTable)
        writer.write(categoryEnds)
        writer.write(categories)
        writer.write(text)
        writer.write(textEnds)
    }

    init(from reader: inout ByteReader) throws(TextIndexProblem) {
        ids = try reader.array()
        kinds = try reader.array()
        languages = try reader.array()
        flags = try reader.array()
        prices = try reader.array()
        popularity = try reader.array()
        createdAt = try reader.array()
        sales = try reader.array()
        shopTable = try reader.array()
        shops = try reader.array()
        brandTable = try reader.table()
        brands = try reader.array()
        categoryTable = try reader.table()
        categoryEnds = try reader.array()
        categories = try reader.array()
        text = try reader.array()
        textEnds = try reader.array()
        guard isConsistent else { throw .damaged }
    }

    private var isConsistent: Bool {
        func rises(_ ends: [UInt32], to count: Int) -> Bool {
            zip(ends, ends.dropFirst()).allSatisfy { $0 <= $1 } && Int(ends.last ?? 0) == count
        }
        let counts = [
            kinds.count, languages.count, flags.count, prices.count, popularity.count, createdAt.count, sales.count,
            shops.count, brands.count, categoryEnds.count,
        ]
        return counts.allSatisfy { $0 == count } && textEnds.count == count * Field.allCases.count
            && kinds.allSatisfy { Document.Kind(rawValue: $0) != nil }
            && languages.allSatisfy { Document.Language(rawValue: $0) != nil }
            && shops.allSatisfy { Int($0) <= shopTable.count } && brands.allSatisfy { Int($0) <= brandTable.count }
            && categories.allSatisfy { $0 > 0 && Int($0) <= categoryTable.count }
            && rises(categoryEnds, to: categories.count) && rises(textEnds, to: text.count)
    }
}
