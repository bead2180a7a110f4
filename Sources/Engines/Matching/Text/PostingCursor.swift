/// A position in one inverted list. It points into its segment, which the search keeps alive.
struct PostingCursor {
    static let end = UInt32.max

    private let blockLast: UnsafePointer<UInt32>
    private let blockMax: UnsafePointer<UInt8>
    private let blockBits: UnsafePointer<UInt8>
    private let blockWords: UnsafePointer<UInt32>
    private let blockImpacts: UnsafePointer<UInt32>
    private let words: UnsafePointer<SIMD4<UInt32>>
    private let impacts: UnsafePointer<UInt8>
    private let first: Int
    private let blockEnd: Int
    let frequency: Int
    /// What an impact is multiplied by: the term's inverse document frequency in fixed point.
    let weight: UInt32
    /// The largest score of the whole list.
    let bound: UInt32

    /// The block that the next operations look at, and the one that is unpacked.
    private(set) var block: Int
    private var unpacked = -1
    private(set) var count = 0
    private(set) var position = 0
    let documents: UnsafeMutablePointer<UInt32>

    /// The document at the cursor, ``end`` after the last one.
    private(set) var document: UInt32 = 0

    /// - Parameter buffer: room for 132 numbers, aligned to 16 bytes, that lives as long as the cursor.
    init(_ lists: PostingPointers, term: Int, weight: UInt32, buffer: UnsafeMutablePointer<UInt32>) {
        blockLast = lists.blockLast
        blockMax = lists.blockMax
        blockBits = lists.blockBits
        blockWords = lists.blockWords
        blockImpacts = lists.blockImpacts
        words = lists.words
        impacts = lists.impacts
        first = Int(lists.firstBlock[term])
        blockEnd = Int(lists.firstBlock[term + 1])
        frequency = Int(lists.frequency[term])
        self.weight = weight
        bound = weight * UInt32(lists.maxImpact[term])
        block = first
        documents = buffer
    }

    /// Moves the block pointer, without unpacking, to the block that could hold `target`. False past the end.
    @inline(__always)
    mutating func skip(to target: UInt32) -> Bool {
        while block < blockEnd, blockLast[block] < target { block += 1 }
        return block < blockEnd
    }

    /// The largest score within the current block.
    @inline(__always)
    var blockBound: UInt32 { weight * UInt32(blockMax[block]) }

    /// The last document of the current block.
    @inline(__always)
    var lastOfBlock: UInt32 { block < blockEnd ? blockLast[block] : Self.end }

    /// The largest score over all documents in `target..<limit`, looking at block heads only.
    @inline(__always)
    mutating func bound(from target: UInt32, to limit: UInt32) -> UInt32 {
        guard skip(to: target) else { return 0 }
        var largest: UInt8 = 0
        var index = block
        // The block that crosses the limit counts too.
        while index < blockEnd {
            largest = max(largest, blockMax[index])
            if blockLast[index] >= limit { break }
            index += 1
        }
        return weight * UInt32(largest)
    }

    /// Moves to the first document at or after `target`.
    @inline(__always)
    mutating func advance(to target: UInt32) {
        guard skip(to: target) else {
            document = Self.end
            return
        }
        if unpacked != block { unpack() }
        while documents[position] < target { position += 1 }
        document = documents[position]
    }

    /// Moves to the next document.
    @inline(__always)
    mutating func next() {
        position += 1
        if position < count {
            document = documents[position]
        } else {
            block += 1
            guard block < blockEnd else {
                document = Self.end
                return
            }
            unpack()
            document = documents[0]
        }
    }

    /// The score of the current document.
    @inline(__always)
    var score: UInt32 {
        let start = impacts + Int(blockImpacts[block])
        let constant = blockBits[block] & Postings.constantImpact != 0
        return weight * UInt32(constant ? start[0] : start[position])
    }

    /// Adds the score of every document in `base..<limit`, plus `tick`, to `sums[document - base]`, and moves behind.
    @inline(__always)
    mutating func accumulate(from base: UInt32, to limit: UInt32, tick: UInt64, into sums: UnsafeMutablePointer<UInt64>)
    {
        guard skip(to: base) else { return }
        while true {
            if unpacked != block { unpack() }
            while documents[position] < base { position += 1 }
            let start = impacts + Int(blockImpacts[block])
            let whole = blockLast[block] < limit
            var index = position
            if blockBits[block] & Postings.constantImpact != 0 {
                let value = tick + UInt64(weight * UInt32(start[0]))
                while index < count, whole || documents[index] < limit {
                    sums[Int(documents[index] - base)] &+= value
                    index += 1
                }
            } else {
                while index < count, whole || documents[index] < limit {
                    sums[Int(documents[index] - base)] &+= tick + UInt64(weight * UInt32(start[index]))
                    index += 1
                }
            }
            position = index
            guard whole else { return }
            block += 1
            guard block < blockEnd else { return }
        }
    }

    private mutating func unpack() {
        count = Postings.size(block: block, first: first, frequency: frequency)
        let bits = Int(blockBits[block] & ~Postings.constantImpact)
        if bits == 0 {
            documents[0] = blockLast[block]
        } else {
            let previous = block == first ? 0 : blockLast[block - 1]
            documents.withMemoryRebound(to: SIMD4<UInt32>.self, capacity: 33) { out in
                Postings.unpack(words + Int(blockWords[block]), bits: bits, count: count, after: previous, into: out)
            }
        }
        unpacked = block
        position = 0
    }
}

/// Bare pointers to the lists of a segment, valid inside ``Segment/withPostings(_:)``.
struct PostingPointers {
    let firstBlock: UnsafePointer<UInt32>
    let frequency: UnsafePointer<UInt32>
    let maxImpact: UnsafePointer<UInt8>
    let blockLast: UnsafePointer<UInt32>
    let blockMax: UnsafePointer<UInt8>
    let blockBits: UnsafePointer<UInt8>
    let blockWords: UnsafePointer<UInt32>
    let blockImpacts: UnsafePointer<UInt32>
    let words: UnsafePointer<SIMD4<UInt32>>
    let impacts: UnsafePointer<UInt8>
}
