/// Fixed-width numbers of which any pattern of bits is a value, so that arrays of them can be written as they lie.
/// The encoded form is little-endian, as every machine that Swift runs on is.
protocol PlainNumber {}
extension UInt8: PlainNumber {}
extension UInt32: PlainNumber {}
extension UInt64: PlainNumber {}
extension Int64: PlainNumber {}
extension UInt128: PlainNumber {}
extension Float: PlainNumber {}
extension SIMD4: PlainNumber where Scalar == UInt32 {}

/// Writes arrays of numbers one after the other.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ values: [some PlainNumber]) {
        withUnsafeBytes(of: UInt64(values.count).littleEndian) { bytes.append(contentsOf: $0) }
        values.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }

    mutating func write(_ value: some PlainNumber) {
        write([value])
    }

    mutating func write(_ text: String) {
        write(Array(text.utf8))
    }

    mutating func write(_ table: TermTable) {
        write(table.bytes)
        write(table.ends)
    }
}

/// Reads what ``ByteWriter`` wrote, and trusts nothing.
struct ByteReader {
    private let bytes: ArraySlice<UInt8>
    private var place: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        place = bytes.startIndex
    }

    var isAtEnd: Bool { place == bytes.endIndex }

    mutating func array<Number: PlainNumber>(of type: Number.Type = Number.self) throws(TextIndexProblem) -> [Number] {
        guard bytes.endIndex - place >= 8 else { throw .damaged }
        var count: UInt64 = 0
        for offset in 0..<8 { count |= UInt64(bytes[place + offset]) << UInt64(8 * offset) }
        place += 8
        guard count <= UInt64(bytes.endIndex - place) / UInt64(MemoryLayout<Number>.stride) else { throw .damaged }
        let length = Int(count) * MemoryLayout<Number>.stride
        let source = bytes[place..<place + length]
        place += length
        return [Number](unsafeUninitializedCapacity: Int(count)) { buffer, initialized in
            source.withUnsafeBytes { UnsafeMutableRawBufferPointer(buffer).copyMemory(from: $0) }
            initialized = Int(count)
        }
    }

    mutating func number<Number: PlainNumber>(of type: Number.Type = Number.self) throws(TextIndexProblem) -> Number {
        let values: [Number] = try array()
        guard values.count == 1 else { throw .damaged }
        return values[0]
    }

    mutating func string() throws(TextIndexProblem) -> String {
        String(decoding: try array(of: UInt8.self), as: UTF8.self)
    }

    mutating func table() throws(TextIndexProblem) -> TermTable {
        let bytes: [UInt8] = try array()
        guard let table = TermTable(bytes: bytes, ends: try array()) else { throw .damaged }
        return table
    }
}

/// FNV-1a over eight bytes at a time: it guards against a torn file, not against an attacker.
func checksum(_ bytes: some Collection<UInt8>) -> UInt64 {
    bytes.withContiguousStorageIfAvailable { buffer in
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        let raw = UnsafeRawBufferPointer(buffer)
        var place = 0
        while place + 8 <= raw.count {
            hash = (hash ^ raw.loadUnaligned(fromByteOffset: place, as: UInt64.self)) &* 0x0000_0100_0000_01b3
            hash ^= hash >> 29
            place += 8
        }
        while place < raw.count {
            hash = (hash ^ UInt64(raw[place])) &* 0x0000_0100_0000_01b3
            place += 1
        }
        return hash
    } ?? 0
}
