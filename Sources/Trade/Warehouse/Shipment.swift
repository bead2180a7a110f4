import Kernel
import Store

/// Where a parcel stands, from the shelf to the carrier. The order has a machine of its own.
public enum ShipmentState: String, Sendable, Codable, CaseIterable, SQLReadable {
    /// Goods in a warehouse are promised to it.
    case planned
    /// Somebody has begun to take them from the shelf.
    case picking
    /// All of them were taken.
    case picked
    /// The parcel is closed.
    case packed
    /// A carrier has it.
    case shipped
    /// It ended before it left; its goods are free again.
    case cancelled

    /// Every legal transition; the documentation's drawing is made from this. A small shop packs without a pick list.
    public static let transitions: [Self: Set<Self>] = [
        .planned: [.picking, .packed, .cancelled],
        .picking: [.picked, .packed, .cancelled],
        .picked: [.packed, .cancelled],
        .packed: [.shipped, .cancelled],
        .shipped: [],
        .cancelled: [],
    ]

    /// Whether a parcel may go from here to `next`.
    public func canBecome(_ next: Self) -> Bool { Self.transitions[self, default: []].contains(next) }
    /// Whether it is still in the house.
    public var isOpen: Bool { self != .shipped && self != .cancelled }
    /// The states of parcels that are still in the house.
    static let open = allCases.filter(\.isOpen).map(\.rawValue)
}

/// A parcel of an order.
public struct Shipment: Sendable, Equatable {
    /// Units of an order line.
    public struct Line: Sendable, Equatable {
        /// The order line.
        public let line: OrderLineID
        /// Its variant.
        public let variant: VariantID
        /// Units in the parcel.
        public let quantity: Int64
        /// Units that were taken from the shelf.
        public let picked: Int64
        /// Whether the warehouse keeps these goods; those of imported orders it doesn't.
        let isTracked: Bool
    }

    /// The parcel.
    public let id: ShipmentID
    /// The order.
    public let order: OrderID
    /// The shop.
    public let shop: ShopID
    /// Where it leaves.
    public let warehouse: WarehouseID
    /// Where it stands.
    public let state: ShipmentState
    /// Who carries it, once it has left.
    public let carrier: String?
    /// The carrier's number, once it has left.
    public let tracking: String?
    /// When it was planned.
    public let createdAt: Instant
    /// When it last changed.
    public let changedAt: Instant
    /// What is in it.
    public let lines: [Line]
}

/// How much of an order line has left and is to leave.
public struct FulfilmentLine: Sendable, Equatable {
    /// The order line.
    public let line: OrderLineID
    /// Its variant.
    public let variant: VariantID
    /// The stock that is held for it; `nil` for imported orders.
    public let reservation: ReservationID?
    /// Units that were ordered.
    public let quantity: Int64
    /// Units in parcels that are still in the house.
    public let planned: Int64
    /// Units that have left.
    public let shipped: Int64
    /// Units that will not be shipped any more.
    public let withdrawn: Int64

    /// Units that are in no parcel yet.
    public var unplanned: Int64 { quantity - planned - shipped - withdrawn }
    /// Units that have still to leave.
    public var rest: Int64 { quantity - shipped - withdrawn }

    /// A line of which nothing has left.
    ///
    /// - Parameter withdrawn: units that were taken back before anybody thought of parcels.
    public init(
        line: OrderLineID, variant: VariantID, reservation: ReservationID?, quantity: Int64, withdrawn: Int64 = 0
    ) {
        self.init(
            line: line, variant: variant, reservation: reservation, quantity: quantity, planned: 0, shipped: 0,
            withdrawn: withdrawn)
    }

    init(
        line: OrderLineID, variant: VariantID, reservation: ReservationID?, quantity: Int64, planned: Int64,
        shipped: Int64, withdrawn: Int64
    ) {
        self.line = line
        self.variant = variant
        self.reservation = reservation
        self.quantity = quantity
        self.planned = planned
        self.shipped = shipped
        self.withdrawn = withdrawn
    }
}

/// Units of a variant that somebody has to take from a shelf.
public struct PickTask: Sendable, Equatable {
    /// Where they lie.
    public let warehouse: WarehouseID
    /// The parcel for which they are.
    public let shipment: ShipmentID
    /// Its order.
    public let order: OrderID
    /// The order line.
    public let line: OrderLineID
    /// The variant.
    public let variant: VariantID
    /// Units in the parcel.
    public let quantity: Int64
    /// Units that were taken already.
    public let picked: Int64
}

/// What a parcel refuses; nothing has changed.
public enum ShipmentProblem: Problem, Equatable {
    /// It stands where this can't happen.
    case illegal(from: ShipmentState, to: ShipmentState)
    /// The warehouses have too little, though it was sold: the books of stock are wrong.
    case tooLittle
    /// More units were named than have still to be put into parcels.
    case tooMany
    /// Nothing of the order has still to leave.
    case nothingLeft
    /// A parcel of the order has left, so the order can't be cancelled.
    case partlyShipped
    /// What was scanned is not in this parcel.
    case unknownCode(String)
    /// All units of what was scanned are in the parcel already.
    case pickedAll(String)

    public var details: ProblemDetails {
        switch self {
        case .illegal(let from, let to):
            ProblemDetails(
                .conflict, "illegal-shipment-transition",
                "The parcel is \(from.rawValue), so it can't become \(to.rawValue). Reload to see how it stands.",
                zh: "包裹当前状态不允许此操作，请刷新查看。")
        case .tooLittle:
            ProblemDetails(
                .conflict, "too-little-on-hand",
                "The warehouses hold less than was sold. Count these goods, then try again.",
                zh: "仓库实物少于已售数量，请盘点后重试。")
        case .tooMany:
            ProblemDetails(
                .conflict, "too-many-to-ship", "More units were named than have still to be shipped.",
                zh: "发货数量超过待发数量。")
        case .nothingLeft:
            ProblemDetails(
                .conflict, "nothing-to-ship", "Nothing of this order has still to be shipped.", zh: "该订单没有待发商品。")
        case .partlyShipped:
            ProblemDetails(
                .conflict, "partly-shipped",
                "A parcel of this order has left. Ask for a refund of what has not been shipped.",
                zh: "该订单已部分发货，未发货部分请申请退款。")
        case .unknownCode(let code):
            ProblemDetails(
                .conflict, "code-not-in-parcel", "“\(code)” is not in this parcel.", zh: "该包裹中没有“\(code)”。")
        case .pickedAll(let code):
            ProblemDetails(
                .conflict, "code-picked-already", "All units of “\(code)” are in the parcel already.",
                zh: "“\(code)”已拣齐。")
        }
    }
}
