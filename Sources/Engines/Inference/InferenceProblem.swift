/// Why an analysis has no answer.
public enum InferenceProblem: Error, Hashable, Sendable {
    /// An arm has fewer than the units that its variance needs.
    case tooFewUnits(have: Int, need: Int)
    /// Nothing varies in either arm, so there is nothing to compare a difference with.
    case constantMetric
    /// The mean of a ratio's denominator is zero.
    case zeroDenominator
    /// A level, share or size outside its range: which, and the range in words.
    case outOfRange(String)
    /// Inputs that must have the same length have not.
    case unequalLengths(Int, Int)
}
