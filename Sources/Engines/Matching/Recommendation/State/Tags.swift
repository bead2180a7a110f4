/// The tags of an item. The first four lie within its record: a request reads hundreds of records, and an array of its own
/// would be fetched from somewhere else for each of them.
struct Tags: Sendable, Hashable, RandomAccessCollection, ExpressibleByArrayLiteral {
    private var first = SIMD4<Int32>(repeating: -1)
    private var further: ContiguousArray<Int32> = []
    private var firstCount: Int32 = 0

    init(arrayLiteral tags: Int32...) { self.init(tags) }

    init(_ tags: some Sequence<Int32>) { for tag in tags { append(tag) } }

    mutating func append(_ tag: Int32) {
        if firstCount < 4 {
            first[Int(firstCount)] = tag
            firstCount += 1
        } else {
            further.append(tag)
        }
    }

    var startIndex: Int { 0 }

    @inline(__always)
    var endIndex: Int { firstCount < 4 ? Int(firstCount) : 4 + further.count }

    @inline(__always)
    subscript(place: Int) -> Int32 { place < 4 ? first[place] : further[place - 4] }
}
