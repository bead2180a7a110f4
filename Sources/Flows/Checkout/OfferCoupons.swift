import Catalog
import Coupons
import Decisions
import HTTP
import Kernel
import Store

/// Shops, the platform and creators offer coupons together: whoever pays a share agrees first.
public struct OfferCoupons: Sendable {
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// Offers a coupon in the name of a shop or the platform. A share of the platform's needs a running decision.
    ///
    /// - Throws: ``Forbidden``, ``NotFound``, ``InvalidField``, ``CouponProblem/codeTaken``, `DecisionProblem`.
    public func offer(
        _ terms: CouponTerms, as author: CouponFunder, decision: DecisionID? = nil, _ command: Command
    ) async throws -> Coupon {
        try check(terms, author, command.identity)
        return try await once(command) { [market] transaction in
            if case .products(let shop, let products) = terms.scope {
                let owners = try Catalog.shops(of: Array(products), in: transaction)
                guard products.allSatisfy({ owners[$0] == shop }) else { throw NotFound("product") }
            }
            if author == .platform { try Self.requireRunning(decision, in: transaction) }
            return try market.coupons.offer(
                terms, by: author, decision: author == .platform ? decision : nil, in: transaction)
        }
    }

    /// Agrees to pay a share: the shop's owner or manager, an operator in the name of a running decision, the creator.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``, `DecisionProblem`.
    public func agree(
        to id: CouponID, as funder: CouponFunder, decision: DecisionID? = nil, _ command: Command
    ) async throws -> Coupon {
        let coupon = try await market.coupons.coupon(id)
        switch funder {
        case .shop: try Self.requireShop(of: coupon, command.identity)
        case .platform: try Self.requireOperator(command.identity)
        case .creator:
            guard coupon.terms.creator == command.identity.person else { throw NotFound("coupon") }
        }
        return try await once(command) { [market] transaction in
            if funder == .platform { try Self.requireRunning(decision, in: transaction) }
            try market.coupons.agree(
                to: id, as: funder, decision: funder == .platform ? decision : nil, in: transaction)
            return id
        }
    }

    /// Ends a coupon: its shop's own, or an operator any.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``.
    public func end(_ id: CouponID, _ command: Command) async throws -> Coupon {
        let coupon = try await market.coupons.coupon(id)
        if !command.identity.roles.contains(.operator) { try Self.requireShop(of: coupon, command.identity) }
        return try await once(command) { [market] transaction in
            try market.coupons.end(id, in: transaction)
            return id
        }
    }

    /// A person takes a coupon by a tap, or by its code.
    ///
    /// - Throws: ``NotFound``, ``InvalidField``, ``CouponProblem/over(_:)``.
    public func claim(_ coupon: CouponID?, code: String?, _ command: Command) async throws -> Coupon {
        try await once(command) { [market] transaction in
            let person = command.identity.person
            if let code { return try market.coupons.claim(code: code, by: person, in: transaction) }
            guard let coupon else {
                throw InvalidField("coupon", "or a code must be named.", zh: "须指定优惠券或券码。")
            }
            try market.coupons.claim(coupon, by: person, in: transaction)
            return coupon
        }
    }

    private func check(_ terms: CouponTerms, _ author: CouponFunder, _ identity: Identity) throws {
        switch author {
        case .shop:
            guard let shop = terms.scope.shop else {
                throw InvalidField("scope", "must be the shop's own goods.", zh: "店铺券须限定本店商品。")
            }
            try identity.requireStaff(of: shop, [.owner, .manager])
        case .platform: try Self.requireOperator(identity)
        case .creator: throw Forbidden("a shop or an operator to offer it")
        }
    }

    /// The platform's money moves in the name of a decision.
    private static func requireRunning(_ decision: DecisionID?, in transaction: any Transaction) throws {
        guard let decision else {
            throw InvalidField("decision", "must name a running decision.", zh: "须填写正在执行的决策编号。")
        }
        try Decisions.requireRunning(decision, in: transaction)
    }

    private static func requireOperator(_ identity: Identity) throws {
        guard identity.roles.contains(.operator) else { throw Forbidden("the role operator") }
    }

    /// An operator decides for the platform, not for a shop whose money it is.
    private static func requireShop(of coupon: Coupon, _ identity: Identity) throws {
        guard let shop = coupon.terms.scope.shop, identity.shops[shop] != nil else { throw NotFound("coupon") }
        try identity.requireStaff(of: shop, [.owner, .manager])
    }

    private func once(
        _ command: Command, _ body: @escaping @Sendable (any Transaction) throws -> CouponID
    ) async throws -> Coupon {
        let now = market.source.now
        return try await market.store.write { transaction in
            let id = try transaction.once(command.key, fingerprint: command.fingerprint, at: now) {
                try body(transaction)
            }
            guard let coupon = try Coupons.coupons([id], at: now, in: transaction)[id] else {
                throw NotFound("coupon")
            }
            return coupon
        }
    }
}
