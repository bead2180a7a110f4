import Testing

@testable import Matching

@Suite("Vectors in blocks")
struct VectorBlocksTests {
    @Test("whatever leaves, moves or is set anew, the codes stand for the vectors", arguments: [16, 48, 64, 80])
    func codes(_ width: Int) {
        var dice = Dice(seed: UInt64(width))
        func vector() -> [Float] { (0..<width).map { _ in Float(dice.roll(2001) - 1000) / 1000 } }
        var codes = VectorCodes(width: width)
        var rows: [[Float]] = []
        for _ in 0..<300 {
            switch rows.isEmpty ? 0 : dice.roll(4) {
            case 0, 1:
                rows.append(vector())
                codes.append(rows[rows.count - 1])
            case 2:
                let row = dice.roll(rows.count)
                rows[row] = vector()
                codes.replace(row, by: rows[row])
            default:
                let row = dice.roll(rows.count)
                rows.swapAt(row, rows.count - 1)
                rows.removeLast()
                codes.remove(row)
            }
            #expect(codes.count == rows.count)
        }
        var work = VectorScratch()
        let query = vector()
        let scale = work.encode(ContiguousArray(query))
        work.score(codes)
        let found = work.scores.map { $0 * scale }
        for (row, vector) in rows.enumerated() {
            let exact = zip(query, vector).reduce(0) { $0 + $1.0 * $1.1 }
            #expect(abs(found[row] - exact) < 0.02 * Float(width).squareRoot())
        }
    }
}
