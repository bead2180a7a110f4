import Foundation
import Hummingbird
import HummingbirdTesting
import Kernel
import Testing

@testable import Sites

/// A merchant shows what goods look like.
struct PicturePagesTests {
    @Test func picturesAreAddedOrderedDescribedAndTakenAway() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { try await Self.show(site, $0) }
    }

    static func show(_ site: Site, _ client: any TestClientProtocol) async throws {
        let (shop, stranger) = (Browser(client), Browser(client))
        try await AfterSalePagesTests.employ(shop, at: site)
        try await stranger.signUp("Eve")
        let path = "/shop-desk/\(site.shop)/goods/\(site.tea)"
        _ = try await shop.get(path)
        let (first, second) = (try await picture("red"), try await picture("blue"))
        #expect(try await stranger.upload("\(path)/pictures", [], files: [first]).status == .notFound)
        #expect(try await shop.upload("\(path)/pictures", [], files: [first], token: "x").status == .forbidden)
        let wrong = try await shop.upload("\(path)/pictures", [], files: [Array("<svg/>".utf8)])
        #expect(wrong.status == .unprocessableContent && wrong.text.contains("must be JPEG, PNG or WebP"))
        let fields = [("alt", "Leaves & cup"), ("alt_zh", "茶叶")]
        let added = try await shop.upload("\(path)/pictures", fields, files: [first, second, first])
        #expect(added.location == "\(path)?saved=1#pictures")
        let kept = try #require(try await site.market.catalog.product(site.tea))
        #expect(kept.media.count == 2 && kept.alts.count == 2)
        #expect(try await stranger.get("/products/\(site.tea)").text.contains("alt=\"Leaves &amp; cup\""))
        // The second comes first, the first is taken away; pictures of nobody's can't be named.
        let version = ("version", "\(kept.version)")
        let rows = kept.media.enumerated().map { ("path-\($0.offset + 1)", $0.element) }
        let foreign = try await shop.post("\(path)/picture-order", [version, ("path-1", "aa/secret.webp")])
        #expect(foreign.status == .notFound)
        let swapped = try await shop.post(
            "\(path)/picture-order", [version] + rows + [("place-1", "2"), ("place-2", "1"), ("alt-2", "Blue")])
        #expect(swapped.location == "\(path)?saved=1#pictures")
        let turned = try #require(try await site.market.catalog.product(site.tea))
        #expect(turned.media == kept.media.reversed() && turned.alts[kept.media[1]]?.en == "Blue")
        let stale = try await shop.post("\(path)/picture-order", [version] + rows)
        #expect(stale.status == .conflict)
        _ = try await shop.post(
            "\(path)/picture-order", [("version", "\(turned.version)")] + rows + [("remove-1", "1")])
        #expect(try await site.market.catalog.product(site.tea)?.media == [kept.media[1]])
        // A form that is sent twice adds once, also what was taken away in between; another picture needs another key.
        let again = [("key", "one-form")]
        #expect(try await shop.upload("\(path)/pictures", again, files: [first]).status == .seeOther)
        let both = try #require(try await site.market.catalog.product(site.tea))
        #expect(both.media.count == 2)
        _ = try await shop.post(
            "\(path)/picture-order",
            [("version", "\(both.version)"), ("path-1", both.media[0]), ("path-2", both.media[1]), ("remove-2", "1")])
        #expect(try await shop.upload("\(path)/pictures", again, files: [first]).status == .seeOther)
        #expect(try await site.market.catalog.product(site.tea)?.media == [kept.media[1]])
        #expect(try await shop.upload("\(path)/pictures", again, files: [second]).status == .unprocessableContent)
    }

    /// A picture of one colour.
    static func picture(_ colour: String) async throws -> [UInt8] {
        let file = NSTemporaryDirectory() + "\(UUID().uuidString).png"
        defer { try? FileManager.default.removeItem(atPath: file) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/ffmpeg")
        process.arguments = ["-v", "error", "-f", "lavfi", "-i", "color=\(colour):size=80x80", "-frames:v", "1", file]
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            process.terminationHandler = { _ in continuation.resume() }
            do { try process.run() } catch { continuation.resume() }
        }
        return Array(try #require(FileManager.default.contents(atPath: file), "ffmpeg is needed"))
    }
}
