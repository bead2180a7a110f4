/// The best matches so far, over all segments, and the counts that were asked for.
struct Collector {
    /// A match. Greater is better; equal ones keep the order in which they came.
    struct Entry {
        var key: Int64
        var score: UInt32
        var segment: Int32
        var document: UInt32
    }

    let capacity: Int
    private let sort: Query.Sort
    private(set) var heap: [Entry] = []
    var total = 0

    init(capacity: Int, sort: Query.Sort) {
        self.capacity = capacity
        self.sort = sort
        heap.reserveCapacity(min(capacity, 1_024))
    }

    /// Scores up to this one can't enter any more. Only for the order by relevance.
    @inline(__always)
    var threshold: UInt32 {
        heap.count < capacity ? 0 : heap.first.map(\.score) ?? .max
    }

    /// The key to order a document by.
    func key(_ document: Int, _ score: UInt32, _ columns: Columns) -> Int64 {
        let price = columns.prices[document]
        switch sort {
        case .relevance: return Int64(score)
        case .priceAscending: return price == Columns.noPrice ? .min : -max(price, -.max)
        case .priceDescending: return price
        case .newest: return columns.createdAt[document]
        case .sales: return columns.sales[document]
        }
    }

    @inline(__always)
    private static func precedes(_ a: Entry, _ b: Entry) -> Bool {
        if a.key != b.key { return a.key > b.key }
        if a.score != b.score { return a.score > b.score }
        if a.segment != b.segment { return a.segment < b.segment }
        return a.document < b.document
    }

    /// Offers a match to the list of the best.
    mutating func offer(_ entry: Entry) {
        if heap.count < capacity {
            heap.append(entry)
            var child = heap.count - 1
            while child > 0, Self.precedes(heap[(child - 1) / 2], heap[child]) {
                heap.swapAt(child, (child - 1) / 2)
                child = (child - 1) / 2
            }
        } else if capacity > 0, Self.precedes(entry, heap[0]) {
            heap[0] = entry
            siftDown()
        }
    }

    private mutating func siftDown() {
        var parent = 0
        while true {
            var worst = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if Self.precedes(heap[worst], heap[child]) { worst = child }
            }
            guard worst != parent else { return }
            heap.swapAt(parent, worst)
            parent = worst
        }
    }

    /// The best matches, best first.
    func sorted() -> [Entry] {
        heap.sorted(by: Self.precedes)
    }
}

/// Counts facet values over the matches of one segment.
struct FacetCounter {
    private var kinds = [Int](repeating: 0, count: Document.Kind.allCases.count)
    private var categories: [Int]
    private var shops: [Int]
    private var brands: [Int]
    private var lowest = Int64.max
    private var highest = Int64.min

    init(_ columns: Columns) {
        categories = [Int](repeating: 0, count: columns.categoryTable.count + 1)
        shops = [Int](repeating: 0, count: columns.shopTable.count + 1)
        brands = [Int](repeating: 0, count: columns.brandTable.count + 1)
    }

    /// Counts a match of the text for every facet whose own condition is the only one that it fails.
    mutating func count(_ document: Int, _ failures: FilterMatcher.Failures, _ columns: Columns) {
        if failures.isSubset(of: .kind) { kinds[Int(columns.kinds[document])] += 1 }
        if failures.isSubset(of: .shop) { shops[Int(columns.shops[document])] += 1 }
        if failures.isSubset(of: .brand) { brands[Int(columns.brands[document])] += 1 }
        if failures.isSubset(of: .category) {
            for category in columns.categories[columns.categoryRange(document)] { categories[Int(category)] += 1 }
        }
        let price = columns.prices[document]
        if failures.isEmpty, price != Columns.noPrice {
            lowest = min(lowest, price)
            highest = max(highest, price)
        }
    }

    /// Adds the counts to those of other segments, by name.
    func add(to counts: inout FacetCounts, _ columns: Columns) {
        for kind in Document.Kind.allCases where kinds[Int(kind.rawValue)] > 0 {
            counts.kinds[kind, default: 0] += kinds[Int(kind.rawValue)]
        }
        for place in 1..<categories.count where categories[place] > 0 {
            counts.categories[columns.categoryTable.string(place - 1), default: 0] += categories[place]
        }
        for place in 1..<shops.count where shops[place] > 0 {
            counts.shops[columns.shopTable[place - 1], default: 0] += shops[place]
        }
        for place in 1..<brands.count where brands[place] > 0 {
            counts.brands[columns.brandTable.string(place - 1), default: 0] += brands[place]
        }
        guard lowest <= highest else { return }
        let known = counts.price ?? lowest...highest
        counts.price = min(known.lowerBound, lowest)...max(known.upperBound, highest)
    }
}
