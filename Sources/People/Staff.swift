import HTTP
import Kernel
import Store

/// A member of a shop's staff.
public struct StaffMember: Sendable, Equatable {
    /// Who.
    public let person: PersonID
    /// The public name.
    public let name: String
    /// The address to sign in with; absent for imported people.
    public let email: String?
    /// The part in the shop.
    public let role: ShopRole
}

/// A shop would have no owner left.
public struct LastOwner: Problem, Equatable {
    public init() {}

    public var details: ProblemDetails {
        ProblemDetails(
            .conflict, "last-owner", "A shop needs an owner. Make somebody else an owner first.",
            zh: "店铺至少需要一位店主，请先指定其他店主。")
    }
}

extension People {
    /// The staff of a shop, owners first.
    public static func staff(of shop: ShopID, in transaction: any Transaction) throws -> [StaffMember] {
        let order = Dictionary(uniqueKeysWithValues: ShopRole.allCases.enumerated().map { ($0.element, $0.offset) })
        let members = try transaction.rows(
            """
            SELECT s.person, s.role, p.name, p.email FROM shop_staff s JOIN people p ON p.id = s.person
            WHERE s.shop = \(shop) ORDER BY s.person
            """
        ).compactMap { row -> StaffMember? in
            guard let role = ShopRole(rawValue: try row.get(1)) else { return nil }
            return StaffMember(
                person: try row.get(0), name: try row.get(2), email: try row.get(3), role: role)
        }
        return members.sorted { (order[$0.role] ?? 0, $0.person) < (order[$1.role] ?? 0, $1.person) }
    }

    /// Whether somebody is the only owner of a shop.
    public static func ownsAlone(_ person: PersonID, in transaction: any Transaction) throws -> Bool {
        try transaction.row(
            """
            SELECT 1 FROM shop_staff s WHERE s.person = \(person) AND s.role = 'owner' AND NOT EXISTS (
                SELECT 1 FROM shop_staff o WHERE o.shop = s.shop AND o.role = 'owner' AND o.person <> s.person) LIMIT 1
            """) != nil
    }

    /// Takes somebody's part in a shop away. Sessions under way lose it within ten seconds on every node.
    ///
    /// - Throws: ``NotFound``, ``LastOwner``.
    public func removeStaff(_ person: PersonID, of shop: ShopID, in transaction: any Transaction) throws {
        try Self.requireOtherOwner(person, of: shop, in: transaction)
        try transaction.send("DELETE FROM shop_staff WHERE shop = \(shop) AND person = \(person)")
        transaction.afterCommit { [self] in forget(person) }
    }

    /// Gives a member of the staff another part.
    ///
    /// - Throws: ``NotFound``, ``LastOwner``.
    public func changeStaff(
        _ person: PersonID, of shop: ShopID, to role: ShopRole, in transaction: any Transaction
    ) throws {
        if role != .owner { try Self.requireOtherOwner(person, of: shop, in: transaction) }
        try setStaff(person, of: shop, role: role, in: transaction)
    }

    /// Two owners who remove each other at once: one writer on SQLite, serializable transactions on PostgreSQL decide.
    private static func requireOtherOwner(
        _ person: PersonID, of shop: ShopID, in transaction: any Transaction
    ) throws {
        let role: String? = try transaction.value(
            "SELECT role FROM shop_staff WHERE shop = \(shop) AND person = \(person)")
        guard let role else { throw NotFound("member of the staff") }
        guard role == ShopRole.owner.rawValue else { return }
        let others: Int =
            try transaction.value(
                """
                SELECT COUNT(*) FROM shop_staff WHERE shop = \(shop) AND role = 'owner' AND person <> \(person)
                """) ?? 0
        guard others > 0 else { throw LastOwner() }
    }
}
