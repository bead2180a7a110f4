/// What was bought from slates, kept until it is known whether it is regretted: a refund comes weeks after the slate.
///
/// Only purchases whose time for regret is over are learned from. One that is still open is neither regretted nor not, and
/// taking it for the latter would make every action look rarer than it is (delayed feedback, Chapelle 2014).
struct PurchaseLedger: Sendable {
    struct Purchase: Sendable {
        let product: Int32
        let time: Int64
        /// As it was shown; its actions are the regrets.
        var row: SlateLedger.Row
        /// Whether the person has not bought the product again since.
        var isLast = true
    }

    private struct Occasion: Hashable {
        let person, product: Int32
        let time: Int64
    }

    /// Time in which a purchase can be regretted, milliseconds: to be shipped (2 days), received (10), asked back (7),
    /// answered (2), sent (7) and inspected (10), and a week for what takes longer.
    static let window: Int64 = 45 * 86_400_000
    private static let limit = 50_000

    private(set) var purchases: [Purchase] = []
    /// The rows of a purchase: that of the product, and that of the video over it.
    private var places: [Occasion: Range<Int>] = [:]
    /// When a person last bought a product, unless that purchase is not kept: a regret that doesn't say of what is its.
    private var latest: [SlateLedger.Pair: Int64] = [:]
    /// One in so many purchases is kept: where more are open than there is room for, an even sample is.
    private(set) var stride: UInt64 = 1
    private let capacity: Int

    /// - Parameter capacity: most rows kept.
    init(capacity: Int = limit) { self.capacity = capacity }

    /// Keeps a purchase for each of the rows that it answered.
    mutating func add(_ rows: [SlateLedger.Row], of product: Int32, by person: Int32, at time: Int64) {
        let occasion = Occasion(person: person, product: product, time: time)
        // Lines of one order are one purchase.
        if places[occasion] != nil { return }
        let isLast = supersede(occasion)
        let first = purchases.count
        for row in rows {
            var row = row
            row.actions = 0
            let purchase = Purchase(product: product, time: time, row: row, isLast: isLast)
            if isSampled(purchase) { purchases.append(purchase) }
        }
        guard purchases.count > first else { return }
        places[occasion] = first..<purchases.count
        if isLast { latest[SlateLedger.Pair(person: person, item: product)] = time }
        if purchases.count > capacity { makeRoom(at: time) }
    }

    /// The purchase before this one is no longer the last, also where this one is not kept.
    ///
    /// - Returns: whether this is the last one; an import tells the past later than it was.
    private mutating func supersede(_ occasion: Occasion) -> Bool {
        let pair = SlateLedger.Pair(person: occasion.person, item: occasion.product)
        guard let before = latest[pair] else { return true }
        guard before < occasion.time else { return false }
        latest[pair] = nil
        let old = Occasion(person: occasion.person, product: occasion.product, time: before)
        for place in places[old] ?? 0..<0 { purchases[place].isLast = false }
        return true
    }

    /// A purchase of the product is regretted, if its time for that is not over.
    ///
    /// - Parameter bought: when it was paid; 0 for the last one.
    mutating func regret(
        _ kind: Event.Kind, of product: Int32, by person: Int32, at time: Int64, bought: Int64 = 0
    ) {
        let paid = bought != 0 ? bought : latest[SlateLedger.Pair(person: person, item: product)]
        guard let paid, (0..<Self.window).contains(time - paid) else { return }
        for place in places[Occasion(person: person, product: product, time: paid)] ?? 0..<0 {
            purchases[place].row.actions |= kind.bit
        }
    }

    /// The rows of which is known at `now` whether they were regretted.
    func closed(at now: Int64) -> [SlateLedger.Row] {
        purchases.filter { Self.isClosed($0, at: now) }.map(\.row)
    }

    /// What a visitor bought is a person's from now on.
    mutating func merge(_ visitor: Int32, into person: Int32) {
        guard purchases.contains(where: { $0.row.person == visitor }) else { return }
        for place in purchases.indices where purchases[place].row.person == visitor {
            purchases[place].row.person = person
        }
        index()
    }

    /// Forgets what a person bought.
    mutating func forget(_ person: Int32) { keep { $0.row.person != person } }

    private static func isClosed(_ purchase: Purchase, at now: Int64) -> Bool { now - purchase.time >= window }

