/// What was offered, what of it came into view, and what came of that: the raw material of online learning.
///
/// An offer keeps the signals it was ranked by (so nothing has to be computed again, and nothing leaks from later); an
/// impression makes it an example; what the person does within a day is its answer. Bounded in memory, oldest first.
struct SlateLedger: Sendable {
    struct Row: Sendable {
        let item: Int32
        let person: Int32
        let time: Int64
        var signals: Signals
        /// Probability with which it was offered in its slot.
        let propensity: Float
        /// Actions seen, one bit a kind.
        var actions: UInt32 = 0
    }

    private struct Pair: Hashable {
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
    private(set) var rows: [Row] = []
    /// Rows already dropped from the front.
    private var dropped = 0

    private static let personLimit = 1_000
    private static let rowLimit = 200_000
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

    mutating func observe(_ kind: Event.Kind, of item: Int32, by person: Int32, at time: Int64) {
        let pair = Pair(person: person, item: item)
        if kind == .impression {
            // Once a day is enough: what is seen again within it is the same example.
            if let number = shown[pair], number >= dropped, time - rows[number - dropped].time < Self.patience {
                return
            }
            guard let offer = offers[person]?.row(of: item) else { return }
            shown[pair] = dropped + rows.count
            rows.append(offer)
            trim()
            return
        }
        guard let number = shown[pair], number >= dropped, time - rows[number - dropped].time < Self.patience else {
            return
        }
        rows[number - dropped].actions |= 1 << UInt32(kind.rawValue)
    }

    /// Forgets what a person was shown.
    mutating func forget(_ person: Int32) {
        if offers.removeValue(forKey: person) != nil { order.removeAll { $0 == person } }
        guard rows.contains(where: { $0.person == person }) else { return }
        rows.removeAll { $0.person == person }
        // Places have moved; what others were shown still waits for its answer.
        dropped = 0
        shown = [:]
        for (number, row) in rows.enumerated() { shown[Pair(person: row.person, item: row.item)] = number }
    }

    private mutating func trim() {
        guard rows.count > Self.rowLimit else { return }
        let gone = Self.rowLimit / 4
        rows.removeFirst(gone)
        dropped += gone
        shown = shown.filter { $0.value >= dropped }
    }
}
