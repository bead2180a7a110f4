/// What each route of a shop's desk needs, and what each part in a shop may do, as `docs/backoffice.md` says it: written
/// down a second time, so that a change of the one has to be thought about in the other.
enum DeskTable {
    /// The parts that do not have everything, with what they may do.
    static let parts: [String: Set<String>] = [
        "manager": [
            "see", "goods", "prices", "live", "orders", "stock", "places", "ship", "service", "cases", "trail",
        ],
        "goods": ["see", "goods"], "support": ["see", "orders", "service", "cases"],
        "warehouse": ["see", "orders", "stock", "ship", "service"], "finance": ["see", "money", "trail"],
        "viewer": ["see", "orders"],
    ]

    /// The routes that need a permission; everybody else is refused.
    static let routes: [String: Set<String>] = [
        "see": [
            "GET /shops/{shop}/commission-plans",
            "GET /shops/{shop}/coupons",
            "GET /shops/{shop}/flash-lots",
            "GET /shops/{shop}/freight-templates",
            "GET /shops/{shop}/goods-rules",
            "GET /shops/{shop}/inbound-orders",
            "GET /shops/{shop}/live",
            "GET /shops/{shop}/price-offers",
            "GET /shops/{shop}/product-table",
            "GET /shops/{shop}/products",
            "GET /shops/{shop}/products/{product}",
            "GET /shops/{shop}/score/appeals",
            "GET /shops/{shop}/score/orders",
            "GET /shops/{shop}/stock",
            "GET /shops/{shop}/stock-movements",
            "GET /shops/{shop}/stock-snapshot",
            "GET /shops/{shop}/tax-rates",
            "GET /shops/{shop}/warehouses",
        ],
        "goods": [
            "POST /shops/{shop}/goods-rule-previews",
            "POST /shops/{shop}/goods-rules",
            "DELETE /shops/{shop}/goods-rules/{rule}",
            "POST /shops/{shop}/product-table",
            "POST /shops/{shop}/products",
            "PATCH /shops/{shop}/products/{product}",
            "POST /shops/{shop}/products/{product}/pictures",
            "PUT /shops/{shop}/products/{product}/pictures",
            "PUT /shops/{shop}/products/{product}/status",
        ],
        "prices": [
            "DELETE /coupons/{coupon}",
            "POST /coupons/{coupon}/agreements/{funder}",
            "DELETE /live/{live}/prices/{variant}",
            "PUT /live/{live}/prices/{variant}",
            "PUT /products/{product}/commission-plan",
            "GET /shops/{shop}/commissions",
            "POST /shops/{shop}/coupons",
            "POST /shops/{shop}/flash-lots",
            "DELETE /shops/{shop}/flash-lots/{lot}",
            "DELETE /shops/{shop}/freight-templates/{template}",
            "PUT /shops/{shop}/freight-templates/{template}",
            "POST /shops/{shop}/price-offers",
            "DELETE /shops/{shop}/price-offers/{offer}",
            "GET /shops/{shop}/products/{product}/commission-preview",
            "PUT /shops/{shop}/products/{product}/freight",
            "DELETE /shops/{shop}/tax-rates",
            "PUT /shops/{shop}/tax-rates",
        ],
        "live": [
            "PUT /live/{live}/bag",
            "DELETE /live/{live}/bag/{product}",
            "PUT /live/{live}/bag/{product}",
            "PUT /live/{live}/banned-words",
            "POST /live/{live}/cancellation",
            "POST /live/{live}/end",
            "DELETE /live/{live}/messages/{message}",
            "DELETE /live/{live}/mutes/{person}",
            "PUT /live/{live}/mutes/{person}",
            "PUT /live/{live}/pin",
            "POST /live/{live}/start",
            "POST /shops/{shop}/live",
        ],
        "orders": [
            "GET /after-sale-cases/{case}",
            "GET /after-sale-cases/{case}/steps",
            "GET /orders/{order}",
            "GET /orders/{order}/messages",
            "POST /orders/{order}/messages/reading",
            "GET /orders/{order}/parcels",
            "GET /parcels/{parcel}",
            "GET /shops/{shop}/after-sale-cases",
            "GET /shops/{shop}/messages/unread",
            "GET /shops/{shop}/orders",
            "GET /shops/{shop}/parcels",
            "GET /shops/{shop}/pick-tasks",
        ],
        "stock": [
            "POST /shops/{shop}/inbound-orders",
            "POST /shops/{shop}/inbound-orders/{inbound}/closing",
            "POST /shops/{shop}/inbound-orders/{inbound}/receipts",
            "POST /shops/{shop}/stock-adjustments",
            "POST /shops/{shop}/stock-counts",
            "POST /shops/{shop}/stock-deltas",
            "PUT /shops/{shop}/stock-thresholds/{variant}",
            "POST /shops/{shop}/stock-transfers",
        ],
        "places": [
            "POST /shops/{shop}/warehouses",
            "PUT /shops/{shop}/warehouses/{warehouse}",
        ],
        "ship": [
            "POST /orders/{order}/parcels",
            "POST /orders/{order}/shipment",
            "POST /parcels/{parcel}/cancellation",
            "POST /parcels/{parcel}/dispatch",
            "POST /parcels/{parcel}/packing",
            "POST /parcels/{parcel}/picks",
            "POST /shops/{shop}/pick-waves",
            "POST /shops/{shop}/shipments",
        ],
        "service": [
            "POST /after-sale-cases/{case}/inspection",
            "POST /after-sale-cases/{case}/replacement",
            "POST /orders/{order}/cancellation",
            "POST /orders/{order}/messages",
            "POST /shops/{shop}/score/appeals",
        ],
        "cases": [
            "POST /after-sale-cases/{case}/answer",
            "POST /orders/{order}/after-sale-cases",
        ],
        "money": [
            "GET /shops/{shop}/balances",
            "GET /shops/{shop}/payouts",
            "POST /shops/{shop}/payouts",
            "GET /shops/{shop}/settlements/{settlement}",
            "GET /shops/{shop}/statement",
        ],
        "staff": [
            "GET /shops/{shop}/staff",
            "POST /shops/{shop}/staff",
            "DELETE /shops/{shop}/staff/{person}",
            "PUT /shops/{shop}/staff/{person}",
        ],
        "trail": [
            "GET /shops/{shop}/trail"
        ],
        "integrations": [
            "GET /shops/{shop}/webhooks",
            "POST /shops/{shop}/webhooks",
            "DELETE /shops/{shop}/webhooks/{webhook}",
            "PUT /shops/{shop}/webhooks/{webhook}",
            "GET /shops/{shop}/webhooks/{webhook}/deliveries",
            "POST /shops/{shop}/webhooks/{webhook}/deliveries/{delivery}/replays",
            "POST /shops/{shop}/webhooks/{webhook}/pings",
            "POST /shops/{shop}/webhooks/{webhook}/replays",
            "POST /shops/{shop}/webhooks/{webhook}/secrets",
        ],
    ]

    /// What a route needs; `nil` for one that is no shop's.
    static func permission(for route: Route) -> String? {
        let name = route.name.replacing("/api/v1", with: "")
        return routes.first { $0.value.contains(name) }?.key
    }

    /// Whether somebody with a part may use a route.
    static func may(_ part: String, _ route: Route) -> Bool {
        permission(for: route).map { parts[part]?.contains($0) ?? false } ?? false
    }
}
