/// Why bytes are no snapshot.
public enum SnapshotProblem: Error, Hashable, Sendable {
    /// Not written by this engine, or by another version of it.
    case foreign
    /// Ends too early or contradicts itself at this byte.
    case damaged(at: Int)
}

/// Writes numbers little-endian, field by field, so that equal states give equal bytes.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    @inline(__always)
    mutating func write<Number: FixedWidthInteger>(_ number: Number) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func write(_ number: Double) { write(number.bitPattern) }
    mutating func write(_ number: Float) { write(number.bitPattern) }
    mutating func write(_ flag: Bool) { write(UInt8(flag ? 1 : 0)) }

    mutating func write<Element>(_ elements: some Collection<Element>, _ body: (inout ByteWriter, Element) -> Void) {
        write(UInt32(elements.count))
        for element in elements { body(&self, element) }
    }
}

/// Reads what ``ByteWriter`` wrote.
struct ByteReader {
    private let bytes: [UInt8]
    private(set) var place = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { place == bytes.count }

    @inline(__always)
    mutating func read<Number: FixedWidthInteger>(_: Number.Type = Number.self) throws(SnapshotProblem) -> Number {
        let size = MemoryLayout<Number>.size
        guard place + size <= bytes.count else { throw .damaged(at: place) }
        let number = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place, as: Number.self) }
        place += size
        return Number(littleEndian: number)
    }

    mutating func read(_: Double.Type = Double.self) throws(SnapshotProblem) -> Double {
        Double(bitPattern: try read(UInt64.self))
    }

    mutating func read(_: Float.Type = Float.self) throws(SnapshotProblem) -> Float {
        Float(bitPattern: try read(UInt32.self))
    }

    mutating func read(_: Bool.Type = Bool.self) throws(SnapshotProblem) -> Bool { try read(UInt8.self) != 0 }

    /// Reads a counted list. Every element takes at least one byte, so a count past the end is damage.
    mutating func list<Element>(
        _ body: (inout ByteReader) throws(SnapshotProblem) -> Element
    ) throws(SnapshotProblem) -> ContiguousArray<Element> {
        let count = Int(try read(UInt32.self))
        guard count <= bytes.count - place else { throw .damaged(at: place) }
        var elements = ContiguousArray<Element>()
        elements.reserveCapacity(count)
        for _ in 0..<count { elements.append(try body(&self)) }
        return elements
    }

    /// Reads a number that must name one of `count` things, or −1.
    mutating func number(below count: Int) throws(SnapshotProblem) -> Int32 {
        let number = try read(Int32.self)
        guard number >= -1, Int(number) < count else { throw .damaged(at: place) }
        return number
    }
}
