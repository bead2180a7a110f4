import HTTP
import Kernel
import Membership
import Shops
import Store

/// A person with an account joins a shop's members or leaves them.
public struct JoinShop: Sendable {
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// Joins. Joining again changes nothing.
    ///
    /// - Parameter terms: the version of the terms that the person was shown; see ``Membership/terms``.
    /// - Throws: ``NotFound`` for an unknown shop, ``SignInRequired`` for visitors, ``InvalidField``.
    public func callAsFunction(_ shop: ShopID, terms: Int64, by identity: Identity) async throws {
        guard !identity.isVisitor else { throw SignInRequired() }
        try await market.store.write { [market] in
            guard try !Shops.known([shop], in: $0).isEmpty else { throw NotFound("shop") }
            try market.membership.join(shop, by: identity.person, terms: terms, in: $0)
        }
    }

    /// Leaves. What was bought at a member price stays bought; leaving again changes nothing.
    ///
    /// - Throws: ``SignInRequired`` for visitors.
    public func leave(_ shop: ShopID, by identity: Identity) async throws {
        guard !identity.isVisitor else { throw SignInRequired() }
        try await market.store.write { [market] in
            try market.membership.leave(shop, by: identity.person, in: $0)
        }
    }
}
