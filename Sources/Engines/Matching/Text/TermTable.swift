/// A set of byte strings, each with a small number: 0, 1, 2 … in the order of insertion.
///
/// Open addressing over one array of bytes, so that half a million terms are three allocations and not half a million.
struct TermTable: Sendable, Equatable {
    private(set) var bytes: [UInt8] = []
    private(set) var ends: [UInt32] = []
    private var slots: [UInt32]
    private var hashes: [UInt32] = []

    init() {
        slots = [UInt32](repeating: 0, count: 16)
    }

    /// Rebuilds the table from its bytes. Returns `nil` when the ends don't rise or don't fit.
    init?(bytes: [UInt8], ends: [UInt32]) {
        self.init()
        var start: UInt32 = 0
        for end in ends {
            guard end >= start, Int(end) <= bytes.count else { return nil }
            start = end
        }
        guard Int(start) == bytes.count else { return nil }
        reserve(ends.count)
        for index in ends.indices {
            let from = index == 0 ? 0 : Int(ends[index - 1])
            let id = bytes.withUnsafeBufferPointer {
                insert(UnsafeBufferPointer(rebasing: $0[from..<Int(ends[index])]))
            }
            guard id == index else { return nil }
        }
    }

    var count: Int { ends.count }

    func range(_ id: Int) -> Range<Int> {
        (id == 0 ? 0 : Int(ends[id - 1]))..<Int(ends[id])
    }

    func term(_ id: Int) -> ArraySlice<UInt8> {
        bytes[range(id)]
    }

    func string(_ id: Int) -> String {
        String(decoding: term(id), as: UTF8.self)
    }

    /// FNV-1a, folded to 32 bits: terms are short, and the table is never fed by a stranger's choice of hash.
    static func hash(_ term: UnsafeBufferPointer<UInt8>) -> UInt32 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in term {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        return UInt32(truncatingIfNeeded: hash ^ (hash >> 32))
    }

    func find(_ term: UnsafeBufferPointer<UInt8>) -> Int? {
        let hash = Self.hash(term)
        var slot = Int(hash) & (slots.count - 1)
        while slots[slot] != 0 {
            let id = Int(slots[slot] - 1)
            if hashes[id] == hash, equals(id, term) { return id }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    func find(_ term: [UInt8]) -> Int? {
        term.withUnsafeBufferPointer { find($0) }
    }

    /// The number of a term, a new one if it wasn't there.
    mutating func insert(_ term: UnsafeBufferPointer<UInt8>) -> Int {
        let hash = Self.hash(term)
        var slot = Int(hash) & (slots.count - 1)
        while slots[slot] != 0 {
            let id = Int(slots[slot] - 1)
            if hashes[id] == hash, equals(id, term) { return id }
            slot = (slot + 1) & (slots.count - 1)
        }
        let id = ends.count
        bytes.append(contentsOf: term)
        ends.append(UInt32(bytes.count))
        hashes.append(hash)
        slots[slot] = UInt32(id + 1)
        if (id + 1) * 2 > slots.count { rehash(slots.count * 2) }
        return id
    }

    mutating func insert(_ term: String) -> Int {
        var term = term
        return term.withUTF8 { insert($0) }
    }

    mutating func insert(_ term: ArraySlice<UInt8>) -> Int {
        term.withUnsafeBufferPointer { insert($0) }
    }

    private mutating func reserve(_ count: Int) {
        var size = 16
        while size < count * 2 { size *= 2 }
        ends.reserveCapacity(count)
        hashes.reserveCapacity(count)
        rehash(size)
    }

    private mutating func rehash(_ size: Int) {
        slots = [UInt32](repeating: 0, count: size)
        for id in hashes.indices {
            var slot = Int(hashes[id]) & (size - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (size - 1) }
            slots[slot] = UInt32(id + 1)
        }
    }

    private func equals(_ id: Int, _ term: UnsafeBufferPointer<UInt8>) -> Bool {
        let range = range(id)
        guard range.count == term.count else { return false }
        for offset in 0..<term.count where bytes[range.lowerBound + offset] != term[offset] {
            return false
        }
        return true
    }
}
