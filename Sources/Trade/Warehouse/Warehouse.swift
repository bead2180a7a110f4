import Kernel
import Store

/// A place where a shop's goods lie.
public struct Warehouse: Sendable, Equatable {
    /// The warehouse.
    public let id: WarehouseID
    /// Its shop.
    public let shop: ShopID
    /// What the staff call it; empty for the one that every shop has until somebody names it.
    public let name: String
    /// Province or state, as it stands in addresses.
    public let region: String
    /// Whether goods are received and allocated there.
    public let isActive: Bool
    /// Whether goods that name no warehouse are there.
    public let isDefault: Bool

    /// A warehouse.
    public init(
        id: WarehouseID, shop: ShopID, name: String, region: String, isActive: Bool, isDefault: Bool
    ) {
        self.id = id
        self.shop = shop
        self.name = name
        self.region = region
        self.isActive = isActive
        self.isDefault = isDefault
    }
}

/// What lies of a variant in a warehouse.
public struct WarehouseLevel: Sendable, Equatable {
    /// The variant.
    public let variant: VariantID
    /// The warehouse.
    public let warehouse: WarehouseID
    /// Units that lie there.
    public let onHand: Int64
    /// Units of them that are promised to shipments.
    public let allocated: Int64

    /// Units that no shipment has been promised.
    public var free: Int64 { onHand - allocated }

    /// So many units of a variant somewhere.
    public init(variant: VariantID, warehouse: WarehouseID, onHand: Int64, allocated: Int64) {
        self.variant = variant
        self.warehouse = warehouse
        self.onHand = onHand
        self.allocated = allocated
    }
}

/// Why goods came or went.
public enum MovementReason: String, Sendable, Codable, CaseIterable, SQLReadable {
    /// Goods came from a supplier.
    case received
    /// Somebody counted, and found more or less than was known.
    case counted
    /// Goods broke.
    case damaged
    /// Goods are not to be found.
    case lost
    /// Goods came back from a buyer.
    case returned
    /// What was written down was wrong.
    case correction
    /// What lay there when the warehouse began to be kept.
    case opening
    /// Goods left for a buyer.
    case shipped
    /// Goods went to another warehouse, or came from there.
    case transferred
    /// The number was set from outside, as by an import.
    case imported

    /// Those that a person or a program may give for a change.
    public static let adjustments: [Self] = [.received, .damaged, .lost, .returned, .correction]

    /// - Throws: ``InvalidField`` when a change for this reason can't have that sign.
    public func check(_ quantity: Int64) throws {
        guard Self.adjustments.contains(self) else {
            throw InvalidField("reason", "can't be given for an adjustment.", zh: "该原因不可用于库存调整。")
        }
        let limit: Int64 = 1_000_000_000
        guard quantity != 0, (-limit...limit).contains(quantity) else {
            throw InvalidField("quantity", "must be a number other than 0.", zh: "数量不能为 0。")
        }
        switch self {
        case .received, .returned:
            guard quantity > 0 else {
                throw InvalidField("quantity", "must be more than 0 for this reason.", zh: "该原因的数量须大于 0。")
            }
        case .damaged, .lost:
            guard quantity < 0 else {
                throw InvalidField("quantity", "must be less than 0 for this reason.", zh: "该原因的数量须小于 0。")
            }
        default: break
        }
    }
}

/// Something that came or went.
public struct Movement: Sendable, Equatable {
    /// Its place in the history; later ones are greater.
    public let position: Int64
    /// The warehouse.
    public let warehouse: WarehouseID
    /// The variant.
    public let variant: VariantID
    /// Units that came, or below zero went.
    public let quantity: Int64
    /// Units that lay there afterwards.
    public let onHand: Int64
    /// Why.
    public let reason: MovementReason
    /// What was said.
    public let note: String
    /// What brought it about: an order, a case, a delta.
    public let cause: String?
    /// Who did it; `nil` for the platform.
    public let person: PersonID?
    /// When.
    public let at: Instant
}

/// A change of what lies in a warehouse, to be done.
public struct Move: Sendable, Equatable {
    /// The variant.
    public let variant: VariantID
    /// The warehouse.
    public let warehouse: WarehouseID
    /// Units that come, or below zero go.
    public let quantity: Int64
    /// Why.
    public let reason: MovementReason
    /// What is said.
    public let note: String
    /// What brings it about.
    public let cause: String?
    /// Who does it; `nil` for the platform.
    public let person: PersonID?

    /// A change.
    public init(
        _ quantity: Int64, of variant: VariantID, at warehouse: WarehouseID, _ reason: MovementReason,
        note: String = "", cause: String? = nil, by person: PersonID? = nil
    ) {
        self.quantity = quantity
        self.variant = variant
        self.warehouse = warehouse
        self.reason = reason
        self.note = note
        self.cause = cause
        self.person = person
    }
}

/// What a warehouse refuses; nothing has changed.
public enum WarehouseProblem: Problem, Equatable {
    /// Fewer units lie there, besides those promised to shipments, than were to go.
    case tooFewThere(Int64)
    /// Goods lie there, so it can't be closed.
    case notEmpty
    /// Goods that name no warehouse go there, so it can't be closed.
    case isDefault
    /// A delta's identifier came with another content.
    case deltaReused
    /// The inbound order is closed.
    case inboundClosed

    public var details: ProblemDetails {
        switch self {
        case .tooFewThere(let left):
            ProblemDetails(
                .conflict, "too-few-there",
                "Only \(left) units lie in this warehouse besides those promised to shipments.",
                zh: "该仓库除已分配发货的数量外，仅有 \(left) 件。")
        case .notEmpty:
            ProblemDetails(
                .conflict, "warehouse-not-empty", "Goods lie in this warehouse. Move them first.",
                zh: "该仓库仍有库存，请先调拨。")
        case .isDefault:
            ProblemDetails(
                .conflict, "warehouse-is-default",
                "Goods that name no warehouse go here. Make another the default first.",
                zh: "默认仓库不能停用，请先更换默认仓库。")
        case .deltaReused:
            ProblemDetails(
                .invalid, "delta-id-reused",
                "This identifier was used for a different delta. Use a new one for a new delta.",
                zh: "该编号已用于另一条库存变动，请使用新的编号。")
        case .inboundClosed:
            ProblemDetails(
                .conflict, "inbound-order-closed", "This inbound order is closed. Make a new one for what comes later.",
                zh: "该入库单已关闭，请新建入库单。")
        }
    }
}
