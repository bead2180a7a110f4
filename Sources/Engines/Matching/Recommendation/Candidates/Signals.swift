/// What is known of one candidate for one request, in a fixed order that ranking and learning share.
enum Signal: Int, CaseIterable, Sendable {
    /// log(1 + purchases), log(1 + fast), log(1 + slow) and log(1 + total) of the person's own evidence, in purchases.
    case purchases, ownFast, ownSlow, ownTotal
    /// Days since the last purchase, log; elapsed over the usual gap; how due it is; how many gaps that stands on.
    case recency, overdue, due, regularity
    /// Share of the item's buyers who came back.
    case repeatRate
    /// log₂ share of the evidence within the windows; the same within its category and its tags over the month.
    case month, week, day, categoryShare, tagShare
    /// Closed-form item-to-item, session, context and following scores.
    case linear, session, context, following
    /// Decayed interest in its category (long, recent, now), best tag, shop and creator.
    case categorySlow, categoryFast, categoryPulse, tag, shop, creator
    /// Days since listing or first evidence, log; times in view without a response; damping by dislikes.
    case age, fatigue, damp
    /// Smoothed response and dislike rates of the item.
    case response, dislike
    /// How much the person's evidence is, log.
    case breadth
    /// log(1 + persons) with evidence on the item.
    case reach
    /// Long interest in its strongest tag.
    case tagSlow
    /// log₂ share of the evidence within the hour.
    case hour
    /// log₂ share of the first responses within the week and the month, and within its category.
    case adoptedWeek, adoptedMonth, categoryAdopted
    /// Time since the last purchase over the gap that is usual for the item; that gap in days, log.
    case itemOverdue, itemGap
    /// The person's purchases a visit since the first; visits since the last, log.
    case visitRate, visitsSince
    /// Days a visit and responses a visit of the person, log; time since the last visit over that.
    case cadence, basket, visitOverdue
    /// Place among the person's candidates by the closed-form score and by the own history, log₂.
    case linearRank, dueRank
    /// Share of the person's last 4, 12 and 40 visits with the item.
    case lastVisits, recentVisits, manyVisits
    /// log₂ growth: week over month, of all responses and of first ones.
    case trend, adoptedTrend
    /// log(1 + items of its category, and of its strongest tag, that the person took up for the first time), decayed.
    case categoryTaken, tagTaken
    /// Log-odds of the learned ranking in force, its trust in popularity included: what the models of actions learn on
    /// top of (stacking, Wolpert 1992). Filled in when candidates are ranked.
    case learned
    /// Cosine with what the person last responded to, in the embedding; 0 where others are nearer.
    case nearness
    /// Smoothed rates of refunds, late deliveries and complaints of the item, or of the goods under it, and of all regrets of
    /// the shop: what is new of a shop that serves badly is known by its shop.
    case returns, lateness, complaints, shopRegret
}

extension Signal {
    /// What can be told of an item before it is a candidate: cheap, and enough to choose by.
    static let early: [Signal] = [
        .purchases, .ownFast, .ownSlow, .due, .recency, .overdue, .visitRate, .lastVisits, .recentVisits, .visitsSince,
        .linear, .linearRank, .dueRank, .session, .month, .adoptedMonth, .reach, .breadth, .basket, .categorySlow,
        .categoryTaken, .categoryShare, .categoryAdopted, .tagSlow, .tagTaken, .tagShare,
    ]
}

/// The values of all signals; 0 where nothing is known.
struct Signals: Sendable, Hashable {
    // Sixteen lanes a part: wider vectors would be aligned so far that half of an array were padding.
    private var parts: (SIMD16<Float>, SIMD16<Float>, SIMD16<Float>, SIMD16<Float>) = (.zero, .zero, .zero, .zero)

    @inline(__always)
    subscript(signal: Signal) -> Float {
        get { self[signal.rawValue] }
        set { self[signal.rawValue] = newValue }
    }

