/// What a cell is about: one arm of one decision, persons first exposed on one day, of one segment.
public struct CellKey: Sendable, Hashable, Codable {
    /// The decision.
    public let decision: UInt32
    /// The arm.
    public let arm: UInt16
    /// Days since an epoch of the caller's: the day of *first exposure*, so that cells share no person and may be merged.
    public let day: Int32
    /// The segment.
    public let segment: UInt32

    /// A key.
    public init(decision: UInt32, arm: UInt16, day: Int32, segment: UInt32) {
        (self.decision, self.arm, self.day, self.segment) = (decision, arm, day, segment)
    }
}

/// Exposures and outcomes as they happen, kept as moments of *persons*.
///
/// Each person's total since first exposure is kept, and a further outcome moves the moments by its difference (Σy² grows
/// by 2·y·a + a²): adding up daily squares instead would take a person's two purchases for two persons. An event that
/// arrives twice counts once.
public struct ExposureCells: Sendable {
    /// One exposed person of one decision.
    private struct Exposure: Sendable {
        let decision: UInt32
        /// Place of the first metric's cell.
        let cell: Int32
        /// The person's exposure in another decision, or −1.
        let next: Int32
    }

    /// How many metrics each cell block has.
    public let metrics: Int
    private var exposures: [Exposure] = []
    /// Exposure × metric: what the person has brought so far.
    private var totals: [Double] = []
    /// Exposure × metric: the covariate, where there are any.
    private var covariates: [Double] = []
    private let hasCovariates: Bool
    private var newest: [UInt64: Int32] = [:]
    private var seen: Set<UInt64> = []
    private var places: [CellKey: Int32] = [:]
    private var cells: [PairMoments] = []

    /// No exposures.
    ///
    /// - Parameters:
    ///   - metrics: how many metrics are kept for everybody.
    ///   - hasCovariates: whether each exposure brings a covariate for each metric.
    ///   - capacity: exposures expected.
    public init(metrics: Int, hasCovariates: Bool = false, capacity: Int = 0) {
        self.metrics = metrics
        self.hasCovariates = hasCovariates
        newest.reserveCapacity(capacity)
        exposures.reserveCapacity(capacity)
        totals.reserveCapacity(capacity * metrics)
    }

    /// Records that a person was exposed, or would have been (a ghost exposure counts in the control arm).
    ///
    /// - Returns: whether it was the first exposure of this person in this decision; later ones change nothing.
    @discardableResult
    public mutating func expose(person: UInt64, key: CellKey, covariates: [Double] = []) -> Bool {
        let first = newest[person] ?? -1
        var place = first
        while place >= 0 {
            if exposures[Int(place)].decision == key.decision { return false }
            place = exposures[Int(place)].next
        }
        let cell = self.cell(key)
        newest[person] = Int32(exposures.count)
        exposures.append(Exposure(decision: key.decision, cell: cell, next: first))
        for metric in 0..<metrics {
            let covariate = hasCovariates && metric < covariates.count ? covariates[metric] : 0
            cells[Int(cell) + metric].add(x: covariate, y: 0)
            totals.append(0)
            if hasCovariates { self.covariates.append(covariate) }
        }
        return true
    }

    /// Records an outcome of a person in every decision that the person was exposed to before.
    ///
    /// - Parameter event: the outcome's own number; one that came before changes nothing.
    /// - Returns: whether it was new.
    @discardableResult
    public mutating func record(event: UInt64, person: UInt64, metric: Int, amount: Double) -> Bool {
        guard metric < metrics, seen.insert(event).inserted else { return false }
        var place = newest[person] ?? -1
        while place >= 0 {
            let exposure = exposures[Int(place)]
            let index = Int(place) * metrics + metric
            cells[Int(exposure.cell) + metric].raise(
                x: hasCovariates ? covariates[index] : 0, from: totals[index], by: amount)
            totals[index] += amount
            place = exposure.next
        }
        return true
    }

    /// Forgets event numbers that can't arrive again, so that memory stays bounded.
    public mutating func forgetEvents() { seen.removeAll(keepingCapacity: true) }

    /// The cell of a key and metric.
    public func moments(_ key: CellKey, metric: Int) -> PairMoments {
        places[key].map { cells[Int($0) + metric] } ?? PairMoments()
    }

    /// Everybody of one arm of one decision, over the cells that `isIncluded` takes.
    public func merged(
        decision: UInt32, arm: UInt16, metric: Int, where isIncluded: (CellKey) -> Bool = { _ in true }
    ) -> PairMoments {
        // In the order of their places, so that equal input gives equal bits.
        let chosen = places.filter { $0.key.decision == decision && $0.key.arm == arm && isIncluded($0.key) }
        return chosen.map(\.value).sorted().reduce(into: PairMoments()) { $0.merge(cells[Int($1) + metric]) }
    }

    /// Exposures kept.
    public var count: Int { exposures.count }
    /// Keys with anybody in them.
    public var keys: some Collection<CellKey> { places.keys }

    private mutating func cell(_ key: CellKey) -> Int32 {
        if let place = places[key] { return place }
        let place = Int32(cells.count)
        places[key] = place
        cells.append(contentsOf: repeatElement(PairMoments(), count: metrics))
        return place
    }
}
