import CVectors

/// An array in chunks, so that a reader who holds a copy costs a writer one chunk, not the whole table.
///
/// This is how tables stay readable without locks while being written: a reader takes the value (one reference count),
/// the writer copies only the chunks that it touches while the reader lasts.
struct Chunked<Element: Sendable>: Sendable {
    private static var shift: Int { 8 }
    private static var mask: Int { 255 }
    private var chunks: ContiguousArray<ContiguousArray<Element>> = []
    private(set) var count = 0

    @inline(__always)
    subscript(index: Int32) -> Element {
        // Yields in place: a copy of a record would count references of what it holds.
        _read { yield chunks[Int(index) >> Self.shift][Int(index) & Self.mask] }
        _modify { yield &chunks[Int(index) >> Self.shift][Int(index) & Self.mask] }
    }

    /// Lends an element where it lies: even a borrowed copy of a record would count references of what it holds.
    @inline(__always)
    func with<Result>(_ index: Int32, _ body: (borrowing Element) -> Result) -> Result {
        chunks[Int(index) >> Self.shift].withUnsafeBufferPointer { body($0[Int(index) & Self.mask]) }
    }

    /// Begins to fetch an element that is read soon.
    @inline(__always)
    func fetch(_ index: Int32) {
        chunks[Int(index) >> Self.shift].withUnsafeBufferPointer { chunk in
            guard let start = chunk.baseAddress else { return }
            quanyu_prefetch(start + (Int(index) & Self.mask), Int64(MemoryLayout<Element>.stride))
        }
    }

    mutating func append(_ element: Element) {
        if count & Self.mask == 0 {
            chunks.append([])
            chunks[chunks.count - 1].reserveCapacity(Self.mask + 1)
        }
        chunks[chunks.count - 1].append(element)
        count += 1
    }

    var indices: Range<Int32> { 0..<Int32(count) }
}

/// Gives every key a small, stable number, in the order of first sight.
struct Directory: Sendable {
    private(set) var keys = Chunked<Key>()
    private var numbers: [Key: Int32] = [:]

    func number(of key: Key) -> Int32? { numbers[key] }

    /// The key's number, and whether it is new.
    mutating func admit(_ key: Key) -> (number: Int32, isNew: Bool) {
        if let number = numbers[key] { return (number, false) }
        let number = Int32(keys.count)
        keys.append(key)
        numbers[key] = number
        return (number, true)
    }

    /// Lets `key` stand for an existing number from now on.
    mutating func alias(_ key: Key, to number: Int32) { numbers[key] = number }

    /// Forgets every key of a number and leaves the number unused.
    mutating func erase(_ number: Int32) { erase([number]) }

    mutating func erase(_ gone: Set<Int32>) {
        numbers = numbers.filter { !gone.contains($0.value) }
        for number in gone { keys[number] = 0 }
    }

    /// Gives an unused number to a key.
    mutating func assign(_ key: Key, to number: Int32) {
        keys[number] = key
        numbers[key] = number
    }

    /// Keys that stand for a number besides its first, sorted so that snapshots are canonical.
    var aliases: [(key: Key, number: Int32)] {
        numbers.filter { keys[$0.value] != $0.key }.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
    }

    init() {}

    init(keys: [Key], aliases: [(key: Key, number: Int32)], erased: Set<Int32>) {
        numbers.reserveCapacity(keys.count + aliases.count)
        for (number, key) in keys.enumerated() {
            self.keys.append(key)
            if !erased.contains(Int32(number)) { numbers[key] = Int32(number) }
        }
        for alias in aliases { numbers[alias.key] = alias.number }
    }
}
