import Flows
import Foundation
import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import Payments

/// The place in the site's navigation to which a page belongs.
enum Tab: String {
    case feed, mall, search, cart, me
}

/// What a page says to the frame around it.
struct Page {
    var template: Template
    var title: String
    var tab: Tab?
    var status = HTTPResponse.Status.ok
    /// Names of assets besides the ones that every page has.
    var styles: [Asset] = []
    var scripts: [Asset] = []
    /// Whether the page fills the screen, without a footer.
    var isImmersive = false
    /// Whether it asks for itself again after some seconds, for readers without script.
    var refresh: Int?
    var content: View

    init(_ template: Template, _ title: String, _ tab: Tab? = nil, _ content: View) {
        self.template = template
        self.title = title
        self.tab = tab
        self.content = content
    }
}

/// What every page stands in: navigation, language, notice, and the rooms behind it.
struct Frame: Sendable {
    let market: Marketplace
    let cookies: IdentityMiddleware
    let testProvider: TestProvider?
    let notice: Localized?
    let categories: CategoryShelf
    let currency = SiteCurrency()

    init(market: Marketplace, cookies: IdentityMiddleware, testProvider: TestProvider?, notice: Localized?) {
        self.market = market
        self.cookies = cookies
        self.testProvider = testProvider
        self.notice = notice
        categories = CategoryShelf(catalog: market.catalog, source: market.source)
    }

    static let themeCookie = "quanyu_theme"

    /// A whole page.
    func show(_ page: Page, _ request: Request, _ context: Context) async throws -> Response {
        let main = Template.render(page.template, common(context).merging(page.content))
        var view = common(context)
        view["main"] = main
        view["title"] = page.title
        view["lang"] = context.language == .zh ? "zh-Hans" : "en"
        let theme = request.cookies[Self.themeCookie]?.value
        view["theme"] = theme == "light" || theme == "dark" ? theme : nil
        view["notice"] = notice?.text(in: context.language)
        view["path"] = Self.path(of: request)
        view["styles"] = ([Asset.designCSS, .pagesCSS] + page.styles).map(\.path)
        view["scripts"] = ([Asset.siteJS] + page.scripts).map(\.path)
        view["isImmersive"] = page.isImmersive
        view["refresh"] = page.refresh
        view["words_query"] = page.tab == .search ? page.content["words"] ?? "" : ""
        if let tab = page.tab { view["tab_\(tab.rawValue)"] = true }
        let count = try await cartCount(request, context)
        if count > 0 { view["cartCount"] = count > 99 ? "99+" : String(count) }
        return Self.html(Template.render(.layout, view), status: page.status)
    }

    /// A part of a page for a script to insert.
    func fragment(_ template: Template, _ content: View, _ context: Context) -> Response {
        Self.html(Template.render(template, common(context).merging(content)), status: .ok)
    }

    /// The text of a part of a page, for a stream of events.
    func part(_ template: Template, _ content: View, _ context: Context) -> String {
        Template.render(template, common(context).merging(content))
    }

    /// What every template may use.
    private func common(_ context: Context) -> View {
        var view: View = [
            "w": Wording(language: context.language), "a": Asset.paths, "formToken": context.formToken,
            "isSignedIn": context.identity?.isVisitor == false, "isChinese": context.language == .zh,
        ]
        if let identity = context.identity, !identity.isVisitor {
            view["personName"] = identity.name
            view["hasShops"] = !identity.shops.isEmpty
            view["isCreator"] = identity.roles.contains(.creator)
            view["isOperator"] = identity.roles.contains(.operator)
        }
        return view
    }

    /// A visitor without a cookie has nothing in the cart, so nobody needs to be asked.
    private func cartCount(_ request: Request, _ context: Context) async throws -> Int {
        guard let identity = context.identity else { return 0 }
        if identity.isVisitor, request.cookies[IdentityMiddleware.visitorCookie] == nil { return 0 }
        return try await market.carts.count(of: identity.person)
    }

    static func html(_ text: String, status: HTTPResponse.Status) -> Response {
        Response(
            status: status,
            headers: [.contentType: "text/html; charset=utf-8", .cacheControl: "private, no-cache"],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    /// To another page of ours after a form.
    static func redirect(_ path: String) -> Response {
        Response(status: .seeOther, headers: [.location: path, .cacheControl: "no-store"])
    }

    /// Path and query of a page that was asked for.
    static func path(of request: Request) -> String {
        let path = request.uri.path + (request.uri.query.map { "?\($0)" } ?? "")
        return request.method == .get ? LocalPath(path)?.text ?? "/" : "/"
    }
}
