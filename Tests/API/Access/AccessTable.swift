/// What we know about every described route: whose things it names, and which routes are open to more than their owner.
///
/// A route of persons whose path names an owned thing needs no line here: strangers must be refused. Every other route
/// has to be listed, so that nobody adds one without having thought about who may call it.
enum AccessTable {
    /// Path parameters that name somebody's own thing, with the prefix of its identifier.
    static let owned = [
        "order": "ord", "case": "cse", "quote": "qte", "session": "ses", "token": "tok", "parcel": "pcl",
        "shop": "shp", "coupon": "cpn", "lot": "flt", "template": "frt", "inbound": "inb", "warehouse": "whs",
        "offer": "ofr", "settlement": "stl", "payout": "pyo", "line": "lin", "decision": "dcs", "experiment": "exp",
        "webhook": "whk", "delivery": "whd", "person": "per", "allocation": "alo", "rule": "rul",
        "live": "lvs",
    ]

    /// Path parameters that name what everybody sees, or a thing of the caller's own making.
    static let shared = [
        "product": "prd", "variant": "var", "video": "vid", "subject": "shp", "item": "prd", "slate": "slt",
        "message": "lvm", "link": "lnk", "funder": "shp", "version": "wgt",
        "name": "xxx", "journey": "xxx", "invitation": "inv",
    ]

    /// Routes that name nothing owned in their path and yet change what belongs to a shop.
    static let ofTheShop: Set<String> = ["PUT /api/v1/products/{product}/commission-plan"]

    /// What everybody may ask, also about somebody's shop or product.
    static let open: Set<String> = [
        "GET /api/v1/buy-again", "GET /api/v1/cart", "POST /api/v1/cart/lines", "PUT /api/v1/cart/lines/{variant}",
        "GET /api/v1/categories", "GET /api/v1/feed", "GET /api/v1/feed/{slate}/{item}/why",
        "DELETE /api/v1/follows/{subject}", "PUT /api/v1/follows/{subject}", "POST /api/v1/people",
        "GET /api/v1/live", "GET /api/v1/live/{live}", "GET /api/v1/live/{live}/events",
        "PUT /api/v1/live/{live}/like", "PUT /api/v1/live/{live}/watch",
        "GET /api/v1/products/{product}", "GET /api/v1/products/{product}/commission-plans",
        "GET /api/v1/products/{product}/similar", "POST /api/v1/promotion-links/{link}/visits", "GET /api/v1/search",
        "GET /api/v1/search/suggestions", "POST /api/v1/sessions", "GET /api/v1/shops/{shop}",
        "GET /api/v1/shops/{shop}/offered-coupons", "GET /api/v1/shops/{shop}/score", "GET /api/v1/surveys/next",
        "POST /api/v1/surveys/{invitation}/answer", "POST /api/v1/surveys/{invitation}/dismissal",
        "POST /api/v1/touchpoints", "GET /api/v1/videos/{video}",
        "GET /api/v1/videos/{video}/comments", "DELETE /api/v1/videos/{video}/like",
        "PUT /api/v1/videos/{video}/like",
    ]

    /// What every person may do for themselves: the answer is about the caller, whoever that is.
    static let aboutTheCaller: Set<String> = [
        "GET /api/v1/after-sale-cases", "GET /api/v1/following", "GET /api/v1/me", "PATCH /api/v1/me",
        "GET /api/v1/me/commission-totals", "GET /api/v1/me/commissions", "GET /api/v1/me/coupons",
        "POST /api/v1/me/coupons",
        "GET /api/v1/me/data", "POST /api/v1/me/deletion", "GET /api/v1/me/earnings/balances",
        "GET /api/v1/me/earnings/payouts", "POST /api/v1/me/earnings/payouts",
        "GET /api/v1/me/earnings/statement", "GET /api/v1/me/memberships",
        "PUT /api/v1/me/memberships/{subject}", "DELETE /api/v1/me/memberships/{subject}",
        "GET /api/v1/me/paid-coupons", "GET /api/v1/me/sessions",
        "GET /api/v1/me/tokens", "POST /api/v1/me/tokens", "GET /api/v1/messages/unread",
        "POST /api/v1/order-groups", "GET /api/v1/orders", "POST /api/v1/quotes",
        "POST /api/v1/videos/{video}/comments", "GET /api/v1/me/live", "POST /api/v1/live/{live}/messages",
    ]

