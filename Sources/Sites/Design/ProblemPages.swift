import HTTP
import HTTPTypes
import Hummingbird
import Kernel

/// Problems as pages that say what to do.
struct ProblemPages: Sendable {
    private let frame: Frame

    init(_ frame: Frame) { self.frame = frame }

    func page(_ details: ProblemDetails, _ request: Request, _ context: Context) async throws -> Response {
        let origin = Self.origin(of: request)
        if details.kind == .unauthenticated {
            // Somebody who posted comes back to the page with the form.
            let next = request.method == .get ? Frame.path(of: request) : origin ?? "/"
            return Frame.redirect("/sign-in?next=\(next.queryEscaped)")
        }
        let words = context.words
        let page = Page(
            .problem, words(Self.heading(details.kind)), nil,
            [
                "status": String(details.kind.rawValue), "heading": words(Self.heading(details.kind)),
                "detail": context.language == .zh ? details.detailChinese : details.detail, "back": maybe(origin),
            ])
        var shown = page
        shown.status = .init(code: details.kind.rawValue)
        do {
            var response = try await frame.show(shown, request, context)
            if let seconds = details.retryAfter { response.headers[.retryAfter] = String(seconds) }
            return response
        } catch {
            // The store that failed may be the one that counts the cart.
            return ProblemMiddleware.response(details, language: context.language)
        }
    }

    /// The page of ours from which the request came.
    private static func origin(of request: Request) -> String? {
        guard let referer = request.headers[.referer], let host = request.head.authority else { return nil }
        for scheme in ["http://", "https://"] where referer.hasPrefix(scheme + host + "/") {
            return LocalPath(String(referer.dropFirst(scheme.count + host.count)))?.text
        }
        return nil
    }

    private static func heading(_ kind: ProblemKind) -> Word {
        switch kind {
        case .notFound, .gone: .problemNotFound
        case .forbidden, .unauthenticated: .problemForbidden
        case .conflict: .problemConflict
        case .tooMany: .problemTooMany
        case .unavailable: .problemUnavailable
        case .internalFault: .problemOurs
        case .malformed, .tooLarge, .invalid: .problemRequest
        }
    }
}

extension Problem {
    /// The sentence that a person reads.
    func sentence(in language: Kernel.Language) -> String {
        language == .zh ? details.detailChinese : details.detail
    }
}
