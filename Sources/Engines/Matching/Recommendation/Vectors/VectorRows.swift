import CVectors

/// Vectors by slot in pages, so that a copy costs references and a change copies one page at most.
struct VectorRows: Sendable {
    let width: Int
    private var pages: ContiguousArray<ContiguousArray<Float>> = []

    private static let shift = 8
    private static let mask = 255

    /// - Parameter width: components of a row, a multiple of 16.
    init(width: Int) { self.width = width }

    /// Writes a row, zeros behind its end; makes room where there is none.
    mutating func set(_ slot: Int32, _ vector: [Float]) {
        let (page, start) = (Int(slot) >> Self.shift, (Int(slot) & Self.mask) * width)
        while pages.count <= page { pages.append(ContiguousArray(repeating: 0, count: (Self.mask + 1) * width)) }
        for place in vector.indices { pages[page][start + place] = vector[place] }
    }

    /// Adds a multiple of a vector of ``width`` components, after the row was multiplied by `fading`.
    mutating func add(_ vector: UnsafePointer<Float>, _ weight: Float, to slot: Int32, fading: Float = 1) {
        let start = (Int(slot) & Self.mask) * width
        pages[Int(slot) >> Self.shift].withUnsafeMutableBufferPointer { page in
            guard let row = page.baseAddress.map({ $0 + start }) else { return }
            quanyu_add(vector, weight, row, Int64(width))
            if fading != 1 { for place in 0..<width { row[place] *= fading } }
        }
    }

    @inline(__always)
    func with<Result>(_ slot: Int32, _ body: (UnsafeBufferPointer<Float>) -> Result) -> Result {
        let start = (Int(slot) & Self.mask) * width
        return pages[Int(slot) >> Self.shift].withUnsafeBufferPointer {
            body(UnsafeBufferPointer(rebasing: $0[start..<(start + width)]))
        }
    }

    /// Inner product with a vector of ``width`` components.
    @inline(__always)
    func dot(_ vector: UnsafePointer<Float>, _ slot: Int32) -> Float {
        with(slot) { row in row.baseAddress.map { quanyu_dot(vector, $0, Int64(width)) } ?? 0 }
    }

    /// Begins to fetch a row that is read soon.
    @inline(__always)
    func fetch(_ slot: Int32) {
        with(slot) { row in if let start = row.baseAddress { quanyu_prefetch(start, Int64(width * 4)) } }
    }

    subscript(slot: Int32) -> ContiguousArray<Float> { with(slot) { ContiguousArray($0) } }
}
