/// The inverted lists of one segment, compressed.
///
/// A list is cut into blocks of 128 documents. Document numbers are stored as differences four positions back, packed
/// with the block's own number of bits in four lanes (SIMD-BP128 with D4: Lemire and Boytsov, "Decoding billions of
/// integers per second through vectorization", 2015). Each posting has an impact of one byte, the saturated BM25F
/// weight of the term in the document; each block knows its last document and largest impact, which lets a search
/// skip what can't reach the first page (Ding and Suel, "Faster top-k document retrieval using block-max indexes", 2011).
struct Postings: Sendable, Equatable {
    static let blockSize = 128

    /// Per term, the index of its first block; one more entry than terms.
    var firstBlock: [UInt32] = [0]
    /// Per term, how many documents contain it.
    var frequency: [UInt32] = []
    /// Per term, the largest impact.
    var maxImpact: [UInt8] = []

    /// Per block: the last document, the largest impact, the bits of a difference, where its data begin.
    var blockLast: [UInt32] = []
    var blockMax: [UInt8] = []
    var blockBits: [UInt8] = []
    var blockWords: [UInt32] = []
    var blockImpacts: [UInt32] = []

    var words: [SIMD4<UInt32>] = []
    var impacts: [UInt8] = []

    var termCount: Int { frequency.count }

    /// Set in a block's bits when all its impacts are the same and only one is stored.
    static let constantImpact: UInt8 = 0x80

    /// Appends the list of the next term. Documents must rise.
    mutating func append(documents: UnsafeBufferPointer<UInt32>, impacts: UnsafeBufferPointer<UInt8>) {
        frequency.append(UInt32(documents.count))
        maxImpact.append(impacts.max() ?? 0)
        var start = 0
        var previous: UInt32 = 0
        while start < documents.count {
            let end = min(start + Self.blockSize, documents.count)
            appendBlock(
                UnsafeBufferPointer(rebasing: documents[start..<end]),
                UnsafeBufferPointer(rebasing: impacts[start..<end]), after: previous)
            previous = documents[end - 1]
            start = end
        }
        firstBlock.append(UInt32(blockLast.count))
    }

    private mutating func appendBlock(
        _ documents: UnsafeBufferPointer<UInt32>, _ impacts: UnsafeBufferPointer<UInt8>, after previous: UInt32
    ) {
        let largest = impacts.max() ?? 0
        let constant = impacts.allSatisfy { $0 == largest }
        blockLast.append(documents[documents.count - 1])
        blockMax.append(largest)
        blockWords.append(UInt32(words.count))
        blockImpacts.append(UInt32(self.impacts.count))
        if constant {
            self.impacts.append(largest)
        } else {
            self.impacts.append(contentsOf: impacts)
        }
        // A lone document is its block's last one: nothing to store.
        let bits = documents.count == 1 ? 0 : pack(documents, after: previous)
        blockBits.append(UInt8(bits) | (constant ? Self.constantImpact : 0))
    }

    private mutating func pack(_ documents: UnsafeBufferPointer<UInt32>, after previous: UInt32) -> Int {
        let rows = (documents.count + 3) / 4
        var differences = [SIMD4<UInt32>](repeating: .zero, count: rows)
        var all: UInt32 = 0
        for index in documents.indices {
            let difference = documents[index] - (index < 4 ? previous : documents[index - 4])
            differences[index / 4][index % 4] = difference
            all |= difference
        }
        let bits = 32 - all.leadingZeroBitCount
        var word = SIMD4<UInt32>.zero
        var shift = 0
        for row in differences {
            word |= row &<< UInt32(shift)
            shift += bits
            if shift >= 32 {
                words.append(word)
                shift -= 32
                word = shift == 0 ? .zero : row &>> UInt32(bits - shift)
            }
        }
        if shift > 0 { words.append(word) }
        return bits
    }

    /// Number of documents in a block of a term.
    @inline(__always)
    static func size(block: Int, first: Int, frequency: Int) -> Int {
        min(blockSize, frequency - (block - first) * blockSize)
    }

    /// Unpacks the documents of one block. `out` has room for 128 and `words` may be read one vector past the block.
    @inline(__always)
    static func unpack(
        _ words: UnsafePointer<SIMD4<UInt32>>, bits: Int, count: Int, after previous: UInt32,
        into out: UnsafeMutablePointer<SIMD4<UInt32>>
    ) {
        let mask = SIMD4<UInt32>(repeating: bits == 32 ? .max : (1 << UInt32(bits)) - 1)
        var sum = SIMD4<UInt32>(repeating: previous)
        var source = words
        var word = source.pointee
        var shift = 0
        for row in 0..<(count + 3) / 4 {
            var value = word &>> UInt32(shift)
            shift += bits
            if shift >= 32 {
                shift -= 32
                source += 1
                word = source.pointee
                if shift > 0 { value |= word &<< UInt32(bits - shift) }
            }
            sum &+= value & mask
            out[row] = sum
        }
    }

    /// Appends the vector that ``unpack`` may read past the last block.
    mutating func finish() {
        words.append(.zero)
    }
}
