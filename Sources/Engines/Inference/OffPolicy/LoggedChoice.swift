/// One choice that was logged with its propensity, and what another policy would have done.
public struct LoggedChoice: Sendable, Hashable {
    /// What came of it.
    public let reward: Double
    /// Probability with which the logging policy made this choice, in (0, 1].
    public let propensity: Double
    /// Probability with which the policy to be judged would make it.
    public let target: Double
    /// A model's reward of the choice made; 0 without a model.
    public let predicted: Double
    /// The model's reward averaged over the judged policy's choices; 0 without a model.
    public let predictedTarget: Double

    /// A logged choice.
    public init(
        reward: Double, propensity: Double, target: Double, predicted: Double = 0, predictedTarget: Double = 0
    ) {
        self.reward = reward
        self.propensity = propensity
        self.target = target
        self.predicted = predicted
        self.predictedTarget = predictedTarget
    }
}
