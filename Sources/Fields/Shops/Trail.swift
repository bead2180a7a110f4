import Foundation
import Kernel
import Store

/// What members of a shop's staff do that is kept for good.
public enum TrailAction: String, Sendable, Codable, CaseIterable {
    case productCreated, productChanged, productListed, productUnlisted, productArchived
    case priceOfferOpened, priceOfferEnded, flashLotOpened, flashLotEnded, freightChanged, taxChanged
    case commissionSet, commissionReviewed
    case couponOffered, couponAgreed, couponEnded
    case orderShipped, orderCancelled, caseAnswered, caseRefunded, returnReceived, replacementSent
    case payoutRequested
    case staffAdded, staffChanged, staffRemoved
    case goodsRuleSet, goodsRuleActed, goodsRuleEnded
    case liveScheduled, liveStarted, liveEnded, liveCancelled, livePriceSet, livePriceEnded
    case webhookAdded, webhookChanged, webhookSecretRenewed, webhookRemoved
}

/// A field of a thing before and after.
public struct TrailChange: Sendable, Codable, Equatable {
    /// The field as the API names it.
    public let field: String
    /// What it said; absent for what is new.
    public let was: String?
    /// What it says; absent for what is gone.
    public let now: String?

    /// A change.
    public init(_ field: String, was: String?, now: String?) {
        self.field = field
        self.was = was
        self.now = now
    }
}

/// Who did what to which thing of a shop.
public struct TrailEntry: Sendable, Equatable {
    /// Counts up over all shops.
    public let number: Int64
    /// When.
    public let at: Instant
    /// Who.
    public let person: PersonID
    /// What.
    public let action: TrailAction
    /// To what: its identifier.
    public let thing: String
    /// What the thing was called then.
    public let name: String
    /// The thing's version afterwards, where it has one.
    public let version: Int64?
    /// What was different afterwards.
    public let changes: [TrailChange]
}

/// The trail of a shop: appended in the transaction of what it tells, never changed.
extension Shops {
    /// Which entries are looked for.
    public struct TrailFilter: Sendable {
        let person: PersonID?
        let action: TrailAction?
        let thing: String?
        let from: Instant?
        let until: Instant?

        /// - Parameters:
        ///   - thing: an identifier.
        ///   - from: the first moment.
        ///   - until: the moment after the last.
        public init(
            person: PersonID? = nil, action: TrailAction? = nil, thing: String? = nil, from: Instant? = nil,
            until: Instant? = nil
        ) {
            self.person = person
            self.action = action
            self.thing = thing
            self.from = from
            self.until = until
        }
    }

    /// Keeps what somebody did.
    public func note(
        _ action: TrailAction, of thing: String, named name: String = "", version: Int64? = nil,
        _ changes: [TrailChange] = [], by person: PersonID, at shop: ShopID, in transaction: any Transaction
    ) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(changes), as: UTF8.self)
        try transaction.send(
            """
            INSERT INTO shop_trail (shop, at, person, action, thing, name, version, changes)
            VALUES (\(shop), \(source.now), \(person), \(action.rawValue), \(thing), \(name), \(version), \(text))
            """)
    }

    /// Entries of a shop, the latest first.
    ///
    /// - Parameter before: number of the last entry of the page before.
    public static func trail(
        of shop: ShopID, _ filter: TrailFilter = TrailFilter(), before: Int64? = nil, limit: Int,
        in transaction: any Transaction
    ) throws -> [TrailEntry] {
        var condition: SQL = "shop = \(shop)"
        if let before { condition = condition + " AND number < \(before)" }
        if let person = filter.person { condition = condition + " AND person = \(person)" }
        if let action = filter.action { condition = condition + " AND action = \(action.rawValue)" }
        if let thing = filter.thing { condition = condition + " AND thing = \(thing)" }
        if let from = filter.from { condition = condition + " AND at >= \(from)" }
        if let until = filter.until { condition = condition + " AND at < \(until)" }
        return try transaction.rows(
            "SELECT * FROM shop_trail WHERE \(condition) ORDER BY number DESC LIMIT \(limit)"
        ).map(TrailEntry.init)
    }

    /// What was done to one thing after a version of it, the oldest first.
    public static func trail(
        of thing: String, after version: Int64, in transaction: any Transaction
    ) throws -> [TrailEntry] {
        try transaction.rows(
            "SELECT * FROM shop_trail WHERE thing = \(thing) AND version > \(version) ORDER BY number"
        ).map(TrailEntry.init)
    }
}

extension TrailEntry {
    init(_ row: SQLRow) throws {
        number = try row.get("number")
        at = try row.get("at")
        person = try row.get("person")
        guard let action = TrailAction(rawValue: try row.get("action")) else {
            throw StoreError.unreadableColumn("action")
        }
        self.action = action
        thing = try row.get("thing")
        name = try row.get("name")
        version = try row.get("version")
        changes = try JSONDecoder().decode(
            [TrailChange].self, from: Data(try row.get("changes", as: String.self).utf8))
    }
}
