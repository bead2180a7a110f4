import Flows
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Kernel
import Store
import Testing

@testable import HTTP
@testable import Sites

/// Knows callers by their token: the name of a part in the shop, or `stranger`, or `elsewhere` who owns another shop.
private struct Roles: Authenticator {
    let shop: ShopID

    func session(secret: String) async throws -> KnownSession? { nil }

    func identity(token: String) async throws -> Identity? {
        let person = PersonID(rawValue: 900)
        let proof = Identity.Proof.token(TokenID(rawValue: 1), Set(Scope.allCases))
        if token == "elsewhere" {
            return Identity(person: person, proof: proof, shops: [ShopID(rawValue: 12): .owner])
        }
        guard let role = ShopRole(rawValue: token) else { return Identity(person: person, proof: proof) }
        return Identity(person: person, proof: proof, shops: [shop: role])
    }
}

/// Every route of a shop, for every part: generated from the routes themselves, so that a new one has to be named here.
struct PermissionTests {
    /// What each operation below `/shops/{shop}` needs. A route that is missing fails the test.
    static let needs: [String: ShopPermission] = [
        "listShopProducts": .see, "createProduct": .goods, "getShopProduct": .see, "changeProduct": .goods,
        "setProductStatus": .goods, "addProductPictures": .goods, "arrangeProductPictures": .goods,
        "downloadProducts": .see, "uploadProducts": .goods, "listStaff": .staff, "addStaff": .staff,
        "changeStaff": .staff, "removeStaff": .staff, "readTrail": .trail, "listShopOrders": .orders,
        "shipOrders": .ship, "listShopCases": .orders, "listFlashLots": .see, "openFlashLot": .prices,
        "endFlashLot": .prices, "listPriceOffers": .see, "openPriceOffer": .prices, "endPriceOffer": .prices,
        "listFreightTemplates": .see, "putFreightTemplate": .prices, "removeFreightTemplate": .prices,
        "setProductFreight": .prices, "listTaxRates": .see, "setTaxRate": .prices, "removeTaxRate": .prices,
        "listShopCoupons": .see, "offerShopCoupon": .prices, "readShopBalances": .money, "readShopStatement": .money,
        "adjustStock": .stock, "countStock": .stock, "syncStock": .stock, "watchStock": .stock, "listStock": .see,
        "listMovements": .see, "readStockSnapshot": .see, "listWarehouses": .see, "addWarehouse": .places,
        "changeWarehouse": .places, "transferStock": .stock, "listInbound": .see, "expectInbound": .stock,
        "receiveInbound": .stock, "closeInbound": .stock, "planWave": .ship, "listPickTasks": .orders,
        "listParcels": .orders, "listShopUnread": .orders, "readShopSettlement": .money, "listShopPayouts": .money,
        "requestShopPayout": .money, "listScoreOrders": .see, "listScoreAppeals": .see, "appealScore": .service,
        "listWebhooks": .integrations, "addWebhook": .integrations, "changeWebhook": .integrations,
        "removeWebhook": .integrations, "renewWebhookSecret": .integrations, "pingWebhook": .integrations,
        "listWebhookDeliveries": .integrations, "replayWebhookDelivery": .integrations,
        "replayFailedWebhooks": .integrations, "listShopCommissions": .prices, "listShopCommissionPlans": .see,
        "previewCommission": .prices, "listGoodsRules": .see, "setGoodsRule": .goods, "previewGoodsRule": .goods,
        "endGoodsRule": .goods, "listShopLive": .see, "scheduleShopLive": .live,
    ]
    /// What people may see who have no part in a shop, or what only operators do.
    static let others: Set<String> = ["depositForShop", "readShop", "readShopScore", "bookDeposit"]

    /// The pages of the desk.
    static let pages: [String: ShopPermission] = [
        "orders": .orders, "goods": .see, "goods/new": .goods, "goods-table": .goods, "goods.csv": .see,
        "staff": .staff, "trail": .trail, "money": .money, "deals": .see, "freight": .see, "flash-lots": .see,
        "coupons": .see, "after-sale": .orders, "parcels": .orders, "stock": .see, "stock.csv": .see,
        "warehouses": .see, "webhooks": .integrations, "score": .see, "commissions": .prices, "rules": .see,
        "live": .see,
    ]

