/// Subgroups found in one half of the persons and measured in the other (Athey & Imbens 2016), so that the size reported
/// is not the size that made it be noticed.
public struct HonestSubgroups: Sendable, Hashable {
    /// One segment with its two halves.
    public struct Segment: Sendable, Hashable {
        /// What the segment is called.
        public let name: String
        /// The half in which it may be noticed.
        public let discovery: Comparison
        /// The half in which it is measured.
        public let confirmation: Comparison

        /// A segment.
        public init(name: String, discovery: Comparison, confirmation: Comparison) {
            (self.name, self.discovery, self.confirmation) = (name, discovery, confirmation)
        }
    }

    /// A segment that was noticed and then measured.
    public struct Finding: Sendable, Hashable {
        /// Which segment.
        public let segment: Segment
        /// The p-value in the other half, adjusted by Holm over all that were noticed.
        public let pValue: Double
        /// Whether the other half confirms it.
        public let isConfirmed: Bool
    }

    /// What was noticed, largest measured effect first.
    public let findings: [Finding]
    /// How many segments were looked at.
    public let examined: Int

    /// Looks through segments.
    ///
    /// - Parameters:
    ///   - falseDiscoveries: share allowed among what the first half notices (Benjamini–Hochberg).
    ///   - alpha: error rate of the confirmation.
    public init(_ segments: [Segment], falseDiscoveries: Double = 0.1, alpha: Double = 0.05) {
        let noticed = zip(segments, Multiplicity.benjaminiHochberg(segments.map(\.discovery.pValue)))
            .filter { $0.1 <= falseDiscoveries }.map(\.0)
        let adjusted = Multiplicity.holm(noticed.map(\.confirmation.pValue))
        examined = segments.count
        findings = zip(noticed, adjusted).map { segment, p in
            let agrees = segment.discovery.effect * segment.confirmation.effect > 0
            return Finding(segment: segment, pValue: p, isConfirmed: agrees && p <= alpha)
        }.sorted { abs($0.segment.confirmation.effect) > abs($1.segment.confirmation.effect) }
    }
}
