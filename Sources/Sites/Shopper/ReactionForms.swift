import Content
import Flows
import HTTP
import Hummingbird
import Journal
import Kernel

/// What somebody does with one tap, as forms: like, follow, not interested. Scripts call the API instead.
struct ReactionForms: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.post("/videos/{id}/like") { request, context in
            let id: VideoID = try context.identifier("id", "video")
            return try await like(.video(id), else: "/videos/\(id)", request, context)
        }
        router.post("/products/{id}/like") { request, context in
            let id: ProductID = try context.identifier("id", "product")
            return try await like(.product(id), else: "/products/\(id)", request, context)
        }
        router.post("/follows/{subject}") { try await follow($0, $1) }
        router.post("/not-interested") { try await notInterested($0, $1) }
    }

    private func like(
        _ subject: Touchpoint.Subject, else fallback: String, _ request: Request, _ context: Context
    ) async throws -> Response {
        let form = try await Form(request, context)
        guard try await exists(subject) else { throw NotFound("video or product") }
        try await market.content.react(
            .like, to: subject, isOn: form["on"] != "0", by: try context.anybody().person,
            slate: form["slate"].flatMap { SlateID($0) })
        return Frame.redirect(form.next(else: fallback))
    }

    private func follow(_ request: Request, _ context: Context) async throws -> Response {
        let form = try await Form(request, context)
        let text = context.parameters.get("subject") ?? ""
        guard let subject = Touchpoint.Subject(text), try await exists(subject) else {
            throw NotFound("creator or shop")
        }
        try await market.content.follow(subject, isOn: form["on"] != "0", by: try context.anybody().person)
        let fallback = if case .shop(let id) = subject { "/shops/\(id)" } else { "/creators/\(text)" }
        return Frame.redirect(form.next(else: fallback))
    }

    private func notInterested(_ request: Request, _ context: Context) async throws -> Response {
        let form = try await Form(request, context)
        guard let subject = Touchpoint.Subject(try form.required("subject")) else { throw NotFound("item") }
        let position = try await market.feed.record([
            Touchpoint(
                person: try context.anybody().person, time: market.source.now, kind: .notInterested, subject: subject,
                slate: form["slate"].flatMap { SlateID($0) })
        ])
        await market.feed.knows(position)
        return Frame.redirect(form.next(else: "/"))
    }

    private func exists(_ subject: Touchpoint.Subject) async throws -> Bool {
        switch subject {
        case .product(let id): try await !market.catalog.cards([id]).isEmpty
        case .video(let id): try await !market.content.videos([id]).isEmpty
        case .shop(let id): try await market.shops.shop(id) != nil
        case .creator(let id): try await market.people.account(id)?.roles.contains(.creator) == true
        case .live(let id): try await !market.live.sessions([id]).isEmpty
        case .query: false
        }
    }
}
