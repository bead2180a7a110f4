import AsyncHTTPClient
import Catalog
import Content
import Flows
import Foundation
import HTTP
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Kernel
import Payments
import People
import Shops
import Store
import StoreSQLite
import Synchronization

@testable import Sites

/// A store that counts what is asked of it, so that a page that starts to ask too much is noticed.
final class CountingStore: Store {
    private let inner: SQLiteStore
    private let count = Mutex(0)
    var dialect: Dialect { inner.dialect }

    init(_ inner: SQLiteStore) { self.inner = inner }

    /// Units of work since the last call.
    func take() -> Int {
        count.withLock { count in
            defer { count = 0 }
            return count
        }
    }

    func write<Result: Sendable>(
        _ work: @escaping @Sendable (any Transaction) throws -> Result
    ) async throws -> Result {
        count.withLock { $0 += 1 }
        return try await inner.write(work)
    }

    func read<Result: Sendable>(_ work: @escaping @Sendable (any Transaction) throws -> Result) async throws -> Result {
        count.withLock { $0 += 1 }
        return try await inner.read(work)
    }

    func close() async { await inner.close() }
}

/// A marketplace with one shop, two products and its pages, in a folder of its own.
struct Site: Sendable {
    let store: CountingStore
    let market: Marketplace
    let provider: TestProvider
    private let cookies: IdentityMiddleware
    private let sites: Sites
    let tea: ProductID
    let teaVariants: [VariantID]
    let script: ProductID
    let shop: ShopID
    let creator: PersonID
    let video: VideoID

    init() async throws {
        let folder = NSTemporaryDirectory() + "sites-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        store = CountingStore(try SQLiteStore(path: folder + "/market.sqlite"))
        try await store.migrate(Marketplace.migrations)
        // Nobody listens there: the buyer's return settles the payment before any webhook could.
        provider = TestProvider(
            store: store, source: .system, secret: "provider", callback: "http://127.0.0.1:1/webhook", client: .shared)
        var people = People.Configuration()
        people.scryptRounds = 2
        market = Marketplace(
            store: store, source: .system, people: people, provider: provider, mediaFolder: folder + "/media")
        (shop, tea, teaVariants, script) = try await Self.stock(market)
        (creator, video) = try await Self.film(market, showing: tea)
        try await market.load()
        cookies = IdentityMiddleware(
            authenticator: market.people, signer: Signer(secret: String(repeating: "s", count: 64)), source: .system,
            isSecure: false)
        sites = Sites(
            market: market, cookies: cookies, testProvider: provider, notice: Localized(en: "A test", zh: "测试"))
    }

    /// The pages behind the same middleware as in the server.
    var router: Router<Context> {
        let router = Router(context: Context.self)
        router.add(middleware: cookies)
        router.add(middleware: ProblemMiddleware(page: sites.problemPage))
        sites.addRoutes(to: router)
        return router
    }

    /// The JSON API behind the same middleware.
    var apiRouter: Router<Context> {
        let router = Router(context: Context.self)
        router.add(middleware: cookies)
        router.add(middleware: ProblemMiddleware())
        _ = try? MarketplaceAPI(market).addRoutes(to: router, cookies: cookies)
        return router
    }

    private static func film(_ market: Marketplace, showing product: ProductID) async throws -> (PersonID, VideoID) {
        let (creator, video) = (market.source.identifier(PersonKind.self), market.source.identifier(VideoKind.self))
        let account = try NewAccount(
            imported: "Mei", email: nil, password: nil, handle: "mei", language: .en, roles: [.creator],
            bio: Localized(en: ""), avatar: nil)
        try await market.store.write { transaction in
            try market.people.put(account, id: creator, passwordHash: nil, at: market.source.now, in: transaction)
            try market.content.put(
                Video(
                    id: video, creator: creator, caption: Localized(en: "Five minutes of calm"), hashtags: ["tea"],
                    media: "a.mp4", poster: nil, duration: 7_000, products: [product], createdAt: market.source.now),
                in: transaction)
        }
        return (creator, video)
    }

