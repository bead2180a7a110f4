/// Columns of an experiment, one row a unit.
public struct ExperimentData: Sendable {
    /// Names of the arms, in order of appearance.
    public private(set) var arms: [String] = []
    /// For each row, its arm.
    public private(set) var armOfRow: [Int] = []
    /// Columns of numbers by name; NaN is a missing value.
    public private(set) var columns: [String: [Double]] = [:]
    /// For each row its cluster, where there are any.
    public private(set) var clusterOfRow: [Int] = []
    private var armIndex: [String: Int] = [:]
    private var clusterIndex: [String: Int] = [:]

    /// No rows yet of the columns named.
    public init(columns names: [String]) {
        for name in names { columns[name] = [] }
    }

    /// Adds one unit.
    ///
    /// - Parameter values: one for each column in the order of `names`; NaN for what is missing.
    public mutating func add(arm: String, cluster: String? = nil, names: [String], values: [Double]) {
        armOfRow.append(Self.index(of: arm, in: &armIndex, &arms))
        if let cluster {
            let next = clusterIndex.count
            clusterOfRow.append(clusterIndex[cluster, default: next])
            clusterIndex[cluster] = clusterOfRow.last
        }
        for (name, value) in zip(names, values) { columns[name, default: []].append(value) }
    }

    private static func index(of name: String, in index: inout [String: Int], _ names: inout [String]) -> Int {
        if let known = index[name] { return known }
        index[name] = names.count
        names.append(name)
        return names.count - 1
    }
}

/// What is asked of an experiment's data.
public struct AnalysisPlan: Sendable, Hashable {
    /// A metric: a column's mean, or a ratio of two columns' sums.
    public enum Metric: Sendable, Hashable {
        /// The mean of a column.
        case mean(String)
        /// Σ of the first over Σ of the second.
        case ratio(String, String)

        /// "revenue" or "revenue/sessions".
        public var name: String {
            switch self {
            case .mean(let column): column
            case .ratio(let numerator, let denominator): "\(numerator)/\(denominator)"
            }
        }
    }

    /// The arm that the others are compared with.
    public var control: String
    /// What is compared.
    public var metrics: [Metric]
    /// A column measured before the experiment, for CUPED.
    public var covariate: String?
    /// Whether units share clusters.
    public var isClustered: Bool
    /// 1 − α.
    public var level: Double
    /// Planned equally spaced looks; 1 for a single one.
    public var looks: Int
    /// Which of them this is.
    public var look: Int

    /// A plan.
    public init(
        control: String, metrics: [Metric], covariate: String? = nil, isClustered: Bool = false, level: Double = 0.95,
        looks: Int = 1, look: Int? = nil
    ) {
        self.control = control
        self.metrics = metrics
        self.covariate = covariate
        self.isClustered = isClustered
        self.level = level
        self.looks = looks
        self.look = look ?? looks
    }
}
