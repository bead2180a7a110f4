import CVectors
import Synchronization

/// Nearest neighbours by inner product among vectors that change all the time.
///
/// Small tables are scanned whole. From ``Settings/exactLimit`` vectors on they lie in clusters (inverted file, Jégou,
/// Douze, Schmid 2011) as scaled bytes (SQ8): those whose centre and spread promise more than what was found are looked at,
/// and the best are compared once more in full precision.
/// A vector that is set anew moves to its nearest cluster at once; a cluster that has grown too large is split in place and
/// its neighbours' members are looked at again (as in SPFresh, arXiv 2410.14452), so there is no rebuild to wait for.
public final class VectorIndex: Sendable {
    /// Sizes of the index.
    public struct Settings: Sendable, Hashable {
        /// Up to this many vectors every query looks at all of them.
        public var exactLimit = 8192
        /// Members of a cluster at which it is split.
        public var clusterLimit = 192
        /// How many spreads beyond its centre a cluster is searched for better vectors than those found;
        /// ``VectorIndex/calibrate(recall:count:seed:)`` chooses it. More finds more and takes longer.
        public var reach: Float = 0.5
        /// Most clusters looked at for one query; nil for all that promise better vectors. A limit bounds the time and finds less.
        public var lookLimit: Int?
        /// Candidates compared in full precision, as a multiple of the count asked for.
        public var rerank = 2

        /// The defaults.
        public init() {}
    }

    /// One neighbour.
    public struct Neighbour: Sendable, Hashable {
        public let key: Key
        /// Inner product; the cosine when vectors have length 1.
        public let score: Float
    }

    private let vectors: Mutex<KeyedVectors>
    /// Length of the vectors.
    public let dimension: Int

    /// Makes an empty index.
    public init(dimension: Int, settings: Settings = Settings()) {
        precondition(dimension > 0, "a vector has at least one component")
        self.dimension = dimension
        vectors = Mutex(KeyedVectors(VectorTable(dimension: dimension, settings: settings)))
    }

    /// How many vectors there are.
    public var count: Int { vectors.withLock { $0.table.count } }

    /// How many clusters they lie in; 1 while every query looks at all.
    public var clusters: Int { vectors.withLock { $0.table.clusterCount } }

    /// Clusters that a query looked at, mean over those since the calibration.
    public var probes: Double { vectors.withLock { $0.work.looks.mean } }

    /// Puts a vector in its place, or moves it there. Vectors of another length or with a component that is no number are
    /// ignored.
    public func set(_ key: Key, _ vector: [Float]) {
        guard vector.count == dimension, vector.allSatisfy(\.isFinite) else { return }
        vectors.withLock { $0.set(key, vector) }
    }

    /// Takes a vector out.
    public func remove(_ key: Key) { vectors.withLock { $0.remove(key) } }

    /// The vectors of highest inner product, highest first; ties in the order of first sight.
    public func search(_ vector: [Float], count: Int) -> [Neighbour] {
        guard vector.count == dimension, count > 0 else { return [] }
        return vectors.withLock { $0.search(vector, count) }
    }

    /// The same by looking at every vector: slow, and what ``search(_:count:)`` is judged by.
    public func searchExactly(_ vector: [Float], count: Int) -> [Neighbour] {
        guard vector.count == dimension, count > 0 else { return [] }
        return vectors.withLock { $0.searchExactly(vector, count) }
    }

    /// Chooses the shortest reach so that queries near the index's own vectors find the share `recall` of their
    /// neighbours. Queries far from all vectors find fewer.
    public func calibrate(recall: Double, count: Int = 10, seed: UInt64 = 1) {
        vectors.withLock {
            $0.table.calibrate(recall: recall, count: count, seed: seed)
            $0.work.looks = Looks()
        }
    }
}

/// Gives keys their slots.
private struct KeyedVectors: Sendable {
    var table: VectorTable
    var work = VectorScratch()
    private var keys: ContiguousArray<Key> = []
    private var numbers: [Key: Int32] = [:]
    private var free: ContiguousArray<Int32> = []

    init(_ table: VectorTable) { self.table = table }

    mutating func set(_ key: Key, _ vector: [Float]) {
        if let slot = numbers[key] {
            table.set(slot, vector)
            return
        }
        let slot = free.popLast() ?? Int32(keys.count)
        if Int(slot) == keys.count { keys.append(key) } else { keys[Int(slot)] = key }
        numbers[key] = slot
        table.set(slot, vector)
    }

    mutating func remove(_ key: Key) {
        guard let slot = numbers.removeValue(forKey: key) else { return }
        table.remove(slot)
        free.append(slot)
    }

    mutating func search(_ vector: [Float], _ count: Int) -> [VectorIndex.Neighbour] {
        table.search(vector, count, &work).map { VectorIndex.Neighbour(key: keys[Int($0.slot)], score: $0.score) }
    }

    func searchExactly(_ vector: [Float], _ count: Int) -> [VectorIndex.Neighbour] {
        table.searchExactly(vector, count).map { VectorIndex.Neighbour(key: keys[Int($0.slot)], score: $0.score) }
    }
}
