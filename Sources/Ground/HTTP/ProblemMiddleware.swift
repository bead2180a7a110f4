import Foundation
import HTTPTypes
import Hummingbird
import Kernel
import Logging
import Store

/// Turns every error into RFC 9457 problem details, or into a page for people. The one place where errors meet HTTP.
public struct ProblemMiddleware: RouterMiddleware {
    /// Writes a problem as a page.
    public typealias Page = @Sendable (ProblemDetails, Request, Context) async throws -> Response

    private let page: Page?

    /// - Parameter page: used for callers that accept HTML outside `/api`.
    public init(page: Page? = nil) { self.page = page }

    public func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            let details = Self.details(of: error)
            if details.kind == .internalFault {
                context.logger.error("request failed", metadata: ["error": "\(error)", "path": "\(request.uri.path)"])
            }
            if let page, Self.wantsPage(request) { return try await page(details, request, context) }
            return Self.response(details, language: context.language)
        }
    }

    /// The problem behind any error.
    public static func details(of error: any Error) -> ProblemDetails {
        switch error {
        case let problem as any Problem: problem.details
        case let error as DecodingError: details(of: error)
        case let error as HTTPError: details(of: error)
        case let error as any HTTPResponseError where error.status.code < 500: details(of: HTTPError(error.status))
        case is CancellationError: ProblemDetails(.unavailable, "cancelled", "The server is stopping.", zh: "服务器正在停止。")
        default:
            ProblemDetails(
                .internalFault, "internal-fault", "Something went wrong on our side. It has been logged.",
                zh: "服务器出错，已记录。")
        }
    }

    private static func details(of error: DecodingError) -> ProblemDetails {
        let (context, missing): (DecodingError.Context, String?) =
            switch error {
            case .keyNotFound(let key, let context): (context, key.stringValue)
            case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
                (context, nil)
            @unknown default: (DecodingError.Context(codingPath: [], debugDescription: "can't be read"), nil)
            }
        let path = (context.codingPath.map(\.stringValue) + [missing].compactMap(\.self)).joined(separator: ".")
        let reason = missing == nil ? context.debugDescription : "is required."
        return ProblemDetails(
            path.isEmpty ? .malformed : .invalid, path.isEmpty ? "malformed-body" : "invalid-field",
            path.isEmpty ? "The body can't be read: \(reason)" : "\(path): \(reason)",
            zh: path.isEmpty ? "无法解析请求内容。" : "字段 \(path) 无效。", fields: path.isEmpty ? [:] : [path: reason])
    }

    private static func details(of error: HTTPError) -> ProblemDetails {
        switch error.status.code {
        case 404: ProblemDetails(.notFound, "not-found", "There is nothing at this address.", zh: "这个地址没有内容。")
        case 413: ProblemDetails(.tooLarge, "too-large", "The request is larger than allowed.", zh: "请求内容过大。")
        case 400, 415:
            ProblemDetails(
                .malformed, "malformed-request", error.body ?? "The request can't be read.", zh: "无法解析请求。")
        default:
            ProblemDetails(
                ProblemKind(rawValue: error.status.code) ?? .internalFault, "http-\(error.status.code)",
                error.body ?? error.status.reasonPhrase, zh: "请求失败。")
        }
    }

    private static func wantsPage(_ request: Request) -> Bool {
        !request.uri.path.hasPrefix("/api/") && (request.headers[.accept] ?? "").contains("text/html")
    }

    /// Problem details as `application/problem+json`.
    public static func response(_ details: ProblemDetails, language: Kernel.Language) -> Response {
        response(details, body: ProblemBody(details, language: language))
    }

    /// Problem details with the members of `extensions` beside the usual ones (RFC 9457, section 3.2).
    public static func response(
        _ details: ProblemDetails, language: Kernel.Language, extensions: some Encodable & Sendable
    ) -> Response {
        response(details, body: ExtendedProblem(problem: ProblemBody(details, language: language), more: extensions))
    }

    private static func response(_ details: ProblemDetails, body: some Encodable) -> Response {
        var headers: HTTPFields = [.contentType: "application/problem+json", .cacheControl: "no-store"]
        if let seconds = details.retryAfter { headers[.retryAfter] = String(seconds) }
        if details.kind == .unauthenticated { headers[.wwwAuthenticate] = "Bearer" }
        let bytes = (try? JSONEncoder().encode(body)) ?? Data()
        return Response(
            status: .init(code: details.kind.rawValue), headers: headers,
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

/// A problem and what it has beside the usual members, in one object.
private struct ExtendedProblem<More: Encodable>: Encodable {
    let problem: ProblemBody
    let more: More

    func encode(to encoder: any Encoder) throws {
        try problem.encode(to: encoder)
        try more.encode(to: encoder)
    }
}

/// The members of RFC 9457.
struct ProblemBody: Codable {
    let type: String
    let title: String
    let status: Int
    let detail: String
    let errors: [String: String]?

    init(_ details: ProblemDetails, language: Kernel.Language) {
        type = "urn:quanyu:problem:\(details.code)"
        title = details.code.replacing("-", with: " ")
        status = details.kind.rawValue
        detail = language == .zh ? details.detailChinese : details.detail
        errors = details.fields.isEmpty ? nil : details.fields
    }
}
