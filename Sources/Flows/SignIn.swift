import Alliance
import Carts
import Content
import HTTP
import Kernel
import People
import Store

/// Lets somebody in, and gives them what they did before as a visitor: cart, likes, follows and creators' touches in the
/// transaction of the session, what the feed has learned as soon as it reads of it in the journal.
public struct SignIn: Sendable {
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// Checks credentials and opens a session.
    ///
    /// - Throws: ``PeopleProblem/wrongCredentials``, ``TooManyRequests``.
    public func callAsFunction(
        email: String, password: String, visitor: PersonID?, device: String, address: String
    ) async throws -> OpenedSession {
        let person = try await market.people.verify(email: email, password: password, address: address)
        return try await market.store.write { [self] transaction in
            try open(for: person, visitor: visitor, device: device, in: transaction)
        }
    }

    /// Makes an account and opens its first session. The visitor becomes that person and keeps the identifier, so nothing
    /// needs to move.
    ///
    /// - Throws: ``PeopleProblem/emailTaken``.
    public func up(
        _ new: NewAccount, visitor: PersonID?, device: String
    ) async throws -> (account: Account, session: OpenedSession) {
        let account = try await market.people.signUp(new, as: visitor ?? market.source.identifier())
        let session = try await market.store.write { [self] transaction in
            try open(for: account.id, visitor: nil, device: device, in: transaction)
        }
        return (account, session)
    }

    private func open(
        for person: PersonID, visitor: PersonID?, device: String, in transaction: any Transaction
    ) throws -> OpenedSession {
        let session = try market.people.open(for: person, visitor: visitor, device: device, in: transaction)
        if let visitor, visitor != person {
            try Carts.merge(visitor, into: person, in: transaction)
            try market.content.merge(visitor, into: person, in: transaction)
            try market.live.merge(visitor, into: person, in: transaction)
            try Alliance.recognise(visitor, as: person, in: transaction)
        }
        return session
    }
}
