/// The answer to a ``Query``.
public struct Results: Sendable, Equatable {
    public var hits: [Hit]
    /// How many documents match.
    public var total: Int
    /// Whether `total` is exact or a lower bound.
    public var isTotalExact: Bool
    /// Counts by facet, when asked for. The counts of one facet ignore the filter on that same facet, so that a person
    /// sees what choosing another value would give.
    public var facets: FacetCounts?
    /// Whether the hits contain all words of the text, or, because nothing does, any of them.
    public var matchesAllWords: Bool
    /// The text that was searched instead of the typed one: "showing results for …".
    public var correctedText: String?
    /// A text that would find more than the typed one: "did you mean …".
    public var didYouMean: String?
}

/// One document found.
public struct Hit: Sendable, Equatable {
    public var id: UInt128
    public var kind: Document.Kind
    /// Text score with its capped boosts; comparable only within one answer.
    public var score: Float
    /// Whether a title or the brand is exactly what was asked for.
    public var isExact: Bool
    /// Where it matched, when the query asked for highlights.
    public var highlights: [Highlight]

    /// The fields in which it matched, when the query asked for highlights.
    public var matchedFields: Set<Field> { Set(highlights.map(\.field)) }
}

/// A field of a hit with the places that matched.
public struct Highlight: Sendable, Equatable {
    public var field: Field
    /// The field's text. The values of a list are separated by line breaks.
    public var text: String
    /// Matching places as offsets into the UTF-8 form of `text`, rising, not touching.
    public var ranges: [Range<Int>]
}

/// How many matches each facet value has.
public struct FacetCounts: Sendable, Equatable {
    public var kinds: [Document.Kind: Int] = [:]
    public var categories: [String: Int] = [:]
    public var shops: [UInt128: Int] = [:]
    public var brands: [String: Int] = [:]
    /// Lowest and highest price over the matches, in minor units.
    public var price: ClosedRange<Int64>?
}

/// One line offered while typing.
public struct Suggestion: Sendable, Equatable {
    /// Where a suggestion comes from.
    public enum Source: UInt8, Sendable, Hashable {
        case title, brand, category, tag
    }

    public var text: String
    public var source: Source
    /// How many documents carry it.
    public var count: Int
}

/// Why an encoded index can't be read.
public enum TextIndexProblem: Error, Equatable {
    /// The bytes are not an encoded index, or one of another version.
    case unknownFormat
    /// The bytes end early, or their checksum or structure is wrong.
    case damaged
}
