/// What was offered, what of it came into view, and what came of that: the raw material of online learning.
///
/// An offer keeps the signals it was ranked by (so nothing has to be computed again, and nothing leaks from later); an
/// impression makes it an example; what the person does within a day is its answer. A purchase is kept for as long as it can
/// be regretted. Bounded in memory, oldest first.
struct SlateLedger: Sendable {
    struct Row: Sendable {
        let item: Int32
        var person: Int32
        let time: Int64
        var signals: Signals
        /// Probability with which it was offered in its slot.
        let propensity: Float
        /// Actions seen, one bit a kind.
        var actions: UInt32 = 0
    }

    struct Pair: Hashable {
        let person, item: Int32
    }

    /// What one person was offered by the last two rankings: the page may still show places of the one before.
    private struct Offers {
        private(set) var latest: ContiguousArray<Row> = []
        private(set) var previous: ContiguousArray<Row> = []

        mutating func add(_ rows: ContiguousArray<Row>) {
            previous = latest
            latest = rows
        }

        func row(of item: Int32) -> Row? { latest.first { $0.item == item } ?? previous.first { $0.item == item } }
    }

    private var offers: [Int32: Offers] = [:]
    /// Persons with offers, the first first.
    private var order: [Int32] = []
    private var shown: [Pair: Int] = [:]
    /// What was shown last to a person over some goods: the video or the room, by its row.
    private var covers: [Int32: ContiguousArray<Int>] = [:]
    private(set) var rows: [Row] = []
    /// Rows already dropped from the front.
    private var dropped = 0
    /// What was bought, until its regret is learned.
    var purchases = PurchaseLedger()

    private static let personLimit = 1_000
    private static let rowLimit = 200_000
    /// Videos and rooms remembered for one person.
    private static let coverLimit = 256
    /// Time in which an action still answers an impression.
    private static let patience: Int64 = 86_400_000

    /// Keeps what a ranking offers to a person.
    mutating func offer(_ rows: ContiguousArray<Row>, to person: Int32) {
        guard !rows.isEmpty else { return }
        if offers[person] == nil { order.append(person) }
        offers[person, default: Offers()].add(rows)
        guard order.count > Self.personLimit else { return }
        for old in order.prefix(Self.personLimit / 4) { offers[old] = nil }
        order.removeFirst(Self.personLimit / 4)
    }

    /// Takes note of what a person did to an item.
    mutating func observe(
        _ kind: Event.Kind, of item: Int32, by person: Int32, at time: Int64, bought: Int64 = 0,
        in records: Chunked<ItemRecord>
    ) {
        if kind == .impression { return show(item, to: person, at: time, records) }
        if kind.isRegret { return purchases.regret(kind, of: item, by: person, at: time, bought: bought) }
        var answered: [Row] = []
        if let place = place(of: shown[Pair(person: person, item: item)], at: time) {
            rows[place].actions |= kind.bit
            answered.append(rows[place])
        }
        guard kind == .buy else { return }
        if let place = cover(of: item, for: person, at: time, records) {
            rows[place].actions |= kind.bit
            answered.append(rows[place])
        }
        purchases.add(answered, of: item, by: person, at: time)
    }

    private mutating func show(_ item: Int32, to person: Int32, at time: Int64, _ records: Chunked<ItemRecord>) {
        let pair = Pair(person: person, item: item)
        // Once a day is enough: what is seen again within it is the same example.
        guard place(of: shown[pair], at: time) == nil, var offer = offers[person]?.row(of: item) else { return }
        offer.person = person
        shown[pair] = dropped + rows.count
        if !records[item].products.isEmpty {
            covers[person, default: []].append(dropped + rows.count)
            if covers[person, default: []].count > Self.coverLimit { covers[person]?.removeFirst() }
        }
        rows.append(offer)
        trim()
    }

    /// Where a row stands, while it can still be answered. What is imported may have happened before it was shown.
    private func place(of number: Int?, at time: Int64) -> Int? {
        guard let number, number >= dropped, (0..<Self.patience).contains(time - rows[number - dropped].time)
        else { return nil }
        return number - dropped
    }

    /// The video or room that the person last looked at with these goods under it; one that was passed by sold nothing.
    private func cover(of product: Int32, for person: Int32, at time: Int64, _ records: Chunked<ItemRecord>) -> Int? {
        let numbers = covers[person] ?? []
        return numbers.reversed().lazy.compactMap { place(of: $0, at: time) }.first {
            rows[$0].actions & Self.looks != 0 && records[rows[$0].item].products.contains(product)
        }
    }

    /// What is more than having it in view.
    static let looks = [Event.Kind.view, .finish, .like, .favourite, .share, .open].reduce(UInt32(0)) {
        $0 | $1.bit
    }

    /// What a visitor was shown is answered by the person from now on: many sign in only to pay.
    mutating func merge(_ visitor: Int32, into person: Int32) {
        if let offered = offers.removeValue(forKey: visitor) {
            order.removeAll { $0 == visitor }
            if offers[person] == nil { order.append(person) }
            offers[person] = offered
        }
        purchases.merge(visitor, into: person)
        for place in rows.indices where rows[place].person == visitor {
            rows[place].person = person
            let item = rows[place].item
            shown[Pair(person: visitor, item: item)] = nil
            // Rows stand in the order of time, so the last one that was shown to either is the one that answers.
            let number = place + dropped
            shown[Pair(person: person, item: item)] = max(number, shown[Pair(person: person, item: item)] ?? number)
        }
        if let covered = covers.removeValue(forKey: visitor) {
            covers[person] = ContiguousArray(((covers[person] ?? []) + covered).sorted().suffix(Self.coverLimit))
        }
    }

    /// Forgets what a person was shown and bought.
    mutating func forget(_ person: Int32) {
        purchases.forget(person)
        forget([person])
    }

    /// The same of persons whose purchases are closed, or who made none.
    mutating func forget(_ persons: Set<Int32>) {
        for person in persons {
            offers[person] = nil
            covers[person] = nil
        }
        order.removeAll(where: persons.contains)
        let kept = rows.indices.filter { !persons.contains(rows[$0].person) }
        guard kept.count < rows.count else { return }
        // Places move; what others were shown still waits for its answer.
        let numbers = Dictionary(uniqueKeysWithValues: zip(kept.lazy.map { [dropped] in $0 + dropped }, kept.indices))
        rows = kept.map { rows[$0] }
        dropped = 0
        shown = shown.compactMapValues { numbers[$0] }
        covers = covers.mapValues { ContiguousArray($0.compactMap { numbers[$0] }) }
    }

    private mutating func trim() {
        guard rows.count > Self.rowLimit else { return }
        let gone = Self.rowLimit / 4
        rows.removeFirst(gone)
        dropped += gone
        shown = shown.filter { $0.value >= dropped }
        covers = covers.compactMapValues { numbers in
            let kept = ContiguousArray(numbers.filter { $0 >= dropped })
            return kept.isEmpty ? nil : kept
        }
    }
}