    /// What operators may do with what is not theirs, besides the routes of operators. They act for every shop, at its
    /// desk (`/shops/{shop}/…`) and with its orders, parcels and cases; never as a buyer.
    static let alsoForOperators: Set<String> = [
        "GET /api/v1/after-sale-cases/{case}", "GET /api/v1/after-sale-cases/{case}/steps",
        "POST /api/v1/after-sale-cases/{case}/answer", "POST /api/v1/after-sale-cases/{case}/inspection",
        "POST /api/v1/after-sale-cases/{case}/replacement", "DELETE /api/v1/coupons/{coupon}",
        "PUT /api/v1/live/{live}/bag", "DELETE /api/v1/live/{live}/bag/{product}",
        "PUT /api/v1/live/{live}/bag/{product}", "PUT /api/v1/live/{live}/banned-words",
        "POST /api/v1/live/{live}/cancellation", "POST /api/v1/live/{live}/end",
        "DELETE /api/v1/live/{live}/messages/{message}", "DELETE /api/v1/live/{live}/mutes/{person}",
        "PUT /api/v1/live/{live}/mutes/{person}", "PUT /api/v1/live/{live}/pin",
        "DELETE /api/v1/live/{live}/prices/{variant}", "PUT /api/v1/live/{live}/prices/{variant}",
        "POST /api/v1/live/{live}/start",
        "GET /api/v1/orders/{order}", "POST /api/v1/orders/{order}/after-sale-cases",
        "POST /api/v1/orders/{order}/cancellation", "GET /api/v1/orders/{order}/parcels",
        "POST /api/v1/orders/{order}/parcels", "POST /api/v1/orders/{order}/shipment", "GET /api/v1/parcels/{parcel}",
        "POST /api/v1/parcels/{parcel}/cancellation", "POST /api/v1/parcels/{parcel}/dispatch",
        "POST /api/v1/parcels/{parcel}/packing", "POST /api/v1/parcels/{parcel}/picks",
        "PUT /api/v1/products/{product}/commission-plan",
    ]

    /// What must come of a route for somebody whom the named things don't belong to.
    enum Rule {
        /// The caller lacks what the route's access asks for.
        case refused
        /// The caller may use the route, and must meet nothing of anybody else's.
        case harmless
        /// The route is the caller's by role and is not called.
        case entitled
        /// Nobody has thought about this route yet.
        case unknown
    }

    /// - Parameter roles: the roles of the caller; empty for nobody.
    static func rule(_ route: Route, for roles: Set<String>) -> Rule {
        let parameters = route.parameters
        guard parameters.allSatisfy({ owned[$0] != nil || shared[$0] != nil }) else { return .unknown }
        let namesOwned = parameters.contains { owned[$0] != nil } || ofTheShop.contains(route.name)
        switch route.access {
        case "anyone", "visitor": return open.contains(route.name) ? .harmless : .unknown
        case "person" where roles.isEmpty: return .refused
        case "person":
            if aboutTheCaller.contains(route.name) { return .harmless }
            guard namesOwned else { return .unknown }
            if roles.contains("operator"), alsoForOperators.contains(route.name) || parameters.first == "shop" {
                return .entitled
            }
            return .refused
        case let role:
            let needed = Set(role.components(separatedBy: " or "))
            return needed.isDisjoint(with: roles) ? .refused : .entitled
        }
    }
}

extension Route {
    /// The names in braces, in their order.
    var parameters: [String] {
        path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
    }
}
