import Experience
import Flows
import Foundation
import Journal
import Kernel
import Store
import Testing

/// Surveys on both stores: who is asked, how often, and who may answer.
struct SurveyTests {
    @Test(
        "visitors are asked as buyers are, once a week at most, and nobody twice in the time of rest",
        arguments: TestStore.available)
    func everybody(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.checkEverybody($0) }
    }

    private static func checkEverybody(_ store: any Store) async throws {
        let desk = SurveyDesk(store, share: 10_000)
        let people = (1...40).map { PersonID(rawValue: UInt128($0)) }
        for _ in 0..<2 { try await desk.see(people) }
        try await desk.follow()
        var result = try await desk.result(.everything)
        #expect(result.counts.population == 40 && result.counts.drawn == 40 && result.counts.invited == 40)
        let again = try await desk.invitations()
        // Told again from the start, nothing happens twice.
        try await desk.rewind()
        try await desk.follow()
        #expect(try await desk.invitations() == again)
        // A week later they are drawn again, and rest.
        desk.clock.advance(by: .days(7))
        try await desk.see(people)
        try await desk.follow()
        result = try await desk.result(.everything)
        #expect(result.counts.population == 80 && result.counts.drawn == 80 && result.counts.invited == 40)
        desk.clock.advance(by: .days(24))
        try await desk.see(people)
        try await desk.follow()
        #expect(try await desk.result(.everything).counts.invited == 80)
    }

    @Test("a visitor who signs in is one of those who could be asked, not two", arguments: TestStore.available)
    func recognised(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.checkRecognised(SurveyDesk($0, share: 10_000)) }
    }

    /// One was seen as a visitor only, one answered as a visitor and was seen as a person, one the other way round.
    private static func checkRecognised(_ desk: SurveyDesk) async throws {
        let (visitors, people) = ((1...3).map { PersonID(rawValue: $0) }, (11...13).map { PersonID(rawValue: $0) })
        try await desk.see(visitors + people.dropFirst())
        try await desk.follow()
        try await desk.answerAll(of: [visitors[1], people[2]])
        for (visitor, person) in zip(visitors, people) {
            try await desk.tell(RecognitionTests.Recognised(visitor: visitor, person: person))
        }
        try await desk.follow()
        try await desk.see(people)
        try await desk.follow()
        let result = try await desk.result(.everything)
        #expect(result.counts.population == 3 && result.counts.invited == 3 && result.counts.answered == 2)
        // What the first was asked as a visitor is theirs to answer.
        #expect(try await desk.room.show(to: people[0]) != nil)
        #expect(try await desk.room.show(to: visitors[0]) == nil)
        // Nobody is asked again in the time of rest.
        desk.clock.advance(by: .days(8))
        try await desk.see(people)
        try await desk.follow()
        #expect(try await desk.result(.everything).counts.invited == 3)
    }

    @Test("only the person who was asked can answer, once, and a dismissal counts", arguments: TestStore.available)
    func answers(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.checkAnswers($0) }
    }

    private static func checkAnswers(_ store: any Store) async throws {
        let desk = SurveyDesk(store, share: 10_000)
        let (mine, yours) = (PersonID(rawValue: 1), PersonID(rawValue: 2))
        try await desk.see([mine, yours])
        try await desk.follow()
        let asked = try #require(try await desk.room.show(to: mine))
        let other = try #require(try await desk.room.show(to: yours))
        #expect(asked.person == mine && asked.propensity == 1)
        await #expect(throws: NotFound("survey")) { try await desk.answer(asked.id, 9, by: yours) }
        await #expect(throws: NotFound("survey")) { try await desk.dismiss(asked.id, by: yours) }
        await #expect(throws: InvalidField.self) { try await desk.answer(asked.id, 11, by: mine) }
        await #expect(throws: InvalidField.self) { try await desk.answer(asked.id, 9, [.courier], by: mine) }
        try await desk.answer(asked.id, 9, [.price], by: mine)
        await #expect(throws: SurveyProblem.ended) { try await desk.answer(asked.id, 0, by: mine) }
        await #expect(throws: SurveyProblem.ended) { try await desk.dismiss(asked.id, by: mine) }
        desk.clock.advance(by: .days(10))
        try await desk.dismiss(other.id, by: yours)
        await #expect(throws: SurveyProblem.ended) { try await desk.answer(other.id, 0, by: yours) }
        let result = try await desk.result(.everything)
        #expect(result.counts.answered == 1 && result.counts.shown == 2 && result.estimate?.score == 100)
        #expect(result.drivers == [DriverCount(driver: .price, promoters: 1, detractors: 0)])
        // Kept for two years, forgotten afterwards.
        let weeks = desk.source.now - .days(60)
        #expect(try await store.write { try Experience.forgetSurveys(before: weeks, in: $0) } == 0)
        // 35 days after the invitation, 25 after the dismissal.
        desk.clock.advance(by: .days(25))
        try await desk.see([mine, yours])
        try await desk.follow()
        #expect(try await desk.room.show(to: yours) == nil)
        #expect(try await desk.room.show(to: mine) != nil)
        let later = desk.source.now + .days(8)
        #expect(try await store.write { try Experience.forgetSurveys(before: later, in: $0) } == 4)
        #expect(try await desk.result(.everything).counts.answered == 0)
    }

    @Test(
        "received orders and ended cases are asked about; an invitation ends by itself", arguments: TestStore.available)
    func journeys(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.checkJourneys($0) }
    }

    private static func checkJourneys(_ store: any Store) async throws {
        let desk = SurveyDesk(store, share: 0)
        for number in 1...20 {
            let (order, buyer) = (OrderID(rawValue: UInt128(number)), PersonID(rawValue: UInt128(100 + number)))
            try await desk.tell(ToldOrder(order, buyer, "paid", desk.source.now))
            try await desk.tell(ToldOrder(order, buyer, "completed", desk.source.now + .days(4)))
            try await desk.tell(ToldCase(AfterSaleCaseID(rawValue: UInt128(number)), order, buyer, "disputed"))
            try await desk.tell(ToldCase(AfterSaleCaseID(rawValue: UInt128(number)), order, buyer, "completed"))
        }
        desk.clock.advance(by: .days(5))
        try await desk.follow()
        let (logistics, goods) = (try await desk.result(.logistics), try await desk.result(.goods))
        let service = try await desk.result(.service)
        #expect(logistics.counts.population == 20 && goods.counts.population == 20 && service.counts.population == 20)
        // Half of the orders to each, whoever was asked about the order rests from questions about the case.
        #expect(logistics.counts.invited + goods.counts.invited == 20 && service.counts.invited == 0)
        #expect(service.counts.drawn == 20)
        #expect(logistics.groups.map(\.stratum.title.en) == ["arrived in 3–4 days · 1 order"])
        #expect(service.groups.map(\.stratum.title.en) == ["disputed, granted, shop's fault"])
        let buyer = PersonID(rawValue: 101)
        let asked = try #require(try await desk.room.show(to: buyer, about: OrderID(rawValue: 1)))
        #expect(asked.order == OrderID(rawValue: 1) && asked.shop == ShopID(rawValue: 1))
        #expect(try await desk.room.show(to: buyer, about: OrderID(rawValue: 2)) == nil)
        desk.clock.advance(by: .days(14))
        #expect(try await desk.room.show(to: buyer) == nil)
        await #expect(throws: SurveyProblem.ended) { try await desk.answer(asked.id, 5, by: buyer) }
    }
}

