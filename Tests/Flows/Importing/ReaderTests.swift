import Foundation
import Testing

@testable import Importing

/// A generator that repeats from a seed (SplitMix64).
private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

@Suite struct ReaderTests {
    private func reader(_ data: Data) throws -> CSVReader {
        let folder = Scratch()
        folder.write("t.csv", data)
        return try CSVReader(try #require(try Folder(folder.path).file("t.csv")))
    }

    @Test(arguments: 1...20) func whatIsQuotedByTheRulesIsReadBack(seed: UInt64) throws {
        var random = Seeded(state: seed)
        let pieces = ["a", "\"", ",", "\n", "\r\n", "茶", "🍵", " b ", "x|y"]
        let rows = (0..<300).map { _ in
            (0..<3).map { _ in
                (0..<Int.random(in: 1...6, using: &random)).map { _ in pieces.randomElement(using: &random)! }.joined()
            }
        }
        let end = Bool.random(using: &random) ? "\r\n" : "\n"
        let text =
            "\u{FEFF}a,b,c" + end
            + rows.map { row in
                row.map { "\"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: ",") + end
            }.joined()
        let reader = try reader(Data(text.utf8))
        for (index, row) in rows.enumerated() {
            let expected = Row(number: index + 2, texts: ["a": row[0], "b": row[1], "c": row[2]])
            #expect(try reader.next() == .row(expected))
        }
        #expect(try reader.next() == nil)
    }

    @Test(arguments: 1...40) func whateverTheBytesEveryRecordIsNumberedOnce(seed: UInt64) throws {
        var random = Seeded(state: seed)
        var data = Data("a,b\n".utf8)
        let alphabet = Array("ab\",\n\r \u{0}".utf8) + [0xFF, 0xC3]
        data += (0..<100_000).map { _ in alphabet.randomElement(using: &random)! }
        let reader = try reader(data)
        var last = 1
        while let record = try reader.next() {
            let number =
                switch record {
                case .row(let row): row.number
                case .broken(let number, _): number
                }
            #expect(number == last + 1)
            last = number
        }
        #expect(last > 100)
    }

    @Test func identifiersRestOnNamespaceTableAndText() {
        let names = Names(namespace: "test-1")
        // printf 'test-1/products/p1' | sha256sum
        #expect(names.number("products", "p1") == 0x122a_393d_ff97_bdd8_416d_824c_e80e_03e5)
        #expect(names.number("products", "p1") != names.number("variants", "p1"))
        #expect(names.number("products", "p1") != Names(namespace: "test-2").number("products", "p1"))
    }
}
