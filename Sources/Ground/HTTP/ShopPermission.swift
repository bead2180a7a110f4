import Kernel

/// What somebody may do in a shop. A route or a flow asks for one of these; which part in the shop has it is told by
/// ``ShopRole/permissions`` and nowhere else.
public enum ShopPermission: String, Sendable, Codable, CaseIterable {
    /// Sees the desk: goods, prices, coupons, delivery.
    case see
    /// Makes and changes goods, their list prices and pictures, and puts them on the shelf.
    case goods
    /// Sets deals, member prices, flash lots, coupons, freight, tax and commission.
    case prices
    /// Hosts the shop's live sessions and keeps order in their chat; their prices ask for ``prices`` as well.
    case live
    /// Sees orders and after-sale cases, and with them buyers' addresses.
    case orders
    /// Counts stock, takes goods in and moves them.
    case stock
    /// Adds and changes warehouses.
    case places
    /// Picks parcels and hands them to carriers.
    case ship
    /// Cancels orders and takes returned goods in.
    case service
    /// Grants or refuses what buyers ask for after the sale.
    case cases
    /// Sees money and has it paid out.
    case money
    /// Says who works in the shop.
    case staff
    /// Reads who did what.
    case trail
    /// Says where the shop's own programs are told what happens.
    case integrations
}

extension ShopRole {
    /// What the part may do.
    public var permissions: Set<ShopPermission> {
        switch self {
        case .owner: Set(ShopPermission.allCases)
        case .manager: [.see, .goods, .prices, .live, .orders, .stock, .places, .ship, .service, .cases, .trail]
        case .goods: [.see, .goods]
        case .support: [.see, .orders, .service, .cases]
        case .warehouse: [.see, .orders, .stock, .ship, .service]
        case .finance: [.see, .money, .trail]
        case .viewer: [.see, .orders]
        }
    }
}

extension Identity {
    /// Whether somebody may do something in a shop. Operators may do everything in every shop.
    public func may(_ permission: ShopPermission, at shop: ShopID) -> Bool {
        roles.contains(.operator) || shops[shop]?.permissions.contains(permission) ?? false
    }

    /// Lets those pass who may do something in a shop: the one door of every shop's desk and routes.
    ///
    /// - Throws: ``NotFound`` for whoever has no part in the shop, so that nobody learns what is there; ``Forbidden`` for
    ///   whoever has another part.
    public func require(_ permission: ShopPermission, at shop: ShopID) throws {
        if may(permission, at: shop) { return }
        guard shops[shop] != nil else { throw NotFound("shop") }
        let parts = ShopRole.allCases.filter { $0.permissions.contains(permission) }.map(\.rawValue).sorted()
        throw Forbidden("one of these parts in the shop: \(parts.joined(separator: ", "))")
    }
}
