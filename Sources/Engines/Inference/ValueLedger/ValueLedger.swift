import RealModule

/// What decisions were said to create, what they measurably created, and what a holdout confirms.
///
/// Adding up the measured effects of the decisions that shipped claims two to three times the truth, because those that
/// chance favoured are the ones that ship (the winner's curse). Each effect is therefore shrunk by the prior that *all*
/// decisions show, shipped or not.
public struct ValueLedger: Sendable, Hashable {
    /// One decision.
    public struct Entry: Sendable, Hashable {
        /// What was claimed before it started.
        public let claimed: Double
        /// The measured effect.
        public let measured: Double
        /// Its standard error.
        public let standardError: Double
        /// Whether it was kept after its review.
        public let isShipped: Bool
        /// Effect against the holdout with its standard error, once there is one.
        public let holdout: (effect: Double, standardError: Double)?

        /// A decision.
        public init(
            claimed: Double, measured: Double, standardError: Double, isShipped: Bool,
            holdout: (effect: Double, standardError: Double)? = nil
        ) {
            self.claimed = claimed
            self.measured = measured
            self.standardError = standardError
            self.isShipped = isShipped
            self.holdout = holdout
        }

        public static func == (a: Entry, b: Entry) -> Bool {
            a.claimed == b.claimed && a.measured == b.measured && a.standardError == b.standardError
                && a.isShipped == b.isShipped && a.holdout?.effect == b.holdout?.effect
                && a.holdout?.standardError == b.holdout?.standardError
        }

        public func hash(into hasher: inout Hasher) {
            hasher.combine(claimed)
            hasher.combine(measured)
            hasher.combine(isShipped)
        }
    }

    /// A sum over shipped decisions.
    public struct Total: Sendable, Hashable {
        /// The sum.
        public let value: Double
        /// Its standard deviation.
        public let deviation: Double
        /// Decisions in it.
        public let count: Int
        /// Interval at `level`.
        public func interval(level: Double = 0.95) -> Interval {
            Interval(centre: value, margin: Normal.upperQuantile((1 - level) / 2) * deviation)
        }
    }

    /// Entries in their order, each shrunk.
    public let values: [NormalShrinkage.Posterior]
    /// What was claimed for the decisions that shipped.
    public let claimed: Double
    /// Their measured effects as they are: the figure that misleads.
    public let measured: Double
    /// Their effects without the winner's curse.
    public let created: Total
    /// What holdouts show, of those that have one.
    public let confirmed: Total

    /// Adds up decisions.
    ///
    /// - Parameter entries: *all* decisions measured, shipped or not; without the losers nobody can tell luck from skill.
    /// - Throws: ``InferenceProblem/tooFewUnits(have:need:)`` below three decisions.
    public init(_ entries: [Entry]) throws(InferenceProblem) {
        let (effects, errors) = (entries.map(\.measured), entries.map(\.standardError))
        if entries.count >= 30 {
            let prior = try MixturePrior(effects: effects, errors: errors)
            values = entries.map { prior($0.measured, error: $0.standardError) }
        } else {
            let prior = try NormalShrinkage(effects: effects, errors: errors)
            values = entries.map { prior($0.measured, error: $0.standardError) }
        }
        let shipped = zip(entries, values).filter(\.0.isShipped)
        claimed = shipped.reduce(0) { $0 + $1.0.claimed }
        measured = shipped.reduce(0) { $0 + $1.0.measured }
        created = Total(
            value: shipped.reduce(0) { $0 + $1.1.mean },
            deviation: .sqrt(shipped.reduce(0) { $0 + $1.1.deviation * $1.1.deviation }), count: shipped.count)
        let holdouts = shipped.compactMap(\.0.holdout)
        confirmed = Total(
            value: holdouts.reduce(0) { $0 + $1.effect },
            deviation: .sqrt(holdouts.reduce(0) { $0 + $1.standardError * $1.standardError }), count: holdouts.count)
    }
}

/// Cost of what was created beside the cost that is usually reported.
public struct CostPerOrder: Sendable, Hashable {
    /// Spent over the orders that the decision created; nil when it may have created none.
    public let perCreated: Double?
    /// Interval of it: an end is infinite where the orders created may be none.
    public let interval: Interval
    /// Spent over every order credited to it.
    public let perCredited: Double

    /// Costs of a decision, in the unit of `spent`.
    ///
    /// - Parameters:
    ///   - comparison: of orders a person.
    ///   - exposed: persons who got the treatment.
    public init(spent: Double, comparison: Comparison, exposed: Int) {
        let (n, interval) = (Double(exposed), comparison.interval)
        perCredited = spent / (comparison.treatment.value * n)
        perCreated = comparison.effect > 0 ? spent / (comparison.effect * n) : nil
        self.interval = Interval(
            interval.upper > 0 ? spent / (interval.upper * n) : .infinity,
            interval.lower > 0 ? spent / (interval.lower * n) : .infinity)
    }
}
