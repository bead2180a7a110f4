import Inference
import Kernel
import Store

/// What the North Star tree knows of a decision's metric. The tree is another room's; a flow looks there and notes it here,
/// so that the lint reads the tree and not only what the writer says of it.
public struct MetricReading: Codable, Sendable, Hashable {
    /// What the metric hangs under.
    public var parent: String?
    /// What past decisions say of its slope on the North Star.
    public var slope: ProxySlope.Verdict?
    /// Whether the tree has it at all; where it hasn't, the writer's own chain is read.
    public var isInTree: Bool?

    /// Nothing known.
    public init() {}

    /// What the tree knows.
    public init(parent: String?, slope: ProxySlope.Verdict?) {
        (self.parent, self.slope, isInTree) = (parent, slope, true)
    }
}

extension Decisions {
    /// Notes what the tree knows of a draft's metric; a decision that has started keeps what was known then.
    ///
    /// - Throws: `NotFound`.
    public func note(_ reading: MetricReading, of id: DecisionID, in transaction: any Transaction) throws {
        let noted = try transaction.run(
            """
            UPDATE decisions SET reading = \(try Self.text(of: reading))
            WHERE id = \(id) AND state = \(DecisionState.draft.rawValue)
            """)
        if noted == 0 { _ = try Self.find(id, in: transaction) }
    }
}
