import Flows
import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import People

/// What belongs to a person: profile, devices, tokens, language and look.
struct AccountPages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/me") { try await show($0, $1) }
        router.post("/me") { try await change($0, $1) }
        router.post("/me/sessions/{id}/end") { try await endSession($0, $1) }
        router.post("/me/tokens") { try await makeToken($0, $1) }
        router.post("/me/tokens/{id}/end") { try await endToken($0, $1) }
        router.post("/language") { try await setLanguage($0, $1) }
        router.post("/theme") { try await setTheme($0, $1) }
    }

    private func show(
        _ request: Request, _ context: Context, secret: String? = nil, problem: (any Problem)? = nil
    ) async throws -> Response {
        let theme = request.cookies[Frame.themeCookie]?.value
        var content: View = [
            "isEnglish": context.language == .en, "themeSystem": theme != "light" && theme != "dark",
            "themeLight": theme == "light", "themeDark": theme == "dark", "saved": request.query("saved") == "1",
            "secret": maybe(secret), "message": maybe(problem?.sentence(in: context.language)),
        ]
        if let identity = context.identity, !identity.isVisitor {
            content.merge(try await account(identity, context))
        }
        var page = Page(.me, context.words(.me), .me, content)
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    private func account(_ identity: Identity, _ context: Context) async throws -> View {
        guard let account = try await market.people.account(identity.person) else { throw NotFound("person") }
        let sessions = try await market.people.sessions(of: identity.person)
        let tokens = try await market.people.tokens(of: identity.person)
        return [
            "name": account.name, "email": account.email ?? "", "bio": account.bio.text(in: context.language),
            "image": maybe(account.avatar.map { "/media/\($0)" }),
            "sessions": sessions.map { session in
                [
                    "id": session.id.description, "device": Self.deviceName(session.device),
                    "time": context.format.time(session.createdAt), "isCurrent": identity.proof == .session(session.id),
                ] as View
            },
            "tokens": tokens.map { token in
                [
                    "id": token.id.description, "name": token.name,
                    "scopes": token.scopes.map(\.rawValue).joined(separator: " · "),
                ] as View
            },
            "scopeChoices": Scope.allCases.map(\.rawValue),
        ]
    }

    private func change(_ request: Request, _ context: Context) async throws -> Response {
        let person = try context.person().person
        let form = try await Form(request, context)
        guard let account = try await market.people.account(person) else { throw NotFound("person") }
        do {
            let text = form["bio"].map { String($0.prefix(500)) } ?? ""
            // One field edits the text of the language in which it was read; the other language keeps its own.
            let bio =
                context.language == .zh
                ? Localized(en: account.bio.en, zh: text) : Localized(en: text, zh: account.bio.zh)
            _ = try await market.people.update(person, name: form["name"] ?? "", language: context.language, bio: bio)
        } catch let problem as InvalidField {
            return try await show(request, context, problem: problem)
        }
        return Frame.redirect("/me?saved=1")
    }

    private func endSession(_ request: Request, _ context: Context) async throws -> Response {
        let person = try context.person().person
        _ = try await Form(request, context)
        try await market.people.revoke(try context.identifier("id", "session", as: SessionKind.self), of: person)
        return Frame.redirect("/me")
    }

    private func makeToken(_ request: Request, _ context: Context) async throws -> Response {
        let person = try context.person().person
        let form = try await Form(request, context)
        do {
            let days = max(1, min(try form.number("days") ?? 90, 3_650))
            let scopes = form.all("scope").compactMap { Scope(rawValue: $0) }
            let made = try await market.people.makeToken(
                for: person, name: form["name"] ?? "", scopes: scopes, lifetime: .days(days))
            return try await show(request, context, secret: made.secret)
        } catch let problem as InvalidField {
            return try await show(request, context, problem: problem)
        }
    }

    private func endToken(_ request: Request, _ context: Context) async throws -> Response {
        let person = try context.person().person
        _ = try await Form(request, context)
        try await market.people.revoke(try context.identifier("id", "token", as: TokenKind.self), of: person)
        return Frame.redirect("/me")
    }

    private func setLanguage(_ request: Request, _ context: Context) async throws -> Response {
        let form = try await Form(request, context)
        let language = Kernel.Language(rawValue: form["language"] ?? "") ?? context.language
        var response = Frame.redirect(form.next(else: "/me"))
        response.setCookie(frame.cookies.cookie(IdentityMiddleware.languageCookie, language.rawValue, days: 400))
        return response
    }

    private func setTheme(_ request: Request, _ context: Context) async throws -> Response {
        let form = try await Form(request, context)
        let theme = form["theme"].flatMap { ["light", "dark"].contains($0) ? $0 : nil } ?? "system"
        var response = Frame.redirect("/me")
        response.setCookie(frame.cookies.cookie(Frame.themeCookie, theme, days: 400))
        return response
    }

    /// Browser and system out of a user-agent text, as far as a person needs to tell devices apart.
    static func deviceName(_ agent: String) -> String {
        let browsers = [("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")]
        let systems = [
            ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "Mac"),
            ("Linux", "Linux"),
        ]
        let found = [browsers, systems].compactMap { signs -> String? in
            signs.first { sign, _ in agent.contains(sign) }.map { _, name in name }
        }
        return found.isEmpty ? String(agent.prefix(60)) : found.joined(separator: " · ")
    }
}
