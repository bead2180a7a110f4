import Carts
import Coupons
import Foundation
import Kernel
import Pricing
import Stock
import Store

/// Tells a buyer what lines cost in all, and keeps that for some minutes, so that what is placed is what was shown.
public struct MakeQuote: Sendable {
    /// How long a quote holds.
    public static let lifetime = Duration.minutes(10)

    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// Units and slates of lines; what they cost is found here. Lines of one variant become one.
    public final class Wanted: Sendable {
        let lines: [ShownLine]
        let region: String?
        let coupons: CouponChoice
        let trims: Bool

        /// - Parameters:
        ///   - lines: their amounts don't matter.
        ///   - region: where it goes; without it, freight and regional tax wait.
        ///   - coupons: the best of the person's, or these.
        ///   - trims: takes as many units as there are and leaves out what is gone, instead of throwing.
        public init(_ lines: [ShownLine], to region: String?, coupons: CouponChoice = .best, trims: Bool = false) {
            self.lines = lines
            self.trims = trims
            let region = region?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
            self.region = region.isEmpty ? nil : region
            self.coupons = coupons
        }
    }

    /// - Throws: ``CheckoutProblem``, ``OutOfStock``, ``CouponProblem``, ``InvalidField``.
    public func callAsFunction(
        _ wanted: Wanted, for buyer: PersonID, key: IdempotencyKey? = nil, fingerprint: String = ""
    ) async throws -> Quote {
        try PlaceOrder.check(wanted.lines)
        let job = Job(wanted, buyer, key, fingerprint, version: market.pricing.version)
        return try await market.store.write { [self] in try make(job, in: $0) }
    }

    /// One wish; a class, so that it is one thing to hand on.
    private final class Job: Sendable {
        let wanted: Wanted
        let buyer: PersonID
        let key: IdempotencyKey?
        let fingerprint: String
        let version: Int

        init(_ wanted: Wanted, _ buyer: PersonID, _ key: IdempotencyKey?, _ fingerprint: String, version: Int) {
            self.wanted = wanted
            self.buyer = buyer
            self.key = key
            self.fingerprint = fingerprint
            self.version = version
        }
    }

    private func make(_ job: Job, in transaction: any Transaction) throws -> Quote {
        let made = try transaction.once(job.key, fingerprint: job.fingerprint, at: market.source.now) {
            try make(job.wanted, for: job.buyer, version: job.version, in: transaction).id
        }
        return try Self.quote(made, of: job.buyer, in: transaction)
    }

    /// A person's quote that was not placed yet.
    ///
    /// - Throws: ``NotFound``.
    public func find(_ id: QuoteID, of buyer: PersonID) async throws -> Quote {
        try await market.store.read { try Self.quote(id, of: buyer, in: $0) }
    }

    private static func quote(_ id: QuoteID, of buyer: PersonID, in transaction: any Transaction) throws -> Quote {
        try Quote(text: try Pricing.quote(id, of: buyer, in: transaction))
    }

    private func make(
        _ wanted: Wanted, for buyer: PersonID, version: Int, in transaction: any Transaction
    ) throws -> Quote {
        let id = market.source.identifier(QuoteKind.self)
        let lines = try stocked(Self.merged(wanted.lines), trims: wanted.trims, in: transaction)
        let compose = ComposeQuote(market: market, version: version)
        let composition = try compose(
            lines, by: buyer, to: wanted.region, wanted.coupons, skipsGone: wanted.trims, in: transaction)
        guard composition.undelivered.isEmpty else {
            throw CheckoutProblem.notDelivered(composition.undelivered)
        }
        let quote = try Quote(
            composition, id: id, region: wanted.region, expiresAt: market.source.now + Self.lifetime)
        try Pricing.keep(try quote.text, as: id, for: buyer, until: quote.expiresAt, in: transaction)
        return quote
    }

    private static func merged(_ lines: [ShownLine]) -> [ShownLine] {
        var merged: [ShownLine] = []
        for line in lines {
            guard let index = merged.firstIndex(where: { $0.variant == line.variant }) else {
                merged.append(line)
                continue
            }
            let before = merged[index]
            merged[index] = ShownLine(
                variant: line.variant, quantity: before.quantity + line.quantity, amount: before.amount,
                slate: before.slate ?? line.slate)
        }
        return merged
    }

    private func stocked(
        _ lines: [ShownLine], trims: Bool, in transaction: any Transaction
    ) throws -> [ShownLine] {
        let available = try market.stock.available(lines.map(\.variant), in: transaction)
        let short = lines.filter { available[$0.variant, default: 0] < $0.quantity }
        guard !short.isEmpty else { return lines }
        let left = Dictionary(
            short.map { ($0.variant, available[$0.variant] ?? 0) }, uniquingKeysWith: { first, _ in first })
        let rest = lines.compactMap { line -> ShownLine? in
            let quantity = min(line.quantity, available[line.variant] ?? 0)
            return quantity > 0
                ? ShownLine(variant: line.variant, quantity: quantity, amount: line.amount, slate: line.slate) : nil
        }
        guard trims, !rest.isEmpty else { throw OutOfStock(left: left) }
        return rest
    }
}

extension Quote {
    /// As it is kept.
    var text: String {
        get throws { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
    }

    /// Reads ``text``.
    init(text: String) throws {
        self = try JSONDecoder().decode(Self.self, from: Data(text.utf8))
    }
}
