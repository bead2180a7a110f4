import CGMime
import HTTPTypes
import Hummingbird
import Kernel

/// A form with files (`multipart/form-data`, RFC 7578), read by GMime.
public struct MultipartForm: Sendable {
    /// A file of the form.
    public struct File: Sendable {
        /// The field.
        public let field: String
        /// Its content.
        public let bytes: [UInt8]
    }

    /// Most fields and files.
    public static let partLimit = 200

    private let fields: [(name: String, value: String)]
    /// Files in order; fields without a chosen file are left out.
    public let files: [File]

    /// Whether a request brings such a form.
    public static func isOne(_ request: Request) -> Bool {
        request.headers[.contentType]?.lowercased().hasPrefix("multipart/form-data") ?? false
    }

    /// Reads a form.
    ///
    /// - Parameters:
    ///   - limit: most bytes.
    ///   - fieldLimit: most bytes of a field that is no file.
    /// - Throws: ``InvalidField`` for what is no such form; 413 for a larger body.
    public init(_ request: Request, limit: Int, fieldLimit: Int = 1 << 16) async throws {
        let body = try await request.body.collect(upTo: limit)
        try self.init(type: request.headers[.contentType] ?? "", body: Array(buffer: body), fieldLimit: fieldLimit)
    }

    /// Reads the bytes of a form.
    ///
    /// - Parameter type: the content type with its boundary.
    init(type: String, body: [UInt8], fieldLimit: Int = 1 << 16) throws {
        _ = Self.isReady
        guard type.utf8.count <= 300, type.utf8.allSatisfy({ $0 >= 32 && $0 < 127 }) else { throw Self.unreadable }
        let entity = Array("Content-Type: \(type)\r\n\r\n".utf8) + body
        let parsed = entity.withUnsafeBytes {
            quanyu_mime_multipart($0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
        }
        guard let multipart = parsed else { throw Self.unreadable }
        defer { quanyu_mime_free(multipart) }
        let count = Int(quanyu_mime_count(multipart))
        guard count > 0 else { throw Self.unreadable }
        guard count <= Self.partLimit else {
            throw InvalidField("body", "must have at most \(Self.partLimit) parts.", zh: "表单字段过多。")
        }
        var (fields, files): ([(String, String)], [File]) = ([], [])
        for index in 0..<Int32(count) {
            guard let name = Self.parameter("name", of: index, multipart),
                let bytes = Self.content(of: index, multipart)
            else { throw Self.unreadable }
            if let file = Self.parameter("filename", of: index, multipart) {
                // Browsers send a field without a chosen file as an empty one.
                if !file.isEmpty || !bytes.isEmpty { files.append(File(field: name, bytes: bytes)) }
            } else {
                guard bytes.count <= fieldLimit else {
                    throw InvalidField(name, "is too long.", zh: "内容过长。")
                }
                fields.append((name, String(decoding: bytes, as: UTF8.self)))
            }
        }
        self.fields = fields
        self.files = files
    }

    /// The first value of a field; `nil` when it is absent or empty.
    public subscript(_ name: String) -> String? {
        guard let value = fields.first(where: { $0.name == name })?.value, !value.isEmpty else { return nil }
        return value
    }

    private static let unreadable = InvalidField("body", "is not a form with files.", zh: "无法解析上传表单。")
    private static let isReady: Bool = {
        g_mime_init()
        return true
    }()

    private static func parameter(
        _ name: String, of index: Int32, _ multipart: UnsafeMutablePointer<GMimeMultipart>
    ) -> String? {
        quanyu_mime_parameter(multipart, index, name).map { String(cString: $0) }
    }

    private static func content(of index: Int32, _ multipart: UnsafeMutablePointer<GMimeMultipart>) -> [UInt8]? {
        guard let content = quanyu_mime_content(multipart, index) else { return nil }
        defer { g_byte_array_unref(content) }
        return Array(UnsafeBufferPointer(start: content.pointee.data, count: Int(content.pointee.len)))
    }
}
