/// The part of a decision record that the lint reads.
public struct DecisionClaim: Sendable, Hashable, Codable {
    /// What is to be achieved and for whom, in the writer's words, Chinese or English.
    public var goal: String
    /// The metric by which the writer will call it a success.
    public var metric: String?
    /// What that metric hangs under in the North Star tree; a metric with a parent is a process metric.
    public var parent: String?
    /// Whether the metric falls when the experience gets worse; nil when nobody has said.
    public var fallsWhenExperienceWorsens: Bool?
    /// What past decisions say of its slope on the North Star; nil when never measured.
    public var slope: ProxySlope.Verdict?
    /// Milestones in order.
    public var milestones: [String]
    /// What else could be done.
    public var alternatives: [String]
    /// When it will be stopped.
    public var killRule: String?

    /// A claim.
    public init(
        goal: String, metric: String? = nil, parent: String? = nil, fallsWhenExperienceWorsens: Bool? = nil,
        slope: ProxySlope.Verdict? = nil, milestones: [String] = [], alternatives: [String] = [],
        killRule: String? = nil
    ) {
        self.goal = goal
        self.metric = metric
        self.parent = parent
        self.fallsWhenExperienceWorsens = fallsWhenExperienceWorsens
        self.slope = slope
        self.milestones = milestones
        self.alternatives = alternatives
        self.killRule = killRule
    }
}
