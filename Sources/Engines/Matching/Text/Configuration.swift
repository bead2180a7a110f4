/// The settings of a ``TextIndex``. All of them are public so that a ranking can be explained.
public struct Configuration: Sendable, Equatable {
    /// How one field counts in BM25F.
    public struct FieldWeight: Sendable, Equatable {
        /// How much an occurrence in this field counts against one in a field of weight 1.
        public var weight: Float
        /// How strongly a long field is held against it, 0 (not at all)…1 (in proportion).
        public var lengthNormalization: Float
        /// The length, in words or Chinese characters, at which a field is neither rewarded nor punished.
        public var pivotLength: Float

        /// Creates a weight.
        public init(weight: Float, lengthNormalization: Float = 0.6, pivotLength: Float) {
            self.weight = weight
            self.lengthNormalization = lengthNormalization
            self.pivotLength = pivotLength
        }
    }

    /// Weights of the fields, indexed by ``Field``'s raw value.
    public var fields: [FieldWeight]
    /// BM25's saturation of repeated terms.
    public var saturation: Float
    /// By how much the most popular document may rise, as a share of its text score.
    public var popularityShare: Float
    /// By how much the personal boost may raise a document, as a share of its text score.
    public var personalShare: Float
    /// How many of the best matches are re-ranked by popularity and personal boost.
    public var rerankDepth: Int

    /// Creates a configuration.
    ///
    /// The pivot lengths are settings, not running averages: a document's score doesn't change because others arrive,
    /// so its impact can be computed once and stored.
    public init(
        fields: [FieldWeight] = Configuration.defaultFields, saturation: Float = 1.2, popularityShare: Float = 0.15,
        personalShare: Float = 0.25, rerankDepth: Int = 100
    ) {
        precondition(fields.count == Field.allCases.count, "one weight for each field")
        self.fields = fields
        self.saturation = saturation
        self.popularityShare = popularityShare
        self.personalShare = personalShare
        self.rerankDepth = rerankDepth
    }

    /// Titles first, then brands, then what describes.
    public static let defaultFields = [
        FieldWeight(weight: 3, pivotLength: 6),
        FieldWeight(weight: 3, pivotLength: 12),
        FieldWeight(weight: 2.5, pivotLength: 2),
        FieldWeight(weight: 1.5, pivotLength: 4),
        FieldWeight(weight: 1.5, pivotLength: 6),
        FieldWeight(weight: 1, pivotLength: 40),
    ]
}
