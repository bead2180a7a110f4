import Foundation
import Kernel
import Testing

@testable import HTTP

@Suite("A form with files") struct MultipartFormTests {
    static let type = "multipart/form-data; boundary=----f"

    static func body(_ parts: [(String, [UInt8])], end: String = "------f--\r\n") -> [UInt8] {
        parts.flatMap { header, bytes in
            Array("------f\r\nContent-Disposition: form-data; \(header)\r\n\r\n".utf8) + bytes + Array("\r\n".utf8)
        } + Array(end.utf8)
    }

    @Test("fields and files come out byte for byte", arguments: 0..<200 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = Seed(state: seed)
        let text = String(
            (0..<Int.random(in: 0...40, using: &random)).map { _ in "aé茶 \"=&".randomElement(using: &random) ?? "a" })
        var bytes = (0..<Int.random(in: 0...5_000, using: &random)).map { _ in UInt8(truncatingIfNeeded: random.next())
        }
        // What a careless reader trips over.
        for piece in ["\r\n", "\r\n--", "------", "\nFrom a", "\0", "\r"] where Bool.random(using: &random) {
            bytes.insert(contentsOf: Array(piece.utf8), at: Int.random(in: 0...bytes.count, using: &random))
        }
        let form = try MultipartForm(
            type: Self.type,
            body: Self.body([
                ("name=\"alt\"", Array(text.utf8)),
                ("name=\"files\"; filename=\"茶.png\"\r\nContent-Type: image/png", bytes),
                ("name=\"files\"; filename=\"\"", []),
            ]))
        #expect(form["alt"] == (text.isEmpty ? nil : text))
        #expect(form.files.map(\.bytes) == [bytes])
    }

    @Test("what is no such form is refused")
    func refusals() {
        let field: (String, [UInt8]) = ("name=\"a\"", [97])
        let many = Array(repeating: field, count: MultipartForm.partLimit + 1)
        for (type, body) in [
            ("text/plain", Self.body([field])), ("multipart/form-data", Self.body([field])), ("", []),
            (Self.type + "\r\nX: y", Self.body([field])), (Self.type, Self.body(many)),
            (Self.type, Self.body([("filename=\"x\"", [1])])),
            (Self.type, Self.body([("name=\"a\"", Array(repeating: 97, count: (1 << 16) + 1))])),
        ] as [(String, [UInt8])] {
            #expect(throws: InvalidField.self) { try MultipartForm(type: type, body: body) }
        }
    }

    @Test("noise never stops the program", arguments: 0..<100 as Range<UInt64>)
    func noise(seed: UInt64) {
        var random = Seed(state: seed)
        var body = Self.body([("name=\"a\"", [97]), ("name=\"f\"; filename=\"x\"", [1, 2, 3])])
        for _ in 0..<Int.random(in: 1...20, using: &random) {
            body[Int.random(in: 0..<body.count, using: &random)] = UInt8(truncatingIfNeeded: random.next())
        }
        _ = try? MultipartForm(
            type: Self.type, body: Array(body.prefix(Int.random(in: 0...body.count, using: &random))))
    }
}

/// Random numbers that repeat.
struct Seed: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}
