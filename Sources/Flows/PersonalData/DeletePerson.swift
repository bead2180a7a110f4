import AfterSales
import Content
import HTTP
import Journal
import Kernel
import Ledger
import Live
import Orders
import People
import Store

/// Something has to be finished before a person can be deleted.
public enum DeletionBlocked: String, Problem, CaseIterable {
    /// An order is not paid, not sent or not received.
    case openOrders
    /// An after-sale case is open.
    case openCases
    /// Money is due, to or from the person.
    case money
    /// The person is a shop's only owner.
    case onlyOwner

    public var details: ProblemDetails {
        switch self {
        case .openOrders:
            ProblemDetails(
                .conflict, "deletion-open-orders",
                "You have orders on their way. Cancel them, or confirm that they have arrived, and try again.",
                zh: "您还有未完成的订单，请先取消或确认收货。")
        case .openCases:
            ProblemDetails(
                .conflict, "deletion-open-cases",
                "An after-sale case is open. Withdraw it or wait until it is decided.",
                zh: "您还有进行中的售后，请先撤销或等待处理完成。")
        case .money:
            ProblemDetails(
                .conflict, "deletion-money",
                "Money is still due to you or from you. Have it paid out, or wait until it is settled.",
                zh: "您的账户仍有未结清的款项，请先提现或等待结算。")
        case .onlyOwner:
            ProblemDetails(
                .conflict, "deletion-only-owner",
                "You are the only owner of a shop. Make somebody else an owner first.",
                zh: "您是店铺唯一的店主，请先指定其他店主。")
        }
    }
}

/// Deletes what is kept about a person. Orders and books stay, under an identifier that leads to nobody any more.
public struct DeletePerson: Sendable {
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// Deletes whoever asks, at once and for good.
    ///
    /// - Parameters:
    ///   - password: theirs, once more.
    ///   - address: where the request comes from, for the limit of attempts.
    /// - Throws: ``Forbidden`` for a program's token, ``PeopleProblem/wrongPassword``, ``TooManyRequests``,
    ///   ``DeletionBlocked``.
    public func callAsFunction(_ command: Command, password: String, address: String) async throws {
        // A stolen token must not delete its owner.
        guard case .session = command.identity.proof else { throw Forbidden("a signed-in browser session") }
        let person = command.identity.person
        try await market.people.confirm(person, password: password, address: address)
        try await market.store.write { transaction in
            _ = try transaction.once(command.key, fingerprint: "delete \(person)", at: market.source.now) {
                try delete(person, in: transaction)
                return true
            }
        }
        // The journal holds what they did; it is long, so that it has a unit of work of its own.
        // Shops' cases stay, for their scores, under a name that leads to nobody.
        let nobody = market.source.identifier(PersonKind.self)
        try await market.journal.forget(key: "\(person)", naming: "\(nobody)", in: [AfterSaleChanged.topic])
    }

    /// What has to be finished first; `nil` when nothing has.
    public func obstacle(of person: PersonID) async throws -> DeletionBlocked? {
        try await market.store.read { try Self.obstacle(of: person, in: $0) }
    }

    private static func obstacle(of person: PersonID, in transaction: any Transaction) throws -> DeletionBlocked? {
        if try Orders.hasOpenOrder(person, in: transaction) { return .openOrders }
        if try AfterSales.hasOpenCase(person, in: transaction) { return .openCases }
        if try People.ownsAlone(person, in: transaction) { return .onlyOwner }
        for party in [Party.buyer(person), .creator(person)] {
            let balances = try Ledger.balances(of: party, in: transaction)
            if balances.contains(where: { $0.amounts.values.contains { $0 != 0 } }) { return .money }
        }
        return nil
    }

    private func delete(_ person: PersonID, in transaction: any Transaction) throws {
        if let obstacle = try Self.obstacle(of: person, in: transaction) { throw obstacle }
        try market.content.takeDown(allOf: person, in: transaction)
        try HostLive(market).close(allOf: .creator(person), in: transaction)
        for table in PersonalColumns.tables { try table.erase(person, in: transaction) }
        try market.people.forget(person, in: transaction)
    }
}
