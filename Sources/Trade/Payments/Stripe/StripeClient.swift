import AsyncHTTPClient
import Foundation
import Kernel
import NIOCore

/// Requests to Stripe: forms in, JSON out, an idempotency key on everything that does something.
struct StripeClient: Sendable {
    /// The version of the API whose shapes are read here, whatever the account's own is.
    private static let version = "2024-06-20"

    let url: String
    let key: String
    let client: HTTPClient

    func get<Answer: Decodable>(_ path: String, _ query: [(String, String)] = []) async throws -> Answer {
        try await send(HTTPClientRequest(url: url + path + (query.isEmpty ? "" : "?" + Self.form(query))))
    }

    /// - Parameter idempotencyKey: requests with the same key do one thing, for 24 hours at least.
    func post<Answer: Decodable>(
        _ path: String, _ fields: [(String, String)], idempotencyKey: String
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: url + path)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
        request.headers.add(name: "Idempotency-Key", value: idempotencyKey)
        request.body = .bytes(ByteBuffer(string: Self.form(fields)))
        return try await send(request)
    }

    /// - Throws: ``ProviderProblem``.
    private func send<Answer: Decodable>(_ request: HTTPClientRequest) async throws -> Answer {
        var request = request
        request.headers.add(name: "Authorization", value: "Bearer \(key)")
        request.headers.add(name: "Stripe-Version", value: Self.version)
        let (status, body) = try await answer(to: request)
        switch status {
        case 200..<300:
            guard let answer = try? JSONDecoder().decode(Answer.self, from: body) else {
                throw ProviderProblem.refused("its answer can't be read.")
            }
            return answer
        case 409, 429, 500...: throw ProviderProblem.unreachable
        default:
            let reason = try? JSONDecoder().decode(StripeFailure.self, from: body).error
            throw ProviderProblem.refused(reason?.message ?? "it answered \(status).")
        }
    }

    private func answer(to request: HTTPClientRequest) async throws -> (status: UInt, body: Data) {
        do {
            let response = try await client.execute(request, timeout: .seconds(8))
            let body = try await response.body.collect(upTo: 4 << 20)
            return (response.status.code, Data(body.readableBytesView))
        } catch let error as CancellationError {
            throw error
        } catch {
            throw ProviderProblem.unreachable
        }
    }

    private static func form(_ fields: [(String, String)]) -> String {
        var components = URLComponents()
        components.queryItems = fields.map { URLQueryItem(name: $0.0, value: $0.1) }
        // A plus stands for itself in a URL and for a space in a form.
        return (components.percentEncodedQuery ?? "").replacing("+", with: "%2B")
    }
}
