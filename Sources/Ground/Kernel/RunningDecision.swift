/// Proof that a decision was running in the unit of work at hand.
///
/// Only the room of decisions can make one, so what takes it can't be called without asking there: the compiler refuses
/// a change of ranking, subsidy or traffic in nobody's name. Use it in the transaction that made it.
public struct RunningDecision: Sendable, Hashable {
    /// The decision in whose name something changes.
    public let id: DecisionID

    /// For the room of decisions alone.
    @_spi(Decisions) public init(_ id: DecisionID) { self.id = id }
}
