import Experience
import HTTP
import Kernel
import Orders
import Store

/// The person who was asked answers a survey, or says that they don't want to; each command once.
public struct AnswerSurvey: Sendable {
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// Keeps the answer.
    ///
    /// - Throws: `NotFound` for anybody else, `InvalidField`, `SurveyProblem/ended`.
    public func answer(_ id: InvitationID, _ answer: SurveyAnswer, _ command: Command) async throws {
        let now = market.source.now
        _ = try await market.store.write { [market] transaction in
            try transaction.once(command.key, fingerprint: command.fingerprint, at: now) {
                try market.experience.answer(
                    id, with: answer, by: command.identity.person,
                    sale: { order in
                        let products = try Orders.order(order, in: transaction)?.lines.map(\.product) ?? []
                        return (Set(products).sorted(), try Orders.paidAt(order, in: transaction))
                    }, in: transaction)
                return id
            }
        }
    }

    /// Notes that the person doesn't want to be asked.
    ///
    /// - Throws: `NotFound` for anybody else, `SurveyProblem/ended`.
    public func dismiss(_ id: InvitationID, _ command: Command) async throws {
        let now = market.source.now
        _ = try await market.store.write { [market] transaction in
            try transaction.once(command.key, fingerprint: command.fingerprint, at: now) {
                try market.experience.dismiss(id, by: command.identity.person, in: transaction)
                return id
            }
        }
    }
}
