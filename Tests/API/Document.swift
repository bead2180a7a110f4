import Foundation
import Harness

/// A route as the API document describes it.
struct Route: Sendable {
    let method: String
    let path: String
    let access: String
    let query: [String]
    /// For each parameter that takes only some values, one that it doesn't take.
    let refused: [String: String]
    /// The example of the body as JSON.
    let example: Data?

    var name: String { "\(method) \(path)" }
    var isUnsafe: Bool { method != "GET" }
    var needsPerson: Bool { access != "anyone" && access != "visitor" }

    /// The path with its parameters filled in.
    func path(_ values: [String: String] = [:], else unknown: String = "x") -> String {
        path.split(separator: "/").map { part in
            guard part.hasPrefix("{") else { return String(part) }
            return values[String(part.dropFirst().dropLast())] ?? unknown
        }.reduce("") { $0 + "/" + $1 }
    }
}

/// The API document, as committed and as described by it.
enum Document {
    /// The committed file.
    static var committed: String {
        get throws {
            let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent()
            return try String(contentsOf: root.appending(path: "docs/openapi.json"), encoding: .utf8)
        }
    }

    /// Every route of the committed document.
    static func routes() throws -> [Route] {
        let document = try JSONSerialization.jsonObject(with: Data(try committed.utf8)) as? [String: Any] ?? [:]
        let schemas = (document["components"] as? [String: Any])?["schemas"] as? [String: [String: Any]] ?? [:]
        let paths = document["paths"] as? [String: [String: [String: Any]]] ?? [:]
        return try paths.sorted { $0.key < $1.key }.flatMap { path, operations in
            try operations.sorted { $0.key < $1.key }.map { method, operation in
                try route(method, path, operation, schemas)
            }
        }
    }

    private static func route(
        _ method: String, _ path: String, _ operation: [String: Any], _ schemas: [String: [String: Any]]
    ) throws -> Route {
        let parameters = operation["parameters"] as? [[String: Any]] ?? []
        let content = (operation["requestBody"] as? [String: Any])?["content"] as? [String: [String: Any]]
        let reference = (content?["application/json"]?["schema"] as? [String: String])?["$ref"]?.split(separator: "/")
            .last.map(String.init)
        let example = reference.flatMap { schemas[$0]?["example"] }
        return Route(
            method: method.uppercased(), path: path, access: operation["x-access"] as? String ?? "",
            query: parameters.filter { $0["in"] as? String == "query" }.compactMap { $0["name"] as? String },
            refused: refused(parameters),
            example: try example.map { try JSONSerialization.data(withJSONObject: $0) })
    }

    private static func refused(_ parameters: [[String: Any]]) -> [String: String] {
        var refused: [String: String] = [:]
        for parameter in parameters where parameter["in"] as? String == "query" {
            guard let name = parameter["name"] as? String, let schema = parameter["schema"] as? [String: Any] else {
                continue
            }
            if let most = schema["maximum"] as? Int { refused[name] = String(most + 1) }
            if schema["enum"] != nil { refused[name] = "none-of-them" }
            if schema["format"] as? String == "date-time" { refused[name] = "yesterday" }
        }
        return refused
    }
}
