import Foundation
import Hummingbird

/// A named schema with the example from which it was derived.
public struct SchemaExample: Sendable {
    /// Name under `components/schemas`.
    public let name: String
    /// The example as JSON.
    let json: Data
    /// Names of members without which the type can't be decoded.
    let required: Set<String>

    init<Value: Documented>(_ type: Value.Type) {
        name = "\(type)".replacing("<", with: "Of").replacing(">", with: "").replacing(" ", with: "")
        json = (try? JSONEncoder().encode(Value.example)) ?? Data("{}".utf8)
        required = Self.required(of: type, in: json)
    }

    /// A member is required when the example can't be decoded without it.
    private static func required<Value: Documented>(of type: Value.Type, in json: Data) -> Set<String> {
        guard let object = try? JSONSerialization.jsonObject(with: json) as? [String: Any] else { return [] }
        return Set(
            object.keys.filter { key in
                var without = object
                without[key] = nil
                guard let data = try? JSONSerialization.data(withJSONObject: without) else { return false }
                return (try? JSONDecoder().decode(Value.self, from: data)) == nil
            })
    }

    var schema: [String: Any] {
        let example = (try? JSONSerialization.jsonObject(with: json, options: .fragmentsAllowed)) ?? [String: Any]()
        var schema = Self.schema(of: example)
        if !required.isEmpty { schema["required"] = required.sorted() }
        schema["example"] = example
        return schema
    }

    private static func schema(of value: Any) -> [String: Any] {
        switch value {
        case let object as [String: Any]:
            return ["type": "object", "properties": object.mapValues { schema(of: $0) }]
        case let list as [Any]:
            return ["type": "array", "items": list.first.map { schema(of: $0) } ?? [String: Any]()]
        case is String: return ["type": "string"]
        case let number as NSNumber:
            // On Linux a Boolean arrives as NSNumber too; its Objective-C type tells.
            if String(cString: number.objCType) == "c" { return ["type": "boolean"] }
            return ["type": number.doubleValue == number.doubleValue.rounded() ? "integer" : "number"]
        default: return [:]
        }
    }
}

/// The OpenAPI 3.1 document of all routes.
public struct OpenAPIDocument {
    private let routes: [RouteDescription]

    /// A document of `routes`.
    public init(routes: [RouteDescription]) { self.routes = routes }

    /// The document as JSON with sorted keys, so that a change of the API is a readable diff.
    public func json() throws -> Data {
        var paths: [String: [String: Any]] = [:]
        var schemas: [String: Any] = ["Problem": Self.problem]
        for route in routes {
            paths[API.root + route.path, default: [:]][route.method.rawValue.lowercased()] = operation(route)
            for schema in [route.body, route.answer].compactMap(\.self) { schemas[schema.name] = schema.schema }
        }
        let document: [String: Any] = [
            "openapi": "3.1.0",
            "info": [
                "title": "Quanyu", "version": "1", "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
            ],
            "paths": paths,
            "components": [
                "schemas": schemas,
                "securitySchemes": [
                    "token": ["type": "http", "scheme": "bearer"],
                    "session": ["type": "apiKey", "in": "cookie", "name": IdentityMiddleware.sessionCookie],
                ],
            ],
        ]
        return try JSONSerialization.data(
            withJSONObject: document, options: [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes])
    }

    private func operation(_ route: RouteDescription) -> [String: Any] {
        var operation: [String: Any] = [
            "operationId": route.operation, "summary": route.summary, "parameters": parameters(of: route),
            "responses": responses(of: route), "x-access": Self.name(of: route.access),
        ]
        switch route.access {
        case .anyone, .visitor: operation["security"] = [[String: [String]]()]
        case .person(let scope), .role(_, let scope):
            operation["security"] = [["token": [scope.rawValue]], ["session": []]]
        }
        if let body = route.body {
            operation["requestBody"] = ["required": true, "content": Self.content(body.name)]
        }
        if !route.uploads.isEmpty {
            let bytes: [String: Any] = ["schema": ["type": "string", "format": "binary"]]
            let content = Dictionary(route.uploads.map { ($0, bytes) }, uniquingKeysWith: { first, _ in first })
            operation["requestBody"] = ["required": true, "content": content]
        }
        return operation
    }

    private func parameters(of route: RouteDescription) -> [[String: Any]] {
        let inPath = route.path.split(separator: "/").filter { $0.hasPrefix("{") }.map { part -> [String: Any] in
            ["name": String(part.dropFirst().dropLast()), "in": "path", "required": true, "schema": ["type": "string"]]
        }
        let inQuery = route.query.map { parameter -> [String: Any] in
            [
                "name": parameter.name, "in": "query", "description": parameter.meaning,
                "schema": parameter.values.schema,
            ]
        }
        let key: [[String: Any]] =
            route.isCommand
            ? [
                [
                    "name": "Idempotency-Key", "in": "header", "schema": ["type": "string"],
                    "description": "Sent again with the same key, the command is not repeated.",
                ]
            ] : []
        return inPath + inQuery + key
    }

    private func responses(of route: RouteDescription) -> [String: Any] {
        var responses: [String: Any] = [
            "default": [
                "description": "What went wrong (RFC 9457).",
                "content": ["application/problem+json": ["schema": ["$ref": "#/components/schemas/Problem"]]],
            ]
        ]
        if let answer = route.answer {
            responses["2XX"] = ["description": "Done.", "content": Self.content(answer.name)]
        } else {
            responses["204"] = ["description": "Done."]
        }
        return responses
    }

    private static func content(_ name: String) -> [String: Any] {
        ["application/json": ["schema": ["$ref": "#/components/schemas/\(name)"]]]
    }

    private static func name(of access: Access) -> String {
        switch access {
        case .anyone: "anyone"
        case .visitor: "visitor"
        case .person: "person"
        case .role(let roles, _): roles.map(\.rawValue).sorted().joined(separator: "|")
        }
    }

    private static var problem: [String: Any] {
        [
            "type": "object", "required": ["type", "title", "status", "detail"],
            "properties": [
                "type": ["type": "string"], "title": ["type": "string"], "status": ["type": "integer"],
                "detail": ["type": "string"],
                "errors": ["type": "object", "additionalProperties": ["type": "string"]],
            ],
        ]
    }
}

extension QueryParameter.Values {
    fileprivate var schema: [String: Any] {
        switch self {
        case .text: ["type": "string"]
        case .integer(let range): ["type": "integer", "minimum": range.lowerBound, "maximum": range.upperBound]
        case .oneOf(let names): ["type": "string", "enum": names]
        case .time: ["type": "string", "format": "date-time"]
        }
    }
}
