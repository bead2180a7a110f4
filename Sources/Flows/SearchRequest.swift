import Centre
import HTTP
import Hummingbird
import Kernel

extension SearchQuery {
    /// Reads a search from a request's query, for pages and programs alike.
    ///
    /// - Throws: ``InvalidField`` naming what can't be read.
    public init(_ request: Request) throws {
        self.init(request.query("q", limit: 100) ?? "")
        category = try Self.identifier("category", in: request)
        shop = try Self.identifier("shop", in: request)
        brand = request.query("brand", limit: 80)
        let lowest = try request.query("min", in: 0...1_000_000_000, default: 0)
        let highest = try request.query("max", in: 0...1_000_000_000, default: 1_000_000_000)
        guard lowest <= highest else {
            throw InvalidField("max", "must not be less than min.", zh: "最高价不能低于最低价。")
        }
        if lowest > 0 || highest < 1_000_000_000 { price = Int64(lowest)...Int64(highest) }
        onlyInStock = try request.query("stock", in: 0...1, default: 0) == 1
        if let text = request.query("sort") {
            guard let sort = Sort(rawValue: text) else {
                throw InvalidField(
                    "sort", "must be one of \(Sort.allCases.map(\.rawValue).joined(separator: ", ")).", zh: "排序方式无效。")
            }
            self.sort = sort
        }
        offset = try request.query("offset", in: 0...10_000, default: 0)
        limit = try request.query("limit", in: 1...60, default: 24)
    }

    private static func identifier<Kind>(_ name: String, in request: Request) throws -> Identifier<Kind>? {
        guard let text = request.query(name) else { return nil }
        guard let id = Identifier<Kind>(text) else { throw InvalidField(name, "is not an identifier.", zh: "标识无效。") }
        return id
    }
}