    /// By raw value of the signal.
    @inline(__always)
    subscript(number: Int) -> Float {
        get {
            switch number >> 4 {
            case 0: parts.0[number & 15]
            case 1: parts.1[number & 15]
            case 2: parts.2[number & 15]
            default: parts.3[number & 15]
            }
        }
        set {
            switch number >> 4 {
            case 0: parts.0[number & 15] = newValue
            case 1: parts.1[number & 15] = newValue
            case 2: parts.2[number & 15] = newValue
            default: parts.3[number & 15] = newValue
            }
        }
    }

    static func == (a: Signals, b: Signals) -> Bool { a.parts == b.parts }

    func hash(into hasher: inout Hasher) { hasher.combine(parts.0) }
}

/// An item on its way to a slot.
struct Candidate: Sendable {
    let item: Int32
    /// Sources that named it, one bit each.
    var sources: UInt16
    /// Place in the person's history; −1 when none.
    var own: Int32 = -1
    /// Was in view a short while ago: shown only when nothing else is left.
    var paused = false
    var signals = Signals()
    var score: Float = 0
}

/// A sum per item with its strongest contribution.
struct Accumulator: Sendable {
    var sum: Float = 0
    var best: Float = 0
    var source: Int32 = -1
}

/// Dense sums over items that cost only what they touch.
struct Accumulation: Sendable {
    private(set) var cells: ContiguousArray<Accumulator> = []
    private(set) var touched: ContiguousArray<Int32> = []

    mutating func fit(_ count: Int) {
        if cells.count < count {
            cells.append(contentsOf: repeatElement(Accumulator(), count: count - cells.count))
        }
    }

    @inline(__always)
    mutating func add(_ item: Int32, _ weight: Float, from source: Int32) {
        let place = Int(item)
        if cells[place].source < 0 { touched.append(item) }
        cells[place].sum += weight
        if weight > cells[place].best || cells[place].source < 0 {
            cells[place].best = weight
            cells[place].source = source
        }
    }

    /// Takes a value in place of a lower one.
    mutating func raise(_ item: Int32, to value: Float, from source: Int32) {
        if cells[Int(item)].source < 0 { touched.append(item) }
        cells[Int(item)] = Accumulator(sum: value, best: value, source: source)
    }

    @inline(__always)
    subscript(item: Int32) -> Accumulator { cells[Int(item)] }

    mutating func clear() {
        for item in touched { cells[Int(item)] = Accumulator() }
        touched.removeAll(keepingCapacity: true)
    }

    /// Scales every sum.
    mutating func reweigh(_ factor: (Int32) -> Float) {
        for item in touched { cells[Int(item)].sum *= factor(item) }
    }

    /// The touched items with the highest sums, unordered beyond the cut; ties by item.
    func strongest(_ count: Int) -> ContiguousArray<Int32> {
        strongestItems(touched, count) { cells[Int($0)].sum }
    }
}

/// The `count` items of highest value, highest first; ties go to the lower number so that answers repeat.
func strongestItems(
    _ items: ContiguousArray<Int32>, _ count: Int, value: (Int32) -> Float
) -> ContiguousArray<Int32> {
    var pairs = ContiguousArray<UInt64>()
    pairs.reserveCapacity(items.count)
    for item in items {
        let score = value(item)
        if score > 0 { pairs.append(UInt64(score.bitPattern) << 32 | UInt64(UInt32.max - UInt32(item))) }
    }
    if pairs.count > count {
        selectHighest(&pairs, count)
        pairs.removeLast(pairs.count - count)
    }
    pairs.sort(by: >)
    return ContiguousArray(pairs.map { Int32(UInt32.max - UInt32(truncatingIfNeeded: $0)) })
}

/// Hoare's quickselect: the `count` highest come first.
private func selectHighest(_ values: inout ContiguousArray<UInt64>, _ count: Int) {
    values.withUnsafeMutableBufferPointer { values in
        var low = 0
        var high = values.count - 1
        while low < high {
            let a = values[low], b = values[(low + high) >> 1], c = values[high]
            let pivot = max(min(a, b), min(max(a, b), c))
            var i = low
            var j = high
            while i <= j {
                while values[i] > pivot { i += 1 }
                while values[j] < pivot { j -= 1 }
                if i <= j {
                    values.swapAt(i, j)
                    i += 1
                    j -= 1
                }
            }
            if count - 1 <= j { high = j } else if count - 1 >= i { low = i } else { return }
        }
    }
}
