/// Finds the best matches of one segment without looking at what can't be among them. Only for groups of one term.
struct PrunedSearch {
    private let count: UInt32
    private var cursors: [PostingCursor]
    private var optional: [PostingCursor]
    private let memory: CursorMemory

    init(_ plan: ResolvedPlan, _ segment: Segment, _ lists: PostingPointers, memory: CursorMemory) {
        self.memory = memory
        count = UInt32(segment.count)
        var required: [PostingCursor] = []
        var optional: [PostingCursor] = []
        for group in plan.groups {
            let term = group.alternatives[0][0]
            let cursor = PostingCursor(lists, term: term.id, weight: term.weight, buffer: memory.next())
            if group.isRequired { required.append(cursor) } else { optional.append(cursor) }
        }
        if let exact = plan.exact {
            optional.append(
                PostingCursor(lists, term: exact, weight: Scoring.exactBonus / 255, buffer: memory.next()))
        }
        cursors = required
        self.optional = optional
    }

    /// Documents with all required terms. `offer` is told of every match above the threshold and returns the new one.
    mutating func matchAll(threshold start: UInt32, _ offer: (UInt32, UInt32) -> UInt32) {
        cursors.sort { $0.frequency < $1.frequency }
        let others = cursors.dropFirst().reduce(0) { $0 + $1.bound } + optional.reduce(0) { $0 + $1.bound }
        var threshold = start
        cursors.withUnsafeMutableBufferPointer { cursors in
            optional.withUnsafeMutableBufferPointer { optional in
                var target: UInt32 = 0
                while cursors[0].skip(to: target) {
                    // A whole block of the rarest term can't reach the first page.
                    if cursors[0].blockBound + others <= threshold {
                        target = cursors[0].lastOfBlock + 1
                        continue
                    }
                    cursors[0].advance(to: target)
                    let document = cursors[0].document
                    target = document + 1
                    guard Self.align(cursors, document, others: others, threshold, &target) else { continue }
                    var score: UInt32 = 0
                    for index in cursors.indices { score += cursors[index].score }
                    for index in optional.indices {
                        optional[index].advance(to: document)
                        if optional[index].document == document { score += optional[index].score }
                    }
                    if score > threshold { threshold = offer(document, score) }
                }
            }
        }
    }

    /// Moves all cursors to `document`, or says where to go on.
    @inline(__always)
    private static func align(
        _ cursors: UnsafeMutableBufferPointer<PostingCursor>, _ document: UInt32, others: UInt32, _ threshold: UInt32,
        _ target: inout UInt32
    ) -> Bool {
        var possible = cursors[0].score + others
        guard possible > threshold else { return false }
        for index in 1..<max(1, cursors.count) {
            guard cursors[index].skip(to: document) else {
                target = PostingCursor.end
                return false
            }
            possible = possible - cursors[index].bound + cursors[index].blockBound
            guard possible > threshold else { return false }
            cursors[index].advance(to: document)
            guard cursors[index].document == document else {
                target = cursors[index].document
                return false
            }
        }
        return true
    }

    /// Documents with any term: windows whose lists together can't pass the threshold are skipped.
    mutating func matchAny(threshold start: UInt32, _ offer: (UInt32, UInt32) -> UInt32) {
        cursors += optional
        optional = []
        let sums = memory.sums(0)
        var threshold = start
        let window = UInt32(ExhaustiveSearch.window)
        cursors.withUnsafeMutableBufferPointer { cursors in
            var base: UInt32 = 0
            while base < count {
                let limit = min(base + window, count)
                var possible: UInt32 = 0
                for index in cursors.indices { possible += cursors[index].bound(from: base, to: limit) }
                if possible > threshold {
                    sums.update(repeating: 0, count: Int(window))
                    for index in cursors.indices {
                        cursors[index].accumulate(from: base, to: limit, tick: 0, into: sums)
                    }
                    for offset in 0..<Int(limit - base) where sums[offset] > UInt64(threshold) {
                        threshold = offer(base + UInt32(offset), UInt32(truncatingIfNeeded: sums[offset]))
                    }
                }
                base = limit
            }
        }
    }
}
