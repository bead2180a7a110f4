import HTTP
import Hummingbird
import Kernel
import People

/// What a new person sends.
struct SignUpBody: Documented {
    let email: String
    let name: String
    let password: String
    let language: Kernel.Language?
    static let example = SignUpBody(email: "lin@example.com", name: "Lin", password: "correct horse", language: .zh)
}

/// What somebody sends to sign in.
struct SignInBody: Documented {
    let email: String
    let password: String
    static let example = SignInBody(email: "lin@example.com", password: "correct horse")
}

extension MarketplaceAPI {
    func addSignInRoutes(to api: API, cookies: IdentityMiddleware) {
        api.respond(
            .post, "/people", "signUp", "Makes an account for the caller and signs in.", access: .visitor,
            body: SignUpBody.self, answer: PersonBody.self
        ) { [self] call in
            let new = try NewAccount(
                signUp: call.body.email, name: call.body.name, password: call.body.password,
                language: call.body.language ?? call.context.language)
            try newAccounts.take(call.context.address)
            let (account, session) = try await SignIn(market).up(new, visitor: call.visitor, device: call.device)
            return try Self.signedIn(PersonBody(account), session, cookies)
        }
        api.respond(
            .post, "/sessions", "signIn", "Signs in and sets the session cookie.", access: .visitor,
            body: SignInBody.self, answer: PersonBody.self
        ) { [self] call in
            let session = try await SignIn(market)(
                email: call.body.email, password: call.body.password, visitor: call.visitor, device: call.device,
                address: call.context.address)
            guard let account = try await market.people.account(session.person) else { throw NotFound("person") }
            return try Self.signedIn(PersonBody(account), session, cookies)
        }
    }

    private static func signedIn(
        _ body: PersonBody, _ session: OpenedSession, _ cookies: IdentityMiddleware
    ) throws -> Response {
        var response = try API.json(body, status: .created)
        response.setCookie(cookies.cookie(IdentityMiddleware.sessionCookie, session.secret, days: 60))
        return response
    }
}

extension Call {
    /// Who is asking, if nobody is signed in.
    fileprivate var visitor: PersonID? { context.identity.flatMap { $0.isVisitor ? $0.person : nil } }
    fileprivate var device: String { request.headers[.userAgent] ?? "unknown" }
}