/// The room with facts that are told to it.
final class SurveyDesk: Sendable {
    let store: any Store
    let clock = TestClock()
    let room: Experience
    let journal: Journal
    var source: Source { clock.source }

    /// - Parameter share: of everybody; orders and cases are all asked about.
    init(_ store: any Store, share: Int) {
        self.store = store
        journal = Journal(store: store)
        var terms = SurveyTerms()
        (terms.everybodyShare, terms.orderShare, terms.caseShare) = (share, 5_000, 10_000)
        room = Experience(store: store, journal: journal, source: clock.source, terms: terms)
    }

    func tell(_ fact: some FactContent) async throws {
        let now = source.now
        try await store.write { [journal] in _ = try journal.append(fact, at: now, in: $0) }
    }

    func see(_ people: [PersonID]) async throws {
        let now = source.now
        let touches = people.map {
            Touchpoint(person: $0, time: now, kind: .view, subject: .video(VideoID(rawValue: 1)))
        }
        try await store.write { [journal] in _ = try journal.append(touches, at: now, in: $0) }
    }

    /// Applies all that was told, in batches that cut it somewhere.
    func follow() async throws {
        let topics = room.surveyFollower.topics
        let told = try await store.read { transaction in
            try transaction.value("SELECT COUNT(*) FROM journal WHERE topic IN \(list: topics)", as: Int.self)
        }
        // On PostgreSQL facts are seen once older transactions have ended.
        try await eventually {
            try await self.store.read {
                try Journal.facts(after: .start, topics: topics, limit: 100_000, in: $0).facts.count == told
            }
        }
        let cut = Subscription(name: "experience-surveys", topics: topics, batch: 7) { [room] facts, transaction in
            try room.survey(facts, in: transaction)
        }
        try await journal.catchUp(cut)
    }

