import Foundation
import Media
import Testing

@Suite("Pictures from strangers") struct PicturesTests {
    @Test("each format becomes WebP, smaller than it was, without what stood beside the picture")
    func formats() async throws {
        let folder = Folder()
        let pictures = Pictures(folder: folder.path)
        for (name, options) in [("a.jpg", ["-q:v", "3"]), ("b.png", []), ("c.webp", [])] as [(String, [String])] {
            let sent = try await folder.draw(name, size: "2400x1200", options)
            let secret = Array("shot at 31.2N 121.4E".utf8)
            let kept = try await pictures.keep(sent + secret)
            #expect(kept.hasSuffix(".webp") && kept.wholeMatch(of: /[0-9a-f]{2}\/[0-9a-f]{32}\.webp/) != nil)
            let bytes = try folder.read(kept)
            #expect(PictureFormat(bytes) == .webp)
            #expect(!bytes.contains(secret))
            // 2,400 pixels are brought down to 1,600: the VP8 header holds the size.
            let width = Int(bytes[26]) | Int(bytes[27] & 0x3F) << 8
            #expect(bytes[12..<16] != Array("VP8 ".utf8)[...] || width == 1_600)
            // Again, it is the same file.
            #expect(try await pictures.keep(sent + secret) == kept)
        }
        #expect(try folder.leftovers().isEmpty)
    }

    @Test("metadata of a photograph is gone")
    func metadata() async throws {
        let folder = Folder()
        let sent = try await folder.draw("a.jpg", size: "200x100", ["-metadata", "comment=GPS31.2N"])
        // An APP1 segment behind the start of image, as cameras write it.
        let segment: [UInt8] = [0xFF, 0xE1, 0, 18] + Array("Exif\0\0GPS31.2N!!".utf8.prefix(16))
        let kept = try await Pictures(folder: folder.path).keep(Array(sent.prefix(2)) + segment + sent.dropFirst(2))
        #expect(!(try folder.read(kept)).contains(Array("GPS31".utf8)))
    }

    @Test("what is no picture, too large, too small or broken is refused and leaves nothing behind")
    func refusals() async throws {
        let folder = Folder()
        let pictures = Pictures(folder: folder.path)
        let cases: [([UInt8], PictureProblem)] = [
            ([], .wrongFormat), (Array("<svg onload=alert(1)>".utf8), .wrongFormat),
            (Array("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n".utf8), .wrongFormat),
            ([0xFF, 0xD8, 0xFF] + Array(repeating: 7, count: 500), .broken),
            ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + Array("#EXTM3U".utf8), .broken),
            (Array(repeating: 0xFF, count: Pictures.byteLimit + 1), .tooLarge(limit: Pictures.byteLimit)),
            (try await folder.draw("s.png", size: "16x16", []), .wrongSize),
        ]
        for (bytes, problem) in cases { await #expect(throws: problem) { try await pictures.keep(bytes) } }
        // A header that promises a hundred million pixels is not believed until it is too late.
        var bomb = try await folder.draw("b.png", size: "64x64", [])
        bomb.replaceSubrange(16..<24, with: [0, 0, 0x27, 0x10, 0, 0, 0x27, 0x10])
        await #expect(throws: PictureProblem.self) { try await pictures.keep(bomb) }
        // Cut off and overwritten anywhere: refused or taken, never more.
        let whole = try await folder.draw("w.jpg", size: "120x80", [])
        var random = SystemRandomNumberGenerator()
        for round in 0..<12 {
            var broken = Array(
                whole.prefix(round % 2 == 0 ? whole.count : Int.random(in: 4..<whole.count, using: &random)))
            for _ in 0..<8 { broken[Int.random(in: 3..<broken.count, using: &random)] = UInt8(random.next() & 0xFF) }
            _ = try? await pictures.keep(broken)
        }
        #expect(try folder.leftovers().isEmpty)
    }
}

/// A media folder of a test, and a painter.
final class Folder: Sendable {
    let path = NSTemporaryDirectory() + "media-\(UUID().uuidString)"

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func read(_ name: String) throws -> [UInt8] {
        Array(try #require(FileManager.default.contents(atPath: "\(path)/\(name)")))
    }

    /// Files that should have been taken away.
    func leftovers() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasPrefix(".") }
    }

    /// A test picture.
    func draw(_ name: String, size: String, _ options: [String]) async throws -> [UInt8] {
        let file = NSTemporaryDirectory() + "\(UUID().uuidString)-\(name)"
        defer { try? FileManager.default.removeItem(atPath: file) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/ffmpeg")
        process.arguments =
            ["-v", "error", "-f", "lavfi", "-i", "testsrc=size=\(size)", "-frames:v", "1"] + options + ["-y", file]
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            process.terminationHandler = { _ in continuation.resume() }
            do { try process.run() } catch { continuation.resume() }
        }
        return Array(try #require(FileManager.default.contents(atPath: file), "ffmpeg is needed"))
    }
}
