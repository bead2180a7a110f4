import Catalog
import HTTP
import Kernel
import Shops
import Store

/// A shop brings its goods in as a table: first it sees what would happen, row by row, then it happens. Sent again, the
/// same table changes nothing.
public struct BringGoods: Sendable {
    /// How far to go.
    public enum Mode: String, Sendable, Codable, CaseIterable {
        /// Says what would happen.
        case check
        /// Everything, or nothing when a row is refused.
        case all
        /// Products without a refused row.
        case good
    }

    /// What comes of a product.
    public enum Result: String, Sendable, Codable, CaseIterable {
        case created, changed, unchanged, refused
    }

    /// What comes of the rows of one product.
    public struct Outcome: Sendable {
        /// Numbers of its rows; the header is 1.
        public let lines: [Int]
        /// The product's code as it was written.
        public let code: String
        public internal(set) var result: Result
        /// What is different afterwards.
        public let changes: [TrailChange]
        /// The row that is refused, and why.
        public let refusal: (line: Int, problem: any Problem)?
    }

    /// What comes of a table.
    public struct Report: Sendable {
        /// One for each product, and for each row that can't be read.
        public let outcomes: [Outcome]
        /// Whether it happened.
        public let isApplied: Bool

        /// How many products come out so.
        public func count(_ result: Result) -> Int { outcomes.count { $0.result == result } }
    }

    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// Checks a table or brings it in.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``.
    public func callAsFunction(
        _ table: GoodsTable, at shop: ShopID, _ mode: Mode, by identity: Identity
    ) async throws -> Report {
        try identity.require(.goods, at: shop)
        let categories = try await market.catalog.categories()
        let currency = try await market.catalog.newest(shop: shop, limit: 1).first?.price?.amount.currency ?? .cny
        let work = Work(market, table, categories, currency, shop, identity)
        switch mode {
        case .check: return Report(outcomes: try await each(work, keeps: false), isApplied: false)
        case .good: return Report(outcomes: try await each(work, keeps: true), isApplied: true)
        case .all:
            do {
                let outcomes = try await market.store.write { transaction in
                    let outcomes = work.unread + work.groups.map { work.outcome(of: $0, in: transaction) }
                    // Thrown, what was written so far is undone.
                    if outcomes.contains(where: { $0.result == .refused }) { throw Undone(outcomes: outcomes) }
                    return outcomes
                }
                return Report(outcomes: outcomes, isApplied: true)
            } catch let undone as Undone {
                return Report(outcomes: undone.outcomes, isApplied: false)
            }
        }
    }

    /// Product by product, each in a unit of work of its own, so that nobody else waits for long.
    private func each(_ work: Work, keeps: Bool) async throws -> [Outcome] {
        var outcomes = work.unread
        for group in work.groups {
            do {
                outcomes.append(
                    try await market.store.write { transaction in
                        let outcome = work.outcome(of: group, in: transaction)
                        guard keeps, outcome.result != .refused else { throw Undone(outcomes: [outcome]) }
                        return outcome
                    })
            } catch let undone as Undone { outcomes += undone.outcomes }
        }
        return keeps ? outcomes : Self.twice(outcomes, work)
    }

    /// What only shows when rows meet: two products of the table that use one number.
    private static func twice(_ outcomes: [Outcome], _ work: Work) -> [Outcome] {
        var seen: [String: String] = [:]
        var clashes: [String: Int] = [:]
        for line in work.groups.flatMap(\.lines) {
            guard let number = line[.variantCode], let code = line[.productCode] else { continue }
            if let other = seen[number], other != code { clashes[code] = clashes[code] ?? line.number }
            seen[number] = seen[number] ?? code
        }
        return outcomes.map { outcome in
            guard outcome.result != .refused, let line = clashes[outcome.code] else { return outcome }
            return Outcome(
                lines: outcome.lines, code: outcome.code, result: .refused, changes: [],
                refusal: (
                    line, InvalidField("variant_code", "is another product's in this table.", zh: "规格编码在文件中重复。")
                ))
        }
    }

    private struct Undone: Error { let outcomes: [Outcome] }
}