    /// By a draw that the purchase itself seeds, so that every row of it has the same fate and replays alike.
    private func isSampled(_ purchase: Purchase) -> Bool {
        var draw = SplitMix64(
            seed: UInt64(bitPattern: purchase.time) ^ UInt64(UInt32(bitPattern: purchase.row.person)) << 32
                ^ UInt64(UInt32(bitPattern: purchase.product)))
        return draw.next() % stride == 0
    }

    /// What was learned from long ago goes first; if nearly all are open, every other one goes.
    private mutating func makeRoom(at now: Int64) {
        let closed = purchases.indices.filter { Self.isClosed(purchases[$0], at: now) }
        if closed.count >= capacity / 4 {
            let oldest = closed.sorted { (purchases[$0].time, $0) < (purchases[$1].time, $1) }.prefix(capacity / 4)
            let gone = Set(oldest)
            purchases = purchases.indices.filter { !gone.contains($0) }.map { purchases[$0] }
            index()
        } else {
            stride *= 2
            let sample = self
            keep { sample.isSampled($0) }
        }
    }

    private mutating func keep(_ isKept: (Purchase) -> Bool) {
        purchases = purchases.filter(isKept)
        index()
    }

    private mutating func index() {
        (places, latest) = ([:], [:])
        for (place, purchase) in purchases.enumerated() {
            let (person, time) = (purchase.row.person, purchase.time)
            let occasion = Occasion(person: person, product: purchase.product, time: time)
            // The rows of a purchase stand side by side.
            let first = places[occasion].flatMap { $0.upperBound == place ? $0.lowerBound : nil } ?? place
            places[occasion] = first..<(place + 1)
            guard purchase.isLast else { continue }
            let pair = SlateLedger.Pair(person: person, item: purchase.product)
            latest[pair] = max(time, latest[pair] ?? time)
        }
    }
}

// MARK: Keeping

extension PurchaseLedger {
    private static let mark: UInt64 = 0x5155_4D41_5055_0002

    func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: 64 + purchases.count * (Examples.width + 8) * 4)
        writer.write(Self.mark)
        writer.write(UInt32(Examples.width))
        writer.write(stride)
        writer.write(purchases) { writer, purchase in
            writer.write(purchase.product)
            writer.write(purchase.time)
            writer.write(purchase.isLast ? 1 : 0 as UInt8)
            writer.write(purchase.row.item)
            writer.write(purchase.row.person)
            writer.write(purchase.row.time)
            writer.write(purchase.row.propensity)
            writer.write(purchase.row.actions)
            for signal in 0..<Examples.width { writer.write(purchase.row.signals[signal]) }
        }
        return writer.bytes
    }

    /// - Throws: ``SnapshotProblem`` when the bytes are none of this version, or name what is not there.
    init(encoded bytes: [UInt8], items: Int, persons: Int) throws(SnapshotProblem) {
        var reader = ByteReader(bytes)
        guard bytes.count >= 12, try reader.read(UInt64.self) == Self.mark,
            try reader.read(UInt32.self) == UInt32(Examples.width)
        else { throw .foreign }
        self.init()
        stride = max(1, try reader.read())
        purchases = Array(
            try reader.list { reader throws(SnapshotProblem) in
                try Self.purchase(from: &reader, items: items, persons: persons)
            })
        guard reader.isAtEnd else { throw .damaged(at: reader.place) }
        index()
    }

    private static func purchase(
        from reader: inout ByteReader, items: Int, persons: Int
    ) throws(SnapshotProblem) -> Purchase {
        let product = try reader.number(below: items)
        let time: Int64 = try reader.read()
        let isLast = try reader.read(UInt8.self) != 0
        let (item, person) = (try reader.number(below: items), try reader.number(below: persons))
        let shownAt: Int64 = try reader.read()
        let propensity: Float = try reader.read()
        let actions: UInt32 = try reader.read()
        guard product >= 0, item >= 0, person >= 0 else { throw .damaged(at: reader.place) }
        var signals = Signals()
        for signal in 0..<Examples.width { signals[signal] = try reader.read() }
        let row = SlateLedger.Row(
            item: item, person: person, time: shownAt, signals: signals, propensity: propensity, actions: actions)
        return Purchase(product: product, time: time, row: row, isLast: isLast)
    }
}
