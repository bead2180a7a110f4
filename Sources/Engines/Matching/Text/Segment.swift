/// A part of the index that never changes once it is built: terms, inverted lists, columns, words and suggestions of
/// some thousands of documents.
final class Segment: Sendable {
    let terms: TermTable
    let postings: Postings
    let columns: Columns
    let lexicon: Lexicon
    let phrases: PhraseTable
    /// The documents in the order of their ids, to find one by id.
    private let byID: [UInt32]

    init(terms: TermTable, postings: Postings, columns: Columns, lexicon: Lexicon, phrases: PhraseTable) {
        self.terms = terms
        self.postings = postings
        self.columns = columns
        self.lexicon = lexicon
        self.phrases = phrases
        byID = (0..<UInt32(columns.count)).sorted { columns.ids[Int($0)] < columns.ids[Int($1)] }
    }

    var count: Int { columns.count }

    /// The place of a document, by binary search.
    func find(_ id: UInt128) -> Int? {
        var low = 0
        var high = byID.count
        while low < high {
            let middle = (low + high) / 2
            if columns.ids[Int(byID[middle])] < id { low = middle + 1 } else { high = middle }
        }
        guard low < byID.count, columns.ids[Int(byID[low])] == id else { return nil }
        return Int(byID[low])
    }

    /// Runs `body` with bare pointers to the lists: the inner loops of a search read them billions of times.
    func withPostings<Value>(_ body: (PostingPointers) -> Value) -> Value {
        let lists = postings
        return lists.firstBlock.withUnsafeBufferPointer { firstBlock in
            lists.frequency.withUnsafeBufferPointer { frequency in
                lists.maxImpact.withUnsafeBufferPointer { maxImpact in
                    lists.blockLast.withUnsafeBufferPointer { blockLast in
                        lists.blockMax.withUnsafeBufferPointer { blockMax in
                            lists.blockBits.withUnsafeBufferPointer { blockBits in
                                lists.blockWords.withUnsafeBufferPointer { blockWords in
                                    lists.blockImpacts.withUnsafeBufferPointer { blockImpacts in
                                        lists.words.withUnsafeBufferPointer { words in
                                            lists.impacts.withUnsafeBufferPointer { impacts in
                                                // No array is empty where a term exists, and without terms nothing
                                                // below is read.
                                                body(
                                                    PostingPointers(
                                                        firstBlock: firstBlock.baseAddress.unsafelyUnwrapped,
                                                        frequency: frequency.baseAddress.unsafelyUnwrapped,
                                                        maxImpact: maxImpact.baseAddress.unsafelyUnwrapped,
                                                        blockLast: blockLast.baseAddress.unsafelyUnwrapped,
                                                        blockMax: blockMax.baseAddress.unsafelyUnwrapped,
                                                        blockBits: blockBits.baseAddress.unsafelyUnwrapped,
                                                        blockWords: blockWords.baseAddress.unsafelyUnwrapped,
                                                        blockImpacts: blockImpacts.baseAddress.unsafelyUnwrapped,
                                                        words: words.baseAddress.unsafelyUnwrapped,
                                                        impacts: impacts.baseAddress.unsafelyUnwrapped))
                                            }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The documents and impacts of one term, unpacked: for merging, where speed of single steps doesn't matter.
    func unpackedPostings(of term: Int) -> [(document: UInt32, impact: UInt8)] {
        withPostings { lists in
            withUnsafeTemporaryAllocation(byteCount: 132 * 4, alignment: 16) { memory in
                let buffer = memory.bindMemory(to: UInt32.self).baseAddress.unsafelyUnwrapped
                var cursor = PostingCursor(lists, term: term, weight: 1, buffer: buffer)
                var result: [(document: UInt32, impact: UInt8)] = []
                result.reserveCapacity(cursor.frequency)
                cursor.advance(to: 0)
                while cursor.document != PostingCursor.end {
                    result.append((cursor.document, UInt8(truncatingIfNeeded: cursor.score)))
                    cursor.next()
                }
                return result
            }
        }
    }
}

/// A segment as one snapshot sees it: with the documents that have been removed or replaced since.
struct SegmentView: Sendable {
    let segment: Segment
    private(set) var deleted: [UInt64] = []
    private(set) var liveCount: Int

    init(_ segment: Segment) {
        self.segment = segment
        liveCount = segment.count
    }

    @inline(__always)
    func isLive(_ document: Int) -> Bool {
        deleted.isEmpty || deleted[document >> 6] & (1 << UInt64(document & 63)) == 0
    }

    mutating func delete(_ document: Int) {
        if deleted.isEmpty { deleted = [UInt64](repeating: 0, count: (segment.count + 63) / 64) }
        guard isLive(document) else { return }
        deleted[document >> 6] |= 1 << UInt64(document & 63)
        liveCount -= 1
    }
}