    private static func stock(_ market: Marketplace) async throws -> (ShopID, ProductID, [VariantID], ProductID) {
        let (shop, category) = (market.source.identifier(ShopKind.self), market.source.identifier(CategoryKind.self))
        let products = [market.source.identifier(ProductKind.self), market.source.identifier()]
        let variants = (0..<3).map { _ in market.source.identifier(VariantKind.self) }
        let start = market.source.now - .days(1)
        try await market.store.write { transaction in
            try market.shops.put(
                Shop(
                    id: shop, name: Localized(en: "Moss & Stone", zh: "苔石"), about: Localized(en: ""), logo: nil,
                    createdAt: start), in: transaction)
            try market.catalog.put(
                Category(id: category, parent: nil, name: Localized(en: "Tea", zh: "茶"), emoji: "🍵"), position: 0,
                in: transaction)
            let titles = [Localized(en: "Green tea", zh: "绿茶"), Localized(en: "<script>alert(1)</script>\"'")]
            for (product, title) in zip(products, titles) {
                try market.catalog.put(
                    ProductEntry(
                        id: product, shop: shop, category: category, title: title, description: Localized(en: "Calm"),
                        brand: "", attributes: [], media: [], createdAt: start), in: transaction)
            }
            for (index, variant) in variants.enumerated() {
                let product = index < 2 ? products[0] : products[1]
                try market.catalog.putVariant(
                    variant, of: product, in: shop, spec: Localized(en: "\(index)"), sku: "", position: index,
                    in: transaction)
                try market.catalog.setPrice(
                    Price(amount: Money(4_900, .cny), list: nil), of: variant, from: start, until: nil, in: transaction)
                try market.stock.set(5, of: variant, product: product, shop: shop, in: transaction)
            }
            try market.catalog.announce(products, in: transaction)
        }
        return (shop, products[0], Array(variants.prefix(2)), products[1])
    }
}

/// Somebody with a browser that runs no script: follows redirects by hand and keeps cookies.
final class Browser {
    struct Page {
        let status: HTTPResponse.Status
        let text: String
        let location: String?

        /// The value of a hidden field.
        func field(_ name: String) -> String? {
            text.firstMatch(of: try! Regex("name=\"\(name)\" value=\"([^\"]*)\""))?[1].substring.map(String.init)
        }
    }

    private let client: any TestClientProtocol
    private var cookies: [String: String] = [:]
    private var token = ""

    init(_ client: any TestClientProtocol) { self.client = client }

    func get(_ path: String, language: String = "en") async throws -> Page {
        try await ask(path, .get, nil, language)
    }

    /// Posts fields with the last page's token.
    func post(_ path: String, _ fields: [(String, String)], token other: String? = nil) async throws -> Page {
        let pairs = [("form_token", other ?? token)] + fields
        let body = pairs.map { "\($0)=\($1.queryEscaped.replacing("%20", with: "+"))" }.joined(separator: "&")
        return try await ask(path, .post, body, "en")
    }

    /// Posts a form with files and the last page's token.
    func upload(
        _ path: String, _ fields: [(String, String)], files: [[UInt8]], token other: String? = nil
    ) async throws -> Page {
        var body = ByteBuffer()
        for (name, value) in [("form_token", other ?? token)] + fields {
            body.writeString("--fence\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n")
        }
        for file in files {
            body.writeString(
                "--fence\r\nContent-Disposition: form-data; name=\"files\"; filename=\"../a.php\"\r\n\r\n")
            body.writeBytes(file)
            body.writeString("\r\n")
        }
        body.writeString("--fence--\r\n")
        return try await ask(path, .post, body, "en", type: "multipart/form-data; boundary=fence")
    }

    private func ask(_ path: String, _ method: HTTPRequest.Method, _ body: String?, _ language: String) async throws
        -> Page
    {
        try await ask(
            path, method, body.map { ByteBuffer(string: $0) }, language, type: "application/x-www-form-urlencoded")
    }

    private func ask(
        _ path: String, _ method: HTTPRequest.Method, _ body: ByteBuffer?, _ language: String, type: String
    ) async throws -> Page {
        var headers: HTTPFields = [.accept: "text/html", .acceptLanguage: language]
        if !cookies.isEmpty { headers[.cookie] = cookies.map { "\($0)=\($1)" }.joined(separator: "; ") }
        if body != nil { headers[.contentType] = type }
        let answer = try await client.execute(uri: path, method: method, headers: headers, body: body)
        for cookie in answer.headers[values: .setCookie] {
            let pair = cookie.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            cookies[String(pair[0])] = String(pair[1])
        }
        let page = Page(
            status: answer.status, text: String(buffer: answer.body), location: answer.headers[.location])
        if let fresh = page.field("form_token") { token = fresh }
        return page
    }

    /// Makes an account and is signed in.
    func signUp(_ name: String = "Lin") async throws {
        _ = try await get("/sign-up")
        let email = "\(UUID().uuidString)@example.com"
        _ = try await post("/sign-up", [("name", name), ("email", email), ("password", "correct horse")])
        _ = try await get("/me")
    }
}
