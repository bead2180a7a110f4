import HTTP
import Kernel
import Membership
import Shops

/// A yes to the terms of a shop's membership.
struct MembershipConsentBody: Documented {
    /// The version of the terms that the person was shown; 1 holds.
    let terms: Int64
    static let example = MembershipConsentBody(terms: Membership.terms)
}

/// A membership of the caller's.
struct MembershipBody: Documented {
    let shop: ShopID
    let name: String
    /// The version of the terms to which the caller agreed.
    let terms: Int64
    let joinedAt: Instant
    static let example = MembershipBody(
        shop: Identifier(rawValue: 8), name: "Moss Tea", terms: 1, joinedAt: Instant(milliseconds: 0))
}

extension MarketplaceAPI {
    func addMembershipRoutes(to api: API) {
        api.route(
            .get, "/me/memberships", "listMemberships", "The shops whose member prices the caller pays.",
            access: .person(.shopping)
        ) { [self] call in
            let memberships = try await market.membership.memberships(of: try call.person)
            let shops = try await market.shops.shops(memberships.map(\.shop))
            return Page(
                items: memberships.map {
                    MembershipBody(
                        shop: $0.shop, name: shops[$0.shop]?.name.text(in: call.context.language) ?? "",
                        terms: $0.terms, joinedAt: $0.joinedAt)
                })
        }
        api.route(
            .put, "/me/memberships/{subject}", "joinShop", "Joins a shop's members, free of charge.",
            access: .person(.shopping), body: MembershipConsentBody.self
        ) { [self] call in
            let shop = try call.context.identifier("subject", "shop", as: ShopKind.self)
            try await JoinShop(market)(shop, terms: call.body.terms, by: try call.context.person())
            return Nothing()
        }
        api.route(
            .delete, "/me/memberships/{subject}", "leaveShop", "Leaves a shop's members; nothing of it is kept.",
            access: .person(.shopping)
        ) { [self] call in
            let shop = try call.context.identifier("subject", "shop", as: ShopKind.self)
            try await JoinShop(market).leave(shop, by: try call.context.person())
            return Nothing()
        }
    }
}
