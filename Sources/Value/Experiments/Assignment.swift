import Kernel
import KeyedDraw

/// Decides who gets what: the same person always the same, nobody predictable without the key.
public typealias AssignmentKey = DrawKey

/// Buckets of a layer that belong to one experiment. Experiments of a layer hold disjoint sets, which is what keeps them
/// from sharing a person.
public struct BucketSet: Sendable, Hashable, Codable {
    /// Buckets in a layer: one is a basis point of the people.
    public static let size = DrawKey.whole

    /// First bucket and the one after the last, in order, without gaps between neighbours.
    private var bounds: [Int]

    /// No buckets.
    public init() { bounds = [] }

    /// The buckets in `range`.
    public init(_ range: Range<Int>) { bounds = range.isEmpty ? [] : [range.lowerBound, range.upperBound] }

    /// Every bucket.
    public static let all = BucketSet(0..<size)

    /// How many there are.
    public var count: Int { ranges.reduce(0) { $0 + $1.count } }

    /// Whether a bucket belongs to it.
    public func contains(_ bucket: Int) -> Bool { ranges.contains { $0.contains(bucket) } }

    private var ranges: [Range<Int>] {
        stride(from: 0, to: bounds.count, by: 2).map { bounds[$0]..<bounds[$0 + 1] }
    }

    /// This set grown to `count` buckets by the lowest that are neither in it nor in `taken`.
    ///
    /// What was in it stays, so nobody who is assigned already moves.
    ///
    /// - Returns: `nil` when there are too few.
    public func grown(to count: Int, besides taken: [BucketSet]) -> BucketSet? {
        var own = [Bool](repeating: false, count: Self.size)
        var free = [Bool](repeating: true, count: Self.size)
        for range in ranges { for bucket in range { own[bucket] = true } }
        for set in taken { for range in set.ranges { for bucket in range { free[bucket] = false } } }
        var missing = count - self.count
        for bucket in 0..<Self.size where missing > 0 && !own[bucket] && free[bucket] {
            own[bucket] = true
            missing -= 1
        }
        return missing > 0 ? nil : BucketSet(own)
    }

    private init(_ members: [Bool]) {
        bounds = []
        var wasIn = false
        for (bucket, isIn) in (members + [false]).enumerated() where isIn != wasIn {
            bounds.append(bucket)
            wasIn = isIn
        }
    }
}

/// People who are kept out of a kind of change for long, so that what all of it did together can be seen.
public struct Holdout: Sendable, Hashable {
    /// Names the holdout: `global`, a programme's name, or a decision's identifier.
    public let name: String
    /// Basis points of all people.
    public let share: Int

    /// A holdout.
    public init(name: String, share: Int) { (self.name, self.share) = (name, share) }

    /// Whether it keeps `person` out.
    public func contains(_ person: PersonID, _ key: AssignmentKey) -> Bool {
        share > 0 && key.bucket("holdout/\(name)", person.rawValue) < share
    }
}
