import Foundation
import HTTPTypes
import Hummingbird
import Kernel
import Logging
import Metrics
import Synchronization

/// Counts requests and times them, gives each an identifier, and says so in the log.
public struct RequestLogMiddleware: RouterMiddleware {
    private let logsEveryRequest: Bool
    private let instruments = Instruments()

    /// - Parameter logsEveryRequest: at `info`; otherwise only answers from 500 up are logged.
    public init(logsEveryRequest: Bool) { self.logsEveryRequest = logsEveryRequest }

    public func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        var response = try await next(request, context)
        let elapsed = ContinuousClock.now - start
        let route = context.endpointPath ?? "none"
        instruments.record(request.method, route: route, statusClass: response.status.code / 100, elapsed)
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

/// The counters and timers of requests, each made once: looking them up by their labels took longer than counting.
private final class Instruments: Sendable {
    private struct Key: Hashable {
        let method: HTTPRequest.Method
        let route: String
        let statusClass: Int
    }

    private static let methods: Set<HTTPRequest.Method> = [.get, .head, .post, .put, .patch, .delete, .options]

    private let known = Mutex<[Key: (requests: Counter, seconds: Metrics.Timer)]>([:])

    func record(_ method: HTTPRequest.Method, route: String, statusClass: Int, _ elapsed: Duration) {
        // Anybody may send any word as a method; only known ones get a series.
        let method = Self.methods.contains(method) ? method : .init("OTHER") ?? .get
        let key = Key(method: method, route: route, statusClass: statusClass)
        let (requests, seconds) = known.withLock { known in
            if let found = known[key] { return found }
            let labels = [("method", method.rawValue), ("route", route), ("status", "\(statusClass)xx")]
            let made = (
                requests: Counter(label: "quanyu_http_requests_total", dimensions: labels),
                seconds: Metrics.Timer(label: "quanyu_http_request_seconds", dimensions: [("route", route)])
            )
            known[key] = made
            return made
        }
        requests.increment()
        seconds.recordNanoseconds(
            elapsed.components.seconds * 1_000_000_000 + elapsed.components.attoseconds / 1_000_000_000)
    }
}

/// Headers that tell browsers to be strict with our pages.
public struct SecurityHeadersMiddleware: RouterMiddleware {
    private let policy: String

    /// - Parameter formTargets: origins besides ours to which a form may lead, as to the pages of a payment company.
    public init(formTargets: [String] = []) {
        let targets = (["'self'"] + formTargets).joined(separator: " ")
        policy = """
            default-src 'self'; img-src 'self' data:; media-src 'self' blob:; style-src 'self'; script-src 'self'; \
            object-src 'none'; base-uri 'none'; form-action \(targets); frame-ancestors 'none'
            """
    }

    public func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        if response.headers[.contentSecurityPolicy] == nil { response.headers[.contentSecurityPolicy] = policy }
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