    @Test func everyRouteOfAShopAsksForItsPermission() async throws {
        let site = try await Site()
        let router = Router(context: Context.self)
        let cookies = IdentityMiddleware(
            authenticator: Roles(shop: site.shop), signer: Signer(secret: String(repeating: "s", count: 64)),
            source: .system, isSecure: false)
        router.add(middleware: cookies)
        router.add(middleware: ProblemMiddleware())
        let routes = try MarketplaceAPI(site.market).addRoutes(to: router, cookies: cookies)
            .filter { $0.path.hasPrefix("/shops/{shop}/") }
        #expect(routes.count >= 35)
        try await Application(router: router).test(.router) { client in
            for route in routes where !Self.isOthers(route) {
                let need = try #require(Self.needs[route.operation], "Name what \(route.operation) needs.")
                try await Self.ask(route, need, site, client)
            }
        }
        let known = Set(routes.map(\.operation))
        #expect(Self.needs.keys.allSatisfy(known.contains), "\(Set(Self.needs.keys).subtracting(known))")
    }

    static func isOthers(_ route: RouteDescription) -> Bool {
        if case .person(let scope) = route.access { return scope != .shops }
        return true
    }

    static func ask(
        _ route: RouteDescription, _ need: ShopPermission, _ site: Site, _ client: any TestClientProtocol
    ) async throws {
        let path = try Self.path(route.path, site)
        for caller in ["stranger", "elsewhere"] + ShopRole.allCases.map(\.rawValue) {
            let token = HTTPField.Name("Authorization")!
            let answer = try await client.execute(
                uri: path, method: route.method, headers: [token: "Bearer \(caller)"],
                body: route.body.map { ByteBuffer(bytes: $0.json) })
            let status = answer.status.code
            let text = "\(route.operation) as \(caller): \(status) \(String(buffer: answer.body).prefix(200))"
            guard let role = ShopRole(rawValue: caller) else {
                #expect(status == 404, "\(text)")
                continue
            }
            if role.permissions.contains(need) {
                #expect(status != 401 && status != 403 && status < 500, "\(text)")
            } else {
                #expect(status == 403, "\(text)")
            }
        }
    }

    /// The path with things that are, or could be, there.
    static func path(_ path: String, _ site: Site) throws -> String {
        func some<Kind: IdentifierKind>(_ kind: Kind.Type) -> String { "\(Identifier<Kind>(rawValue: 77))" }
        let values = [
            "shop": "\(site.shop)", "product": "\(site.tea)", "person": some(PersonKind.self),
            "offer": some(PriceOfferKind.self), "template": some(FreightTemplateKind.self),
            "rule": some(GoodsRuleKind.self), "lot": some(FlashLotKind.self), "settlement": some(SettlementKind.self),
            "coupon": some(CouponKind.self),
            "order": some(OrderKind.self), "warehouse": some(WarehouseKind.self),
            "inbound": some(InboundOrderKind.self), "webhook": some(WebhookEndpointKind.self),
            "delivery": some(WebhookDeliveryKind.self), "variant": "\(site.teaVariants[0])",
        ]
        return try path.split(separator: "/").reduce(API.root) { path, part in
            guard part.hasPrefix("{") else { return "\(path)/\(part)" }
            let name = String(part.dropFirst().dropLast())
            return "\(path)/\(try #require(values[name], "Say what stands for {\(name)}."))"
        }
    }

    @Test func everyPageOfADeskAsksForItsPermission() async throws {
        let site = try await Site()
        try await Application(router: site.router).test(.router) { client in
            for role in ShopRole.allCases {
                let browser = Browser(client)
                try await StaffPagesTests.employ(browser, as: role, at: site)
                for (name, need) in Self.pages {
                    let status = try await browser.get("/shop-desk/\(site.shop)/\(name)").status
                    #expect(
                        status == (role.permissions.contains(need) ? .ok : .forbidden), "\(name) as \(role): \(status)")
                }
            }
            let stranger = Browser(client)
            try await stranger.signUp("Eve")
            for name in Self.pages.keys {
                #expect(try await stranger.get("/shop-desk/\(site.shop)/\(name)").status == .notFound, "\(name)")
            }
        }
    }

    @Test func nobodyButOwnersHandsOutParts() {
        for role in ShopRole.allCases where role != .owner {
            #expect(!role.permissions.contains(.staff) && role.permissions.contains(.see))
        }
        #expect(ShopRole.viewer.permissions == [.see, .orders])
        #expect(ShopRole.owner.permissions == Set(ShopPermission.allCases))
    }
}
