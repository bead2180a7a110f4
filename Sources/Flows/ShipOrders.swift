import CSV
import Foundation
import HTTP
import Kernel
import Orders

/// A shop hands many parcels to carriers at once. Each order stands for itself: one that can't be shipped stops no other.
public struct ShipOrders: Sendable {
    /// One order to ship.
    public struct Parcel: Sendable, Equatable {
        /// The order as it was written.
        public let order: String
        public let carrier: String
        public let tracking: String

        public init(order: String, carrier: String, tracking: String) {
            self.order = order
            self.carrier = carrier
            self.tracking = tracking
        }
    }

    /// What came of one parcel; without a problem it is shipped.
    public struct Outcome: Sendable {
        public let parcel: Parcel
        public let problem: (any Problem)?
    }

    /// Most parcels at once.
    public static let limit = 500

    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// Ships `parcels` in order. Sent again, a parcel that left with the same number counts as shipped.
    ///
    /// - Throws: ``NotFound`` or ``Forbidden`` for whoever may not ship for the shop, ``InvalidField`` when there is
    ///   nothing or too much to ship.
    public func callAsFunction(
        _ parcels: [Parcel], of shop: ShopID, by identity: Identity
    ) async throws -> [Outcome] {
        try identity.require(.ship, at: shop)
        guard (1...Self.limit).contains(parcels.count) else {
            throw InvalidField("shipments", "must be 1–\(Self.limit).", zh: "每次须为 1–\(Self.limit) 单。")
        }
        var outcomes: [Outcome] = []
        for parcel in parcels {
            do {
                try await ship(parcel, of: shop, by: identity)
                outcomes.append(Outcome(parcel: parcel, problem: nil))
            } catch let problem as any Problem {
                outcomes.append(Outcome(parcel: parcel, problem: problem))
            }
        }
        return outcomes
    }

    private func ship(_ parcel: Parcel, of shop: ShopID, by identity: Identity) async throws {
        guard let id = OrderID(parcel.order) else {
            throw InvalidField("order", "is not the number of an order.", zh: "订单号无效。")
        }
        guard let order = try await market.orders.order(id), order.shop == shop else { throw NotFound("order") }
        if order.state == .shipped, order.carrier == parcel.carrier, order.tracking == parcel.tracking { return }
        _ = try await ChangeOrder(market).ship(
            id, by: identity, carrier: parcel.carrier, tracking: parcel.tracking)
    }

    /// Reads lines `order, carrier, tracking number` as they are pasted from a table: commas or tabs; a first line of
    /// headings and empty lines are passed over.
    ///
    /// - Throws: ``InvalidField`` naming the first line that has not three fields.
    public static func parcels(in text: String) throws -> [Parcel] {
        var rest = Array(text.replacing("\t", with: ",").utf8)
        let records = CSVRecords(recordLimit: 2_000) {
            defer { rest = [] }
            return rest
        }
        var parcels: [Parcel] = []
        while let item = try records.next() {
            guard case .fields(let bytes) = item, bytes.count == 3 || bytes.allSatisfy(\.isEmpty) else {
                throw InvalidField(
                    "lines", "line \(records.number) is not order, carrier, tracking number.",
                    zh: "第 \(records.number) 行须为：订单号,快递公司,运单号。")
            }
            guard bytes.count == 3 else { continue }
            let fields = bytes.map {
                String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            }
            if parcels.isEmpty, records.number == 1, OrderID(fields[0]) == nil, !fields[0].contains("_") { continue }
            parcels.append(Parcel(order: fields[0], carrier: fields[1], tracking: fields[2]))
        }
        return parcels
    }
}
