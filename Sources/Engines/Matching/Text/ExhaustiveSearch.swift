/// Evaluates a query on one segment completely: every match with its score, in the order of documents.
///
/// Works through the documents in windows that fit the first-level cache. Within a window each list adds its scores to
/// an array: term at a time inside, document at a time outside.
struct ExhaustiveSearch {
    static let window = 2_048
    /// Matched groups are counted above the bits of the score.
    private static let tick: UInt64 = 1 << 40
    private static let scoreMask: UInt64 = tick - 1

    private struct Group {
        var alternatives: [[PostingCursor]]
        var tick: UInt64
        /// Without choice the scores can be added in place.
        var isSimple: Bool
    }

    private var groups: [Group] = []
    private var exact: PostingCursor?
    private let needed: UInt64
    private let requiresAll: Bool
    private let count: Int
    private let sums: UnsafeMutablePointer<UInt64>
    private let part: UnsafeMutablePointer<UInt64>
    private let best: UnsafeMutablePointer<UInt64>
    private let memory: CursorMemory

    /// - Parameter memory: lives as long as the search.
    init(_ plan: ResolvedPlan, _ segment: Segment, _ lists: PostingPointers, requiresAll: Bool, memory: CursorMemory) {
        self.memory = memory
        self.requiresAll = requiresAll
        count = segment.count
        sums = memory.sums(0)
        part = memory.sums(1)
        best = memory.sums(2)
        needed = UInt64(plan.groups.count { $0.isRequired })
        for group in plan.groups {
            let cursors = group.alternatives.map { terms in
                terms.map { PostingCursor(lists, term: $0.id, weight: $0.weight, buffer: memory.next()) }
            }
            groups.append(
                Group(
                    alternatives: cursors, tick: requiresAll && !group.isRequired ? 0 : Self.tick,
                    isSimple: cursors.count == 1 && cursors[0].count == 1))
        }
        exact = plan.exact.map {
            PostingCursor(lists, term: $0, weight: Scoring.exactBonus / 255, buffer: memory.next())
        }
        // The rarest required group leads: windows without it are skipped.
        groups.sort { $0.tick > $1.tick }
    }

    /// Calls `body` with every match.
    mutating func run(_ body: (Int, UInt32) -> Void) {
        var base = 0
        while base < count {
            let limit = min(base + Self.window, count)
            if fill(UInt32(base), UInt32(limit)) {
                for offset in 0..<limit - base where isMatch(sums[offset]) {
                    body(base + offset, UInt32(truncatingIfNeeded: sums[offset] & Self.scoreMask))
                }
            }
            base = limit
        }
    }

    @inline(__always)
    private func isMatch(_ sum: UInt64) -> Bool {
        requiresAll && needed > 0 ? sum / Self.tick == needed : sum & ~Self.scoreMask != 0 || (requiresAll && sum != 0)
    }

    /// Adds up one window. False if nothing there can match.
    private mutating func fill(_ base: UInt32, _ limit: UInt32) -> Bool {
        if requiresAll {
            for index in groups.indices where groups[index].tick != 0 && groups[index].isSimple {
                let isThere = groups[index].alternatives[0][0].skip(to: base)
                guard isThere else { return false }
            }
        }
        sums.update(repeating: 0, count: Self.window)
        for index in groups.indices {
            if groups[index].isSimple {
                groups[index].alternatives[0][0].accumulate(from: base, to: limit, tick: groups[index].tick, into: sums)
            } else {
                fillChoice(index, base, limit)
            }
        }
        exact?.accumulate(from: base, to: limit, tick: 0, into: sums)
        return true
    }

    private mutating func fillChoice(_ index: Int, _ base: UInt32, _ limit: UInt32) {
        best.update(repeating: 0, count: Self.window)
        for alternative in groups[index].alternatives.indices {
            part.update(repeating: 0, count: Self.window)
            let terms = groups[index].alternatives[alternative].count
            for term in 0..<terms {
                groups[index].alternatives[alternative][term].accumulate(
                    from: base, to: limit, tick: Self.tick, into: part)
            }
            for offset in 0..<Self.window where part[offset] / Self.tick == UInt64(terms) {
                best[offset] = max(best[offset], part[offset] & Self.scoreMask)
            }
        }
        let tick = groups[index].tick
        for offset in 0..<Self.window where best[offset] != 0 {
            sums[offset] += best[offset] + tick
        }
    }
}

/// Memory for the cursors of one search, freed as a whole.
final class CursorMemory {
    private static let cursorBytes = 144 * 4
    private var blocks: [UnsafeMutableRawPointer] = []
    private var sumBlocks: [UnsafeMutablePointer<UInt64>?] = [nil, nil, nil]

    /// Room for the documents of one block.
    func next() -> UnsafeMutablePointer<UInt32> {
        let block = UnsafeMutableRawPointer.allocate(byteCount: Self.cursorBytes, alignment: 64)
        blocks.append(block)
        return block.bindMemory(to: UInt32.self, capacity: Self.cursorBytes / 4)
    }

    /// Room for the sums of one window.
    func sums(_ index: Int) -> UnsafeMutablePointer<UInt64> {
        if let block = sumBlocks[index] { return block }
        let block = UnsafeMutablePointer<UInt64>.allocate(capacity: ExhaustiveSearch.window)
        block.initialize(repeating: 0, count: ExhaustiveSearch.window)
        sumBlocks[index] = block
        return block
    }

    deinit {
        for block in blocks { block.deallocate() }
        for block in sumBlocks { block?.deallocate() }
    }
}
