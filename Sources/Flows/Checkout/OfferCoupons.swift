import Catalog
import Coupons
import Decisions
import HTTP
import Kernel
import Shops
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
        let pledge = Pledge(terms: terms, funder: author, decision: decision)
        return try await once(command, .couponOffered) { [coupons = market.coupons] in
            try pledge.offer(coupons, in: $0)
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
        let pledge = Pledge(coupon: id, funder: funder, decision: decision)
        return try await once(command, .couponAgreed) { [coupons = market.coupons] in
            try pledge.agree(coupons, in: $0)
        }
    }

    /// Ends a coupon: its shop's own, or an operator any.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``.
    public func end(_ id: CouponID, _ command: Command) async throws -> Coupon {
        let coupon = try await market.coupons.coupon(id)
        if !command.identity.roles.contains(.operator) { try Self.requireShop(of: coupon, command.identity) }
        return try await once(command, .couponEnded) { [coupons = market.coupons] transaction in
            try coupons.end(id, in: transaction)
            return id
        }
    }

    /// A person takes a coupon by a tap, or by its code.
    ///
    /// - Throws: ``NotFound``, ``InvalidField``, ``CouponProblem/over(_:)``, ``CouponProblem/notGranted(_:)``.
    public func claim(_ coupon: CouponID?, code: String?, _ command: Command) async throws -> Coupon {
        let wish = CouponWish(coupon: coupon, code: code, person: command.identity.person)
        try await GrantCoupons(market).require(wish)
        return try await once(command, nil) { [coupons = market.coupons] in try wish.take(coupons, in: $0) }
    }

    private func check(_ terms: CouponTerms, _ author: CouponFunder, _ identity: Identity) throws {
        switch author {
        case .shop:
            guard let shop = terms.scope.shop else {
                throw InvalidField("scope", "must be the shop's own goods.", zh: "店铺券须限定本店商品。")
            }
            try identity.require(.prices, at: shop)
        case .platform: try Self.requireOperator(identity)
        case .creator: throw Forbidden("a shop or an operator to offer it")
        }
    }

    private static func requireOperator(_ identity: Identity) throws {
        guard identity.roles.contains(.operator) else { throw Forbidden("the role operator") }
    }

    /// An operator decides for the platform, not for a shop whose money it is.
    private static func requireShop(of coupon: Coupon, _ identity: Identity) throws {
        guard let shop = coupon.terms.scope.shop, identity.shops[shop] != nil else { throw NotFound("coupon") }
        try identity.require(.prices, at: shop)
    }

    private func once(
        _ command: Command, _ action: TrailAction?,
        _ body: @escaping @Sendable (any Transaction) throws -> CouponID
    ) async throws -> Coupon {
        let now = market.source.now
        return try await market.store.write { [shops = market.shops] transaction in
            let id: CouponID = try transaction.once(command.key, fingerprint: command.fingerprint, at: now) {
                let id = try body(transaction)
                let coupon = try Coupons.coupons([id], at: now, in: transaction)[id]
                if let action, let shop = coupon?.terms.scope.shop {
                    try TrailNote(action, of: id, named: coupon?.terms.name.en ?? "").keep(
                        in: shops, by: command.identity, at: shop, in: transaction)
                }
                return id
            }
            guard let coupon = try Coupons.coupons([id], at: now, in: transaction)[id] else {
                throw NotFound("coupon")
            }
            return coupon
        }
    }
}

/// Somebody's word to pay a share of a coupon.
private final class Pledge: Sendable {
    let terms: CouponTerms?
    let coupon: CouponID?
    let funder: CouponFunder
    let decision: DecisionID?

    init(terms: CouponTerms? = nil, coupon: CouponID? = nil, funder: CouponFunder, decision: DecisionID?) {
        self.terms = terms
        self.coupon = coupon
        self.funder = funder
        // Only the platform's money moves in the name of a decision.
        self.decision = funder == .platform ? decision : nil
    }

    func offer(_ coupons: Coupons, in transaction: any Transaction) throws -> CouponID {
        guard let terms else { throw NotFound("coupon") }
        if case .products(let shop, let products) = terms.scope {
            let owners = try Catalog.shops(of: Array(products), in: transaction)
            guard products.allSatisfy({ owners[$0] == shop }) else { throw NotFound("product") }
        }
        try requireRunning(in: transaction)
        return try coupons.offer(terms, by: funder, decision: decision, in: transaction)
    }

    func agree(_ coupons: Coupons, in transaction: any Transaction) throws -> CouponID {
        guard let coupon else { throw NotFound("coupon") }
        try requireRunning(in: transaction)
        try coupons.agree(to: coupon, as: funder, decision: decision, in: transaction)
        return coupon
    }

    private func requireRunning(in transaction: any Transaction) throws {
        guard funder == .platform else { return }
        guard let decision else {
            throw InvalidField("decision", "must name a running decision.", zh: "须填写正在执行的决策编号。")
        }
        try Decisions.requireRunning(decision, in: transaction)
    }
}

/// Somebody's wish for a coupon: by itself, or by its code.
final class CouponWish: Sendable {
    private let coupon: CouponID?
    private let code: String?
    let person: PersonID

    init(coupon: CouponID?, code: String?, person: PersonID) {
        self.coupon = coupon
        self.code = code
        self.person = person
    }

    /// The coupon as it stands; `nil` when none is named.
    func coupon(in coupons: Coupons) async throws -> Coupon? {
        if let code { return try await coupons.coupon(try await coupons.find(code: code)) }
        guard let coupon else { return nil }
        return try await coupons.coupon(coupon)
    }

    func take(_ coupons: Coupons, in transaction: any Transaction) throws -> CouponID {
        if let code { return try coupons.claim(code: code, by: person, in: transaction) }
        guard let coupon else { throw InvalidField("coupon", "or a code must be named.", zh: "须指定优惠券或券码。") }
        try coupons.claim(coupon, by: person, in: transaction)
        return coupon
    }
}
