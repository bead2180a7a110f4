import Foundation
import HTTPTypes
import Hummingbird
import Kernel
import Store

/// A type that the API document can describe: from an example the document derives the schema.
public protocol Documented: Codable, Sendable {
    /// A value with every optional member present.
    static var example: Self { get }
}

/// No body, or nothing to answer.
public struct Nothing: Documented, Equatable {
    public init() {}
    public static let example = Nothing()
}

/// A page of a list.
public struct Page<Element: Documented>: Documented {
    /// The elements in order.
    public let items: [Element]
    /// Ask again with this `cursor` for what follows; absent at the end.
    public let next: String?

    /// A page.
    public init(items: [Element], next: String? = nil) {
        self.items = items
        self.next = next
    }

    public static var example: Page { Page(items: [.example], next: "b2Zmc2V0OjIw") }
}

/// One call of a route, decoded and checked.
public struct Call<Body: Documented>: Sendable {
    /// The request as it came.
    public let request: Request
    /// What is known about it.
    public let context: Context
    /// The decoded body.
    public let body: Body
    /// The caller's key for commands, if it sent one.
    public let key: IdempotencyKey?
    /// Stands for what was asked, to tell a repeated command from another one with the same key; empty without a key.
    public let fingerprint: String

    /// Whoever is asking.
    public var person: PersonID { get throws { try context.anybody().person } }
}

/// A parameter in the query of a route.
public struct QueryParameter: Sendable {
    /// Its name.
    public let name: String
    /// What it means.
    public let meaning: String
    /// Which values it takes.
    public let values: Values

    /// The values that a parameter takes.
    public enum Values: Sendable {
        case text
        case integer(ClosedRange<Int>)
        case oneOf([String])
        /// RFC 3339.
        case time
    }

    /// A parameter.
    public init(_ name: String, _ meaning: String, _ values: Values = .text) {
        self.name = name
        self.meaning = meaning
        self.values = values
    }
}

/// What the API document knows about a route.
public struct RouteDescription: Sendable {
    /// Method, upper case.
    public let method: HTTPRequest.Method
    /// Path with `{parameters}` below `/api/v1`.
    public let path: String
    /// Unique name of the operation.
    public let operation: String
    /// What it does, one sentence.
    public let summary: String
    /// Who may use it.
    public let access: Access
    /// Query parameters.
    public let query: [QueryParameter]
    /// Name and example of the body; `nil` when there is none.
    public let body: SchemaExample?
    /// Name and example of the answer.
    public let answer: SchemaExample?
    /// Whether it takes an `Idempotency-Key`.
    public let isCommand: Bool
    /// Content types of a body that is no JSON.
    public let uploads: [String]
}

/// The routes below `/api/v1`, each with its description.
public final class API {
    /// The path below which all routes stand.
    public static let root = "/api/v1"

    private let router: Router<Context>
    /// Every route in the order of registration.
    public private(set) var routes: [RouteDescription] = []

    /// Routes are added to `router`.
    public init(router: Router<Context>) { self.router = router }

    /// Adds a route without a body.
    ///
    /// - Parameters:
    ///   - path: below `/api/v1`, with parameters as `{name}`.
    ///   - operation: unique name of the operation in the API document.
    ///   - status: of a successful answer; ``Nothing`` is always answered by 204.
    public func route<Answer: Documented>(
        _ method: HTTPRequest.Method, _ path: String, _ operation: String, _ summary: String, access: Access,
        query: [QueryParameter] = [], status: HTTPResponse.Status = .ok,
        handler: @escaping @Sendable (Call<Nothing>) async throws -> Answer
    ) {
        route(
            method, path, operation, summary, access: access, query: query, body: Nothing.self, status: status,
            handler: handler)
    }

    /// Adds a route with a JSON body.
    public func route<Body: Documented, Answer: Documented>(
        _ method: HTTPRequest.Method, _ path: String, _ operation: String, _ summary: String, access: Access,
        query: [QueryParameter] = [], body: Body.Type, status: HTTPResponse.Status = .ok,
        handler: @escaping @Sendable (Call<Body>) async throws -> Answer
    ) {
        respond(method, path, operation, summary, access: access, query: query, body: body, answer: Answer.self) {
            call in
            let answer = try await handler(call)
            if Answer.self == Nothing.self { return Response(status: .noContent) }
            return try Self.json(answer, status: status)
        }
    }

    /// Adds a route that writes its response itself, for hot paths; `answer` is what it writes.
    ///
    /// - Parameter uploads: content types that it reads from the request itself, where `body` is ``Nothing``.
    public func respond<Body: Documented, Answer: Documented>(
        _ method: HTTPRequest.Method, _ path: String, _ operation: String, _ summary: String, access: Access,
        query: [QueryParameter] = [], body: Body.Type, answer: Answer.Type, uploads: [String] = [],
        handler: @escaping @Sendable (Call<Body>) async throws -> Response
    ) {
        let isCommand = ![.get, .head].contains(method)
        routes.append(
            RouteDescription(
                method: method, path: path, operation: operation, summary: summary, access: access, query: query,
                body: Body.self == Nothing.self ? nil : SchemaExample(Body.self),
                answer: Answer.self == Nothing.self ? nil : SchemaExample(Answer.self), isCommand: isCommand,
                uploads: uploads))
        router.on(RouterPath(Self.root + path), method: method) { request, context in
            try access.check(context.identity)
            return try await handler(try await Call(request, context))
        }
    }

    /// A JSON response.
    public static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        return Response(
            status: status, headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(bytes: try encoder.encode(value))))
    }
}

extension Call {
    /// Decodes the body, unless the route has none, and checks the caller's idempotency key.
    fileprivate init(_ request: Request, _ context: Context) async throws {
        if let nothing = Nothing() as? Body {
            body = nothing
        } else {
            let bytes = try await request.body.collect(upTo: context.maxUploadSize)
            body = try JSONDecoder().decode(Body.self, from: Data(buffer: bytes))
        }
        if let name = HTTPField.Name("Idempotency-Key"), let sent = request.headers[name] {
            key = try IdempotencyKey(caller: "\(try context.anybody().person)", text: sent)
            // Written anew, since a program may send the members of the same object in another order.
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            let asked = String(decoding: try encoder.encode(body), as: UTF8.self)
            fingerprint = "\(request.method) \(request.uri.path) \(asked)"
        } else {
            key = nil
            fingerprint = ""
        }
        self.request = request
        self.context = context
    }
}
