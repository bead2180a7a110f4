import HTTP
import Kernel
import People
import Shops
import Store

/// A shop's owners say who works there and in which part.
public struct KeepStaff: Sendable {
    /// Somebody's part in a shop; a class, so that it is one thing to hand on.
    public final class Member: Sendable {
        let person: PersonID
        let shop: ShopID

        /// `person` at `shop`.
        public init(_ person: PersonID, of shop: ShopID) {
            self.person = person
            self.shop = shop
        }
    }

    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// Who works in a shop, owners first.
    ///
    /// - Throws: ``NotFound``, ``Forbidden``.
    public func members(of shop: ShopID, by identity: Identity) async throws -> [StaffMember] {
        try identity.require(.staff, at: shop)
        return try await market.store.read { try People.staff(of: shop, in: $0) }
    }

    /// Gives the owner of an account a part in the shop.
    ///
    /// - Throws: ``InvalidField`` when nobody has this address or the person works there already, ``NotFound``,
    ///   ``Forbidden``.
    public func add(_ email: String, as role: ShopRole, at shop: ShopID, _ command: Command) async throws {
        let email = try ValidatedText(email, field: "email", length: 3...254).value
        try await once(command, at: shop) { [market] transaction in
            guard let person = try People.person(email: email, in: transaction) else {
                throw InvalidField("email", "belongs to no account; ask the person to sign up first.", zh: "该邮箱尚未注册。")
            }
            guard try !People.staff(of: shop, in: transaction).contains(where: { $0.person == person }) else {
                throw InvalidField("email", "belongs to somebody who works here already.", zh: "该用户已是店员。")
            }
            try market.people.setStaff(person, of: shop, role: role, in: transaction)
            try TrailNote(.staffAdded, of: person, [TrailChange("role", was: nil, now: role.rawValue)]).keep(
                in: market.shops, by: command.identity, at: shop, in: transaction)
        }
    }

    /// Gives somebody another part.
    ///
    /// - Throws: ``LastOwner``, ``NotFound``, ``Forbidden``.
    public func change(_ member: Member, to role: ShopRole, _ command: Command) async throws {
        try await once(command, at: member.shop) { [market] transaction in
            let before = try People.staff(of: member.shop, in: transaction).first { $0.person == member.person }
            guard before?.role != role else { return }
            try market.people.changeStaff(member.person, of: member.shop, to: role, in: transaction)
            let change = TrailChange("role", was: before?.role.rawValue, now: role.rawValue)
            try TrailNote(.staffChanged, of: member.person, named: before?.name ?? "", [change]).keep(
                in: market.shops, by: command.identity, at: member.shop, in: transaction)
        }
    }

    /// Takes somebody's part away.
    ///
    /// - Throws: ``LastOwner``, ``NotFound``, ``Forbidden``.
    public func remove(_ member: Member, _ command: Command) async throws {
        try await once(command, at: member.shop) { [market] transaction in
            let before = try People.staff(of: member.shop, in: transaction).first { $0.person == member.person }
            try market.people.removeStaff(member.person, of: member.shop, in: transaction)
            let change = TrailChange("role", was: before?.role.rawValue, now: nil)
            try TrailNote(.staffRemoved, of: member.person, named: before?.name ?? "", [change]).keep(
                in: market.shops, by: command.identity, at: member.shop, in: transaction)
        }
    }

    private func once(
        _ command: Command, at shop: ShopID, _ body: @escaping @Sendable (any Transaction) throws -> Void
    ) async throws {
        try command.identity.require(.staff, at: shop)
        let now = market.source.now
        try await market.store.write { transaction in
            _ = try transaction.once(command.key, fingerprint: command.fingerprint, at: now) {
                try body(transaction)
                return true
            }
        }
    }
}