    /// They answer what they are asked.
    func answerAll(of people: [PersonID]) async throws {
        for person in people {
            guard let asked = try await room.show(to: person) else { continue }
            try await answer(asked.id, 9, by: person)
        }
    }

    func rewind() async throws {
        try await store.write { try $0.run("DELETE FROM journal_positions") }
    }

    func result(_ journey: Journey) async throws -> SurveyResult {
        try await store.read { try Experience.result(of: journey, since: 0, in: $0) }
    }

    func invitations() async throws -> [InvitationID] {
        try await store.read { try $0.rows("SELECT id FROM survey_invitations ORDER BY id").map { try $0.get(0) } }
    }

    func answer(_ id: InvitationID, _ score: Int, _ drivers: [SurveyDriver] = [], by person: PersonID) async throws {
        let answer = try SurveyAnswer(score: score, drivers: drivers)
        try await store.write { [room] in try room.answer(id, with: answer, by: person, in: $0) }
    }

    func dismiss(_ id: InvitationID, by person: PersonID) async throws {
        try await store.write { [room] in try room.dismiss(id, by: person, in: $0) }
    }
}

/// An order's fact as its room writes it.
struct ToldOrder: FactContent {
    static let topic = "orders.order_changed"
    struct Line: Codable, Sendable {
        let product: ProductID
        let quantity: Int64
        let amount: Int64
    }
    let order: OrderID
    let shop: ShopID
    let buyer: PersonID
    let state: String
    let time: Instant
    let lines: [Line]
    var key: String { buyer.description }

    init(
        _ order: OrderID, _ buyer: PersonID, _ state: String, _ time: Instant, shop: ShopID = ShopID(rawValue: 1),
        product: ProductID = ProductID(rawValue: 1)
    ) {
        (self.order, self.buyer, self.state, self.time, self.shop) = (order, buyer, state, time, shop)
        lines = [Line(product: product, quantity: 1, amount: 100)]
    }
}

/// A case's fact as its room writes it.
struct ToldCase: FactContent {
    static let topic = "after_sales.case_changed"
    let id: AfterSaleCaseID
    let order: OrderID
    let shop: ShopID
    let buyer: PersonID
    let kind: String
    let reason: String
    let state: String
    var key: String { shop.description }

    init(
        _ id: AfterSaleCaseID, _ order: OrderID, _ buyer: PersonID, _ state: String, reason: String = "damaged",
        shop: ShopID = ShopID(rawValue: 1)
    ) {
        (self.id, self.order, self.buyer, self.state, self.reason, self.shop) = (id, order, buyer, state, reason, shop)
        kind = "refund"
    }
}
