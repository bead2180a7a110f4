import Journal
import Kernel
import Matching

/// By which weights a person's feed is ranked, how much of it explores, and which exposures that makes.
public struct PersonalWeights: Sendable {
    /// The weights; `nil` for the baseline.
    public let weights: RankingWeights?
    /// Share of slots that exploration may take, in basis points; `nil` for the usual.
    public let exploration: Int?
    /// What is appended to the journal in the transaction that logs the slate.
    public let exposures: [Exposure]

    /// Weights with what has to be told about them.
    public init(weights: RankingWeights?, exploration: Int? = nil, exposures: [Exposure] = []) {
        (self.weights, self.exploration, self.exposures) = (weights, exploration, exposures)
    }

    static let baseline = PersonalWeights(weights: nil)
}

extension Feed {
    /// Ranks for each person by what `choose` says from now on; it is asked from memory, once a ranking.
    public func rank(by choose: @escaping @Sendable (PersonID, Instant) -> PersonalWeights) {
        chosenWeights.withLock { $0 = choose }
    }

    func weights(for person: PersonID, at now: Instant) -> PersonalWeights {
        chosenWeights.withLock { $0 }?(person, now) ?? .baseline
    }
}
