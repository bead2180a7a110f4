/// What came of each slot that was shown, by the rules that the live feed learns by.
struct SlateAnswers {
    private struct Pair: Hashable {
        let person, item: Key
    }

    private struct Answer {
        let kind: Event.Kind
        let time: Int64
        /// Of a regret: when what is regretted was paid; 0 where that is not known.
        let bought: Int64
    }

    /// A video or room that was shown.
    private struct Cover {
        let item: Key
        let time: Int64
        var hasLooked = false
    }

    private let patience: Int64
    private let yardstick: RankingWeights
    private let end: Int64
    /// Whether the events tell what came into view; without, every slot counts as seen.
    private let tellsViews: Bool
    private var persons: [Key: Key] = [:]
    private var answers: [Pair: [Answer]] = [:]
    /// What lies under a video or in a room, as it was last told.
    private var goods: [Key: [Key]] = [:]
    private var covers: [Key: [Cover]] = [:]
    /// The covers that sold something, and when.
    private var sold: [Pair: [(time: Int64, cover: Key)]] = [:]

    private static let coverLimit = 256

    init(_ steps: [SlateReplay.Step], patience: Int64, yardstick: RankingWeights) {
        (self.patience, self.yardstick) = (patience, yardstick)
        end = steps.reduce(0) { max($0, $1.time) }
        tellsViews = steps.contains { step in
            if case .event(let event) = step.change { event.kind == .impression } else { false }
        }
        // What a visitor was shown is answered by the person who signed in.
        for step in steps { if case .merge(let visitor, let person) = step.change { persons[visitor] = person } }
        for step in steps {
            switch step.change {
            case .list(let item), .openRoom(let item, _):
                if !item.products.isEmpty { goods[item.id] = item.products }
            case .event(let event): observe(event)
            default: break
            }
        }
    }

    private func known(_ person: Key) -> Key {
        var person = person
        // A few turns: nobody signs in as a person who signed in as a person without end.
        for _ in 0..<8 { person = persons[person] ?? person }
        return person
    }

    private mutating func observe(_ event: Event) {
        let person = known(event.person)
        let pair = Pair(person: person, item: event.subject)
        let answer = Answer(kind: event.kind, time: event.time, bought: event.bought)
        answers[pair, default: []].append(answer)
        if goods[event.subject] != nil { look(event, person) }
        if event.kind == .buy, let cover = cover(of: event.subject, person, at: event.time) {
            sold[pair, default: []].append((event.time, cover))
            answers[Pair(person: person, item: cover), default: []].append(answer)
        }
        if event.kind.isRegret, let sales = sold[pair] {
            let sale = event.bought == 0 ? sales.last : sales.last { $0.time == event.bought }
            if let sale { answers[Pair(person: person, item: sale.cover), default: []].append(answer) }
        }
    }

    private mutating func look(_ event: Event, _ person: Key) {
        let isLook = event.kind.bit & SlateLedger.looks != 0
        var seen = covers[person] ?? []
        let place = seen.lastIndex { $0.item == event.subject && (0..<patience).contains(event.time - $0.time) }
        if let place {
            seen[place].hasLooked = seen[place].hasLooked || isLook
        } else if event.kind == .impression || isLook && !tellsViews {
            seen.append(Cover(item: event.subject, time: event.time, hasLooked: isLook))
            if seen.count > Self.coverLimit { seen.removeFirst() }
        }
        covers[person] = seen
    }

    /// The video or room that the person last looked at with these goods under it, as in ``SlateLedger``.
    private func cover(of product: Key, _ person: Key, at time: Int64) -> Key? {
        covers[person]?.last {
            $0.hasLooked && (0..<patience).contains(time - $0.time) && goods[$0.item]?.contains(product) == true
        }?.item
    }

    /// What a slot was worth, what dissatisfaction with it cost and, once the time for that is over, what regrets of what it
    /// sold cost. Each kind of action counts once; nil when the slot never came into view.
    func answer(_ person: Key, _ item: Key, from time: Int64) -> (worth: Double, cost: Double, regret: Double?)? {
        let after = (answers[Pair(person: known(person), item: item)] ?? []).filter { $0.time >= time }
        let soon = after.filter { $0.time - time < patience }
        if tellsViews, soon.isEmpty { return nil }
        let kinds = Set(soon.map(\.kind))
        var (worth, cost) = (0.0, 0.0)
        for kind in Event.Kind.allCases where kinds.contains(kind) && !kind.isRegret {
            let (weight, costs) = yardstick.worth(of: kind)
            if costs { cost += weight } else { worth += weight }
        }
        guard time + PurchaseLedger.window <= end else { return (worth, cost, nil) }
        guard kinds.contains(.buy) else { return (worth, cost, 0) }
        let regrets = after.filter { answer in
            answer.kind.isRegret && answer.time - time < PurchaseLedger.window
                && (answer.bought == 0 || (0..<patience).contains(answer.bought - time))
        }
        let regret = Set(regrets.map(\.kind)).sorted { $0.rawValue < $1.rawValue }
            .reduce(0) { $0 + yardstick.worth(of: $1).weight }
        return (worth, cost, regret)
    }
}
