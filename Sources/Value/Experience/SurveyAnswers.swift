import Journal
import Kernel
import Store

extension Experience {
    /// The question that waits for somebody, if one does.
    public static func next(for person: PersonID, at now: Instant, in transaction: any Transaction) throws
        -> Invitation?
    {
        try transaction.row(
            """
            SELECT * FROM survey_invitations WHERE person = \(person) AND state = 'open' AND expires_at > \(now)
            ORDER BY created_at DESC, id LIMIT 1
            """
        ).map(Invitation.init)
    }

    /// The question that waits for somebody, noted as seen. Whoever has none costs one look at an index.
    ///
    /// - Parameter order: only a question about this order, or about everything.
    public func show(to person: PersonID, about order: OrderID? = nil) async throws -> Invitation? {
        let now = source.now
        guard let found = try await store.read({ try Self.next(for: person, at: now, in: $0) }) else { return nil }
        if let order, let own = found.order, own != order { return nil }
        guard found.shownAt == nil else { return found }
        try await store.write {
            try $0.run(
                "UPDATE survey_invitations SET shown_at = \(now) WHERE id = \(found.id) AND shown_at IS NULL")
        }
        return found
    }

    /// Keeps an answer. The first one stays; only the person who was asked can give it.
    ///
    /// - Parameter sale: what was bought with an order and when it was paid, for those who follow.
    /// - Throws: `NotFound` for anybody else; ``SurveyProblem/ended``; `InvalidField` for a reason of another journey.
    public func answer(
        _ id: InvitationID, with answer: SurveyAnswer, by person: PersonID,
        sale: (OrderID) throws -> (products: [ProductID], paidAt: Instant?) = { _ in ([], nil) },
        in transaction: any Transaction
    ) throws {
        let now = source.now
        let found = try Self.find(id, of: person, in: transaction)
        guard answer.drivers.allSatisfy(found.journey.drivers.contains) else {
            throw InvalidField("drivers", "must be reasons of this survey.", zh: "原因选项无效。")
        }
        let drivers = answer.drivers.map(\.rawValue).joined(separator: " ")
        let answered = try transaction.run(
            """
            UPDATE survey_invitations SET state = 'answered', ended_at = \(now), score = \(answer.score),
                drivers = \(drivers), reason = \(answer.reason), shown_at = COALESCE(shown_at, \(now))
            WHERE id = \(id) AND person = \(person) AND state = 'open' AND expires_at > \(now)
            """)
        guard answered == 1 else { throw SurveyProblem.ended }
        try rest(person, now, in: transaction)
        let sold = try found.order.map(sale)
        try journal.append(
            SurveyAnswered(
                invitation: id, person: person, journey: found.journey, order: found.order, score: answer.score,
                drivers: answer.drivers, products: sold?.products, paidAt: sold?.paidAt, time: now), at: now,
            in: transaction)
    }

    /// Somebody doesn't want to answer; that counts as having been asked.
    ///
    /// - Throws: `NotFound` for anybody else; ``SurveyProblem/ended``.
    public func dismiss(_ id: InvitationID, by person: PersonID, in transaction: any Transaction) throws {
        let now = source.now
        _ = try Self.find(id, of: person, in: transaction)
        let dismissed = try transaction.run(
            """
            UPDATE survey_invitations SET state = 'dismissed', ended_at = \(now),
                shown_at = COALESCE(shown_at, \(now))
            WHERE id = \(id) AND person = \(person) AND state = 'open'
            """)
        guard dismissed == 1 else { throw SurveyProblem.ended }
        try rest(person, now, in: transaction)
        try journal.append(SurveyDismissed(invitation: id, person: person), at: now, in: transaction)
    }

    private func rest(_ person: PersonID, _ now: Instant, in transaction: any Transaction) throws {
        try transaction.send("UPDATE survey_people SET asked_at = \(now) WHERE person = \(person)")
    }

    /// An invitation of a person.
    ///
    /// - Throws: `NotFound` when there is none, or when it is somebody else's.
    public static func find(
        _ id: InvitationID, of person: PersonID, in transaction: any Transaction
    ) throws -> Invitation {
        let row = try transaction.row("SELECT * FROM survey_invitations WHERE id = \(id) AND person = \(person)")
        guard let row else { throw NotFound("survey") }
        return try Invitation(row)
    }
}

extension Invitation {
    init(_ row: SQLRow) throws {
        id = try row.get("id")
        journey = try row.get("journey")
        person = try row.get("person")
        order = try row.get("order_id")
        shop = try row.get("shop")
        propensity = Double(try row.get("propensity", as: Int64.self)) / 10_000
        state = try row.get("state")
        createdAt = try row.get("created_at")
        expiresAt = try row.get("expires_at")
        shownAt = try row.get("shown_at")
        score = try row.get("score")
    }
}
