import Foundation
import HTTPTypes
import Hummingbird
import Kernel
import Logging
import Metrics

/// Counts requests and times them, gives each an identifier, and says so in the log.
public struct RequestLogMiddleware: RouterMiddleware {
    private let logsEveryRequest: Bool

    /// - Parameter logsEveryRequest: at `info`; otherwise only answers from 500 up are logged.
    public init(logsEveryRequest: Bool) { self.logsEveryRequest = logsEveryRequest }

    public func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        var response = try await next(request, context)
        let elapsed = ContinuousClock.now - start
        let route = context.endpointPath ?? "none"
        let labels = [
            ("method", request.method.rawValue), ("route", route), ("status", "\(response.status.code / 100)xx"),
        ]
        Counter(label: "quanyu_http_requests_total", dimensions: labels).increment()
        Metrics.Timer(label: "quanyu_http_request_seconds", dimensions: [("route", route)])
            .recordNanoseconds(
                elapsed.components.seconds * 1_000_000_000 + elapsed.components.attoseconds / 1_000_000_000)
        if let name = HTTPField.Name("X-Request-Id") { response.headers[name] = context.id }
        if logsEveryRequest || response.status.code >= 500 {
            context.logger.info(
                "request",
                metadata: [
                    "method": "\(request.method)", "path": "\(request.uri.path)", "status": "\(response.status.code)",
                    "ms": "\(elapsed.milliseconds)",
                ])
        }
        return response
    }
}

/// Headers that tell browsers to be strict with our pages.
public struct SecurityHeadersMiddleware: RouterMiddleware {
    private static let policy = """
        default-src 'self'; img-src 'self' data:; media-src 'self' blob:; style-src 'self'; script-src 'self'; \
        object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'
        """

    public init() {}

    public func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        if response.headers[.contentSecurityPolicy] == nil { response.headers[.contentSecurityPolicy] = Self.policy }
        response.headers[.xContentTypeOptions] = "nosniff"
        if let name = HTTPField.Name("Referrer-Policy") { response.headers[name] = "same-origin" }
        return response
    }
}

/// Writes log lines as JSON objects, one a line, to standard error.
public struct JSONLogHandler: LogHandler {
    public var metadata: Logger.Metadata = [:]
    public var logLevel: Logger.Level
    private let label: String

    /// A handler for the logger called `label`.
    public init(label: String, level: Logger.Level) {
        self.label = label
        logLevel = level
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var line = [
            "time": Source.system.now.rfc3339, "level": event.level.rawValue, "logger": label,
            "message": event.message.description,
        ]
        for (key, value) in metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 }) {
            line[key == "hb.request.id" ? "request" : key] = value.description
        }
        guard
            var data = try? JSONSerialization.data(
                withJSONObject: line, options: [.sortedKeys, .withoutEscapingSlashes])
        else { return }
        data.append(UInt8(ascii: "\n"))
        // One write per line: lines of concurrent requests never mix.
        FileHandle.standardError.write(data)
    }
}
