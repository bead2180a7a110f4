import Crypto
import Foundation
import HTTP
import HTTPTypes
import Hummingbird
import Kernel

/// A style sheet or script that is part of the program. Its address carries a hash of its content, so a browser may keep
/// it for ever.
struct Asset: Sendable {
    let name: String
    let type: String
    let content: ByteBuffer
    let version: String

    /// Where a page finds it.
    var path: String { "/assets/\(name)?v=\(version)" }

    private init(_ name: String, _ type: String, _ bytes: [UInt8], replacing others: [Asset] = []) {
        // Modules import each other by plain name; the served text carries versions, so that a cached one never mixes ages.
        let text = others.reduce(String(decoding: bytes, as: UTF8.self)) {
            $0.replacing("\"./\($1.name)\"", with: "\"./\($1.name)?v=\($1.version)\"")
        }
        self.name = name
        self.type = type
        content = ByteBuffer(string: text)
        version = SHA256.hash(data: Data(text.utf8)).prefix(6).hexadecimal
    }

    private static let css = "text/css; charset=utf-8"
    private static let module = "text/javascript; charset=utf-8"

    /// Design tokens and everything that all pages share.
    static let designCSS = Asset("design.css", css, PackageResources.design_css)
    /// Layouts of single pages.
    static let pagesCSS = Asset("pages.css", css, PackageResources.pages_css)
    /// The swipe feed and the player.
    static let feedCSS = Asset("feed.css", css, PackageResources.feed_css)
    /// Sends what people do.
    static let touchpointsJS = Asset("touchpoints.js", module, PackageResources.touchpoints_js)
    /// Small manners of every page.
    static let siteJS = Asset("site.js", module, PackageResources.site_js, replacing: [touchpointsJS])
    /// The swipe feed and the player.
    static let feedJS = Asset("feed.js", module, PackageResources.feed_js, replacing: [touchpointsJS])
    /// Live rooms.
    static let liveCSS = Asset("live.css", css, PackageResources.live_css)
    /// Live rooms that change by themselves.
    static let liveJS = Asset("live.js", module, PackageResources.live_js, replacing: [touchpointsJS])
    /// Symbols for buttons.
    static let iconsSVG = Asset("icons.svg", "image/svg+xml", PackageResources.icons_svg)
    /// The sign of the site.
    static let icon = Asset("icon.svg", "image/svg+xml", PackageResources.icon_svg)

    static let all = [
        designCSS, pagesCSS, feedCSS, liveCSS, touchpointsJS, siteJS, feedJS, liveJS, iconsSVG, icon,
    ]

    /// Paths by name, for templates.
    static let paths = Dictionary(
        all.map { ($0.name.replacing(".", with: "_"), $0.path) }, uniquingKeysWith: { first, _ in first })

    static func addRoutes(to router: Router<Context>) {
        for asset in all {
            router.get("/assets/\(asset.name)") { request, _ in
                let isVersioned = request.query("v") == asset.version
                let age = isVersioned ? "public, max-age=31536000, immutable" : "public, max-age=60"
                return Response(
                    status: .ok,
                    headers: [.contentType: asset.type, .cacheControl: age, .xContentTypeOptions: "nosniff"],
                    body: .init(byteBuffer: asset.content))
            }
        }
    }
}
