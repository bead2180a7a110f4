/// Answers weighted back to everybody by what is known of everybody (post-stratification, Holt & Smith 1979).
///
/// When late buyers of one arm answer less often, the answers of the arms are no longer comparable although everybody was
/// randomised. What is known for all, delivery delay say, puts each group back at its true share.
public struct Reweighting: Sendable, Hashable {
    /// One group of persons who are alike in what is known.
    public struct Stratum: Sendable, Hashable {
        /// Persons of the group, whether they answered or not.
        public var population: Int
        /// Their answers.
        public var answers: Moments

        /// A group.
        public init(population: Int, answers: Moments = Moments()) {
            (self.population, self.answers) = (population, answers)
        }
    }

    /// The estimate for everybody, with its error.
    public let mean: ArmMean
    /// The plain mean of the answers, for comparison.
    public let unweighted: Double
    /// Answers over persons.
    public let responseRate: Double
    /// Persons of groups too small to stand alone, put together with their neighbours.
    public let collapsed: Int

    /// Weights answers back.
    ///
    /// - Parameters:
    ///   - strata: groups in an order in which neighbours are alike, delays from early to late say.
    ///   - least: answers below which a group is put together with its neighbour.
    /// - Throws: ``InferenceProblem/tooFewUnits(have:need:)`` below `least` answers in all.
    public init(_ strata: [Stratum], least: Int = 10) throws(InferenceProblem) {
        let all = strata.reduce(0) { $0 + $1.answers.count }
        guard all >= Swift.max(2, least) else { throw .tooFewUnits(have: all, need: Swift.max(2, least)) }
        let (groups, collapsed) = Self.grouped(strata, least: Swift.max(2, least))
        let population = Double(groups.reduce(0) { $0 + $1.population })
        var (value, squaredError, spread) = (0.0, 0.0, 0.0)
        for group in groups {
            let share = Double(group.population) / population
            let n = Double(group.answers.count)
            value += share * group.answers.mean
            // To second order: which groups answered is itself chance.
            let part = share * group.answers.variance / n * (share + (1 - share) / Swift.max(1, Double(all)))
            squaredError += part
            spread += part * part / (n - 1)
        }
        // What the groups' own sizes add: the persons are a sample too.
        let between = groups.reduce(0.0) { sum, group in
            let distance = group.answers.mean - value
            return sum + Double(group.population) / population * distance * distance
        }
        squaredError += between / population
        mean = ArmMean(
            value: value, squaredError: squaredError,
            degreesOfFreedom: spread > 0 ? squaredError * squaredError / spread : .infinity, count: all)
        unweighted = strata.reduce(0) { $0 + $1.answers.sum } / Double(all)
        responseRate = Double(all) / population
        self.collapsed = collapsed
    }

    private static func grouped(_ strata: [Stratum], least: Int) -> (groups: [Stratum], collapsed: Int) {
        var (groups, collapsed) = ([Stratum](), 0)
        for stratum in strata where stratum.population > 0 || stratum.answers.count > 0 {
            if let last = groups.indices.last, groups[last].answers.count < least || stratum.answers.count < least {
                collapsed += Swift.min(groups[last].population, stratum.population)
                groups[last].population += stratum.population
                groups[last].answers.merge(stratum.answers)
            } else {
                groups.append(stratum)
            }
        }
        return (groups, collapsed)
    }
}
