import CVectors

/// Vectors learned per event, with how much each was learned from.
struct LearnedVectors: Sendable {
    private(set) var rows = VectorRows(width: Embedding.width)
    private var masses = Chunked<Float>()

    /// Past this much evidence the old fades, so that a vector follows drift.
    private static let limit: Float = 64

    var indices: Range<Int32> { masses.indices }

    mutating func append(_ sum: [Float] = [], mass: Float = 0) {
        rows.set(Int32(masses.count), sum)
        masses.append(mass)
    }

    @inline(__always)
    mutating func add(_ step: UnsafePointer<Float>, _ weight: Float, of mass: Float, to number: Int32) {
        masses[number] += mass
        let isFull = masses[number] > Self.limit
        rows.add(step, weight, to: number, fading: isFull ? 0.5 : 1)
        if isFull { masses[number] *= 0.5 }
    }

    func mass(_ number: Int32) -> Float { masses[number] }

    mutating func clear(_ number: Int32) {
        rows.set(number, [Float](repeating: 0, count: rows.width))
        masses[number] = 0
    }

    /// Adds the direction, of length 1, times `weight`; nothing while nothing was learned.
    func addDirection(_ number: Int32, _ weight: Float, to vector: inout [Float]) {
        rows.with(number) { row in
            guard let start = row.baseAddress else { return }
            let square = quanyu_product(start, start, Int64(row.count))
            if square > 0 { quanyu_add(start, weight / square.squareRoot(), &vector, Int64(row.count)) }
        }
    }

    /// The direction, of length 1; zeros while nothing was learned.
    func direction(_ number: Int32) -> [Float] {
        var vector = [Float](repeating: 0, count: Embedding.width)
        addDirection(number, 1, to: &vector)
        return vector
    }
}

/// Where items lie by the company they keep: an embedding that is updated by every tap.
///
/// Random indexing (Kanerva, Kristofersson, Holst 2000; Sahlgren 2005), reflective (Cohen, Schvaneveldt, Widdows 2010): each
/// item has a fixed vector of random signs, drawn from its number; an item's own vector is the decayed sum of the random
/// *and* learned vectors of what was tapped just before or after it, the rarer the heavier. Items that share company come to
/// lie near one another without ever having met, which co-occurrence alone can't see. Additions only: the same events give
/// the same bits.
struct Embedding: Sendable {
    static let width = 64

    private(set) var items = LearnedVectors()
    /// The same of categories, tags, shops and creators: where an item of theirs lies until it has events of its own.
    private(set) var subjects = LearnedVectors()
    /// How much evidence there was when an item was last put in its place.
    private(set) var settled = Chunked<Float>()
    /// Unit vectors of the items, as of the last time that they were put in place.
    private(set) var table = VectorTable(dimension: width, settings: settings)

    /// Evidence that the kind counts as, against an item's own.
    private static let kindMass: Float = 1
    /// How much more evidence moves a vector to its new place.
    private static let growth: Float = 1.3

    private static let seed: UInt64 = 0x656D_6265_6464_696E

    private static var settings: VectorIndex.Settings {
        var settings = VectorIndex.Settings()
        settings.exactLimit = 2048
        settings.rerank = 1
        // Near enough for candidates: the most promising clusters hold most of what is asked for.
        settings.lookLimit = 16
        return settings
    }

    mutating func admitItem() {
        items.append()
        settled.append(0)
    }

    mutating func admitSubject() { subjects.append() }

    /// Lets go of what an item learned; with its next evidence it begins anew.
    mutating func release(_ item: Int32) {
        guard items.mass(item) > 0 || settled[item] > 0 else { return }
        items.clear(item)
        settled[item] = 0
        table.remove(item)
    }

    // MARK: Restoring

    mutating func restoreItem(_ sum: [Float], _ mass: Float, settled: Float) {
        items.append(sum, mass: mass)
        self.settled.append(settled)
    }

    mutating func restoreSubject(_ sum: [Float], _ mass: Float) { subjects.append(sum, mass: mass) }

    /// - Returns: false when a slot stands in two places or in none.
    mutating func restore(
        _ clusters: ContiguousArray<VectorTable.Written>, _ components: PrincipalComponents?, writes: Int, reach: Float
    ) -> Bool {
        table.settings.reach = reach
        return table.restore(clusters, components, writes: writes)
    }

    // MARK: Learning

    /// Adds what an item teaches whatever it is tapped together with: its random signs (Achlioptas 2003) and, to the same
    /// length, what it learned.
    func addLesson(of item: Int32, _ weight: Float, to vector: inout [Float]) {
        var random = SplitMix64(seed: UInt64(bitPattern: Int64(item)) ^ Self.seed)
        let signs = random.next()
        items.rows.with(item) { row in
            if let start = row.baseAddress { quanyu_add_lesson(signs, start, weight, &vector, Int64(row.count)) }
        }
    }

    mutating func learn(_ item: Int32, _ lesson: [Float], _ weight: Float, of mass: Float) {
        items.add(lesson, weight, of: mass, to: item)
    }

    mutating func learnKind(_ subject: Int32, _ lesson: [Float], _ weight: Float, of mass: Float) {
        subjects.add(lesson, weight, of: mass, to: subject)
    }

    /// Puts an item in its place when it has learned enough since the last time.
    mutating func settle(_ item: Int32, _ record: ItemRecord) {
        let mass = items.mass(item)
        guard mass == 0 || mass > settled[item] * Self.growth || mass < settled[item] * 0.6 else { return }
        settled[item] = mass
        var vector = [Float](repeating: 0, count: Self.width)
        items.addDirection(item, mass, to: &vector)
        record.subjects { subjects.addDirection($0, Self.kindMass, to: &vector) }
        let square = quanyu_product(vector, vector, Int64(Self.width))
        guard square > 0 else { return }
        let scale = 1 / square.squareRoot()
        for place in vector.indices { vector[place] *= scale }
        table.set(item, vector)
    }
}
