import Flows
import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import People

/// The door: signing in, making an account, leaving.
struct SignInPages: Sendable {
    private let frame: Frame
    private let newAccounts: RateLimiter
    private var market: Marketplace { frame.market }

    init(_ frame: Frame) {
        self.frame = frame
        // Each new account costs a slow hash; a family behind one address still gets through.
        newAccounts = RateLimiter(capacity: 20, every: .seconds(6), source: frame.market.source)
    }

    func addRoutes(to router: Router<Context>) {
        router.get("/sign-in") { request, context in
            try await show(.signIn, [:], next: request.query("next", limit: 2_000), request, context)
        }
        router.get("/sign-up") { request, context in
            try await show(.signUp, [:], next: request.query("next", limit: 2_000), request, context)
        }
        router.post("/sign-in") { try await signIn($0, $1) }
        router.post("/sign-up") { try await signUp($0, $1) }
        router.post("/sign-out") { try await signOut($0, $1) }
    }

    private func show(
        _ template: Template, _ typed: View, next: String?, problem: (any Problem)? = nil, _ request: Request,
        _ context: Context
    ) async throws -> Response {
        let next = LocalPath(next)?.text ?? "/"
        if context.identity?.isVisitor == false { return Frame.redirect(next) }
        var content = typed
        content["nextPath"] = next
        content["nextQuery"] = next.queryEscaped
        content["message"] = maybe(problem?.sentence(in: context.language))
        var page = Page(template, context.words(template == .signUp ? .signUp : .signIn), .me, content)
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    private func signIn(_ request: Request, _ context: Context) async throws -> Response {
        let form = try await Form(request, context)
        do {
            let session = try await SignIn(market)(
                email: form["email"] ?? "", password: form["password"] ?? "", visitor: visitor(context),
                device: request.device, address: context.address)
            return enter(session, next: form.next(else: "/"), context)
        } catch let problem as any Problem where problem is PeopleProblem || problem is TooManyRequests {
            return try await show(
                .signIn, ["email": form["email"] ?? ""], next: form["next"], problem: problem, request, context)
        }
    }

    private func signUp(_ request: Request, _ context: Context) async throws -> Response {
        let form = try await Form(request, context)
        do {
            try newAccounts.take(context.address)
            let new = try NewAccount(
                signUp: form["email"] ?? "", name: form["name"] ?? "", password: form["password"] ?? "",
                language: context.language)
            let session = try await SignIn(market).up(new, visitor: visitor(context), device: request.device).session
            return enter(session, next: form.next(else: "/"), context)
        } catch let problem as any Problem
            where problem is PeopleProblem || problem is TooManyRequests || problem is InvalidField
        {
            let typed: View = ["email": form["email"] ?? "", "name": form["name"] ?? ""]
            return try await show(.signUp, typed, next: form["next"], problem: problem, request, context)
        }
    }

    private func enter(_ session: OpenedSession, next: String, _ context: Context) -> Response {
        var response = Frame.redirect(next)
        response.setCookie(frame.cookies.cookie(IdentityMiddleware.sessionCookie, session.secret, days: 60))
        return response
    }

    private func signOut(_ request: Request, _ context: Context) async throws -> Response {
        _ = try await Form(request, context)
        if let identity = context.identity, case .session(let id) = identity.proof {
            try await market.people.revoke(id, of: identity.person)
        }
        var response = Frame.redirect("/")
        response.setCookie(frame.cookies.cookie(IdentityMiddleware.sessionCookie, "", days: 0))
        return response
    }

    private func visitor(_ context: Context) -> PersonID? {
        context.identity.flatMap { $0.isVisitor ? $0.person : nil }
    }
}

extension Request {
    /// What the browser says it is.
    var device: String { headers[.userAgent] ?? "unknown" }
}
