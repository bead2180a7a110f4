import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization

/// What came back.
public struct Answer: Sendable {
    public let status: Int
    public let headers: HTTPHeaders
    public let body: Data

    /// The body as text.
    public var text: String { String(decoding: body, as: UTF8.self) }
    /// The body as a JSON object; empty when it is none.
    public var json: [String: Any] { (try? JSONSerialization.jsonObject(with: body)) as? [String: Any] ?? [:] }
    /// The last part of a problem's type, such as `store-full`; `nil` when the answer is no problem.
    public var problem: String? {
        guard headers.first(name: "content-type") == "application/problem+json" else { return nil }
        return (json["type"] as? String)?.split(separator: ":").last.map(String.init)
    }
    /// A text member.
    public subscript(name: String) -> String? { json[name] as? String }
    /// A list of objects.
    public func list(_ name: String) -> [[String: Any]] { json[name] as? [[String: Any]] ?? [] }
}

/// A program that talks to a server and keeps its cookies, as one browser does.
public final class Caller: Sendable {
    /// Never shut down: it lives as long as the test process.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.httpVersion = .http1Only
        // A server that was killed on purpose is not dialled again and again.
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    public let address: String
    private let cookies: Mutex<[String: String]>
    private let token: String?

    /// Nobody yet; or a program with a token.
    public init(_ address: String, token: String? = nil, cookies: [String: String] = [:]) {
        self.address = address
        self.token = token
        self.cookies = Mutex(cookies)
    }

    /// The cookies as they stand.
    public var jar: [String: String] { cookies.withLock { $0 } }

    /// Sends JSON below `/api/v1`.
    @discardableResult
    public func api(
        _ method: String, _ path: String, _ json: [String: any Sendable]? = nil, key: String? = nil
    ) async throws -> Answer {
        let body = try json.map { try JSONSerialization.data(withJSONObject: $0) }
        return try await send(method, "/api/v1" + path, body: body, headers: key.map { ["Idempotency-Key": $0] } ?? [:])
    }

    /// Sends anything.
    @discardableResult
    public func send(
        _ method: String, _ path: String, body: Data? = nil, headers: [String: String] = [:]
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: address + path)
        request.method = HTTPMethod(rawValue: method)
        if let body {
            request.body = .bytes(ByteBuffer(bytes: body))
            request.headers.add(name: "Content-Type", value: "application/json")
        }
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        let jar = jar
        if !jar.isEmpty {
            request.headers.add(name: "Cookie", value: jar.map { "\($0)=\($1)" }.sorted().joined(separator: "; "))
        }
        let response = try await Self.client.execute(request, timeout: .seconds(60))
        keep(response.headers["set-cookie"])
        let bytes = try await response.body.collect(upTo: 1 << 24)
        return Answer(status: Int(response.status.code), headers: response.headers, body: Data(bytes.readableBytesView))
    }

    private func keep(_ lines: [String]) {
        cookies.withLock { cookies in
            for line in lines {
                let parts = (line.split(separator: ";").first ?? "").split(separator: "=", maxSplits: 1).map(
                    String.init)
                guard let name = parts.first else { continue }
                cookies[name] = parts.count == 2 ? parts[1] : nil
            }
        }
    }

    /// Makes an account for this caller and signs in.
    @discardableResult
    public func signUp(_ email: String, password: String = "correct horse") async throws -> Answer {
        try await api("POST", "/people", ["email": email, "name": "Lin", "password": password])
    }

    /// Signs in.
    @discardableResult
    public func signIn(_ email: String, password: String = "correct horse") async throws -> Answer {
        try await api("POST", "/sessions", ["email": email, "password": password])
    }
}
