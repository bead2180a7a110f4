import Content
import Flows
import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import People

/// One video with its comments.
struct VideoPages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/videos/{id}") { request, context in
            try await show(try context.identifier("id", "video"), request, context)
        }
        router.post("/videos/{id}/comments") { try await comment($0, $1) }
    }

    private func show(
        _ id: VideoID, problem: String? = nil, typed: String = "", _ request: Request, _ context: Context
    ) async throws -> Response {
        let person = try context.anybody().person
        guard let video = try await PresentCards(market).videos([id], for: person, in: context.language).first else {
            throw NotFound("video")
        }
        let followers = try await market.content.following(person).map(\.description)
        let comments = try await market.content.comments(on: id, limit: 100)
        let names = try await market.people.accounts(Array(Set(comments.map(\.person))))
        let slate = request.query("slate").flatMap { SlateID($0) }
        var slot = context.format.slot(video, slate: slate, follows: Set(followers))
        slot["prompt"] = context.format.prompt(market.centre.prompt(under: id, in: context.language)?.words)
        var page = Page(
            .video, video.caption, .feed,
            [
                "id": id.description, "slots": [slot],
                "commentCount": context.format.number(video.comments), "message": maybe(problem), "typed": typed,
                "commentList": comments.map { comment in
                    [
                        "name": names[comment.person]?.name ?? "—", "body": comment.body,
                        "time": context.format.time(comment.createdAt),
                    ] as View
                },
            ])
        if problem != nil { page.status = .unprocessableContent }
        page.styles = [.feedCSS]
        page.scripts = [.feedJS]
        return try await frame.show(page, request, context)
    }

    private func comment(_ request: Request, _ context: Context) async throws -> Response {
        let id: VideoID = try context.identifier("id", "video")
        let person = try context.person().person
        let form = try await Form(request, context)
        do {
            let body = form["body"] ?? ""
            _ = try await market.store.write { [market] in
                try market.content.comment(body, on: id, by: person, in: $0)
            }
        } catch let problem as InvalidField {
            return try await show(
                id, problem: problem.sentence(in: context.language), typed: form["body"] ?? "", request, context)
        }
        return Frame.redirect("/videos/\(id)#comments")
    }
}
