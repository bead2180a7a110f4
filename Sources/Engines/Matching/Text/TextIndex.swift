import Synchronization

/// An inverted index over products, shops, videos and live rooms, in Chinese and English.
///
/// Pure: no input or output, no clock. Searches take the current snapshot and never wait for a writer; writers take
/// turns, build what is new aside and swap it in. A document is found as soon as ``upsert(_:)`` returns.
///
/// Scores are BM25F with a fixed length pivot, stored as one-byte impacts; see ``Configuration``.
public final class TextIndex: Sendable {
    public let configuration: Configuration
    // One writer at a time builds segments; `current` is only locked for the moment of a swap or a read.
    private let writer = Mutex<Void>(())
    private let current: Mutex<Snapshot>

    /// Creates an empty index.
    public init(configuration: Configuration = Configuration()) {
        self.configuration = configuration
        current = Mutex(Snapshot())
    }

    init(configuration: Configuration, snapshot: Snapshot) {
        self.configuration = configuration
        current = Mutex(snapshot)
    }

    var snapshot: Snapshot { current.withLock { $0 } }

    /// How many documents can be found.
    public var count: Int { snapshot.liveCount }

    /// How many segments a search visits. ``compact()`` makes it one.
    public var segmentCount: Int { snapshot.views.count }

    /// Adds documents, replacing those with the same id. Of two with one id in the same call the last counts.
    public func upsert(_ documents: [Document]) {
        guard !documents.isEmpty else { return }
        writer.withLock { _ in
            var last: [UInt128: Int] = [:]
            for (index, document) in documents.enumerated() { last[document.id] = index }
            let distinct = last.count == documents.count ? documents : last.values.sorted().map { documents[$0] }
            let segment = SegmentBuilder.build(distinct, configuration: configuration)
            var next = snapshot
            next.delete(last.keys)
            next.views.append(SegmentView(segment))
            publish(MergePolicy.merged(next))
        }
    }

    /// Removes documents. Unknown ids are ignored.
    public func remove(_ ids: some Sequence<UInt128>) {
        writer.withLock { _ in
            var next = snapshot
            next.delete(ids)
            publish(MergePolicy.merged(next))
        }
    }

    /// Declares words or phrases that mean the same. Each finds the documents of the others, at a little less weight.
    public func addSynonyms(_ sets: [[String]]) {
        writer.withLock { _ in
            var next = snapshot
            AnalyzerPool.shared.use { analyzer in
                for set in sets { next.synonyms.add(set, analyzer) }
            }
            publish(next)
        }
    }

    /// Merges everything into one segment and forgets removed documents for good. Searches go on meanwhile; writers
    /// wait. Worth a call after a bulk load and in quiet hours.
    public func compact() {
        writer.withLock { _ in
            var next = snapshot
            guard next.views.count > 1 || next.views.contains(where: { $0.liveCount < $0.segment.count }) else {
                return
            }
            next.views = next.liveCount == 0 ? [] : [SegmentView(SegmentMerger.merge(next.views))]
            publish(next)
        }
    }

    private func publish(_ next: Snapshot) {
        current.withLock { $0 = next }
    }
}

/// When segments are merged while writing: eight of one size class become one of the next, so that a document is
/// copied a logarithmic number of times and a search visits a logarithmic number of segments.
enum MergePolicy {
    static let fanOut = 8
    static let smallest = 64
    /// Bigger merges are left to ``TextIndex/compact()``, so that no write waits for seconds.
    static let largest = 131_072

    static func merged(_ snapshot: Snapshot) -> Snapshot {
        var next = snapshot
        while let group = candidate(next.views) {
            let merged = SegmentMerger.merge(group.map { next.views[$0] })
            for index in group.reversed() { next.views.remove(at: index) }
            next.views.append(SegmentView(merged))
        }
        return next
    }

    private static func candidate(_ views: [SegmentView]) -> [Int]? {
        var classes: [Int: [Int]] = [:]
        for (index, view) in views.enumerated() { classes[sizeClass(view.liveCount), default: []].append(index) }
        let full = classes.filter { $0.value.count >= fanOut }.min { $0.key < $1.key }
        if let full, full.value.reduce(0, { $0 + views[$1].liveCount }) <= largest { return full.value }
        // A segment that is mostly removed documents is rewritten alone.
        let wasted = views.firstIndex { $0.liveCount * 2 < $0.segment.count && $0.liveCount <= largest }
        return wasted.map { [$0] }
    }

    private static func sizeClass(_ count: Int) -> Int {
        var size = smallest
        var result = 0
        while size < count {
            size *= fanOut
            result += 1
        }
        return result
    }
}
