import Content
import Flows
import HTTP
import Hummingbird
import Journal
import Kernel
import People

/// A creator as everybody sees them; nobody else has a public page.
struct CreatorPages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }
    private static let pageSize = 24

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/creators/{id}") { try await show($0, $1) }
    }

    private func show(_ request: Request, _ context: Context) async throws -> Response {
        let account = try await creator(context.parameters.get("id") ?? "")
        let person = try context.anybody().person
        let page = try request.query("page", in: 1...1_000, default: 1)
        let ids = try await market.content.videos(
            of: account.id, limit: Self.pageSize + 1, offset: (page - 1) * Self.pageSize
        ).map(\.id)
        let videos = try await PresentCards(market).videos(
            Array(ids.prefix(Self.pageSize)), for: person, in: context.language)
        let followers = try await market.content.followers(of: .creator(account.id), for: person)
        let path = "/creators/\(account.handle ?? account.id.description)"
        let about = account.bio.text(in: context.language)
        let pager: View = [
            "text": "", "previous": maybe(page > 1 ? "\(path)?page=\(page - 1)" : nil),
            "following": maybe(ids.count > Self.pageSize ? "\(path)?page=\(page + 1)" : nil),
        ]
        return try await frame.show(
            Page(
                .creator, account.name, .feed,
                [
                    "id": account.id.description, "name": account.name, "handle": maybe(account.handle),
                    "about": maybe(about.isEmpty ? nil : about), "image": maybe(account.avatar.map { "/media/\($0)" }),
                    "isFollowing": followers.isFollowing, "followNext": path,
                    "followersText": context.words(.followers, context.format.count(followers.count)),
                    "videos": videos.map(context.format.tile), "hasVideos": !videos.isEmpty,
                    "pager": page > 1 || ids.count > Self.pageSize ? pager as Any : false,
                ]), request, context)
    }

    private func creator(_ text: String) async throws -> Account {
        let account =
            if let id = PersonID(text) { try await market.people.account(id) } else {
                try await market.people.account(handle: text)
            }
        guard let account, account.roles.contains(.creator) else { throw NotFound("creator") }
        return account
    }
}
