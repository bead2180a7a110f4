import Flows
import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import People

/// What is kept about a person: to take along, and to delete.
struct PersonalDataPages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/me/data") { try await show($0, $1) }
        router.post("/me/deletion") { try await delete($0, $1) }
    }

    private func show(
        problem: (any Problem)? = nil, _ request: Request, _ context: Context
    ) async throws -> Response {
        let person = try context.person().person
        let obstacle = try await DeletePerson(market).obstacle(of: person)
        var page = Page(
            .personalData, context.words(AccountWord.personalData), .me,
            [
                "message": maybe(problem?.sentence(in: context.language)), "key": market.source.secret(bytes: 16),
                "obstacle": maybe(obstacle?.sentence(in: context.language)), "canDelete": obstacle == nil,
            ])
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    private func delete(_ request: Request, _ context: Context) async throws -> Response {
        let identity = try context.person()
        let form = try await Form(request, context)
        do {
            guard form["sure"] == "1" else {
                throw InvalidField("sure", "must be ticked.", zh: "请勾选确认。")
            }
            try await DeletePerson(market)(
                try form.command(by: identity, "delete me"), password: form["password"] ?? "",
                address: context.address)
        } catch let problem as any Problem
            where problem is InvalidField || problem is PeopleProblem || problem is DeletionBlocked
        {
            return try await show(problem: problem, request, context)
        }
        var response = Frame.redirect("/me?deleted=1")
        for cookie in [IdentityMiddleware.sessionCookie, IdentityMiddleware.visitorCookie] {
            response.setCookie(frame.cookies.cookie(cookie, "", days: 0))
        }
        return response
    }
}
