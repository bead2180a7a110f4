import Foundation
import Journal
import Kernel
import KeyedDraw
import Store

extension Experience {
    /// Draws who is asked, from everybody who was seen, every order received and every case ended. Facts, draws and the
    /// position move in one transaction, so each is drawn once.
    public var surveyFollower: Subscription {
        Subscription(name: "experience-surveys", topics: SurveyEvent.topics, batch: 1_000) {
            [self] facts, transaction in try survey(facts, in: transaction)
        }
    }

    /// Applies facts in order; who was seen comes first, since a group is what somebody belonged to before.
    package func survey(_ facts: [Fact], in transaction: any Transaction) throws {
        let decoder = JSONDecoder()
        let events = facts.compactMap { fact in SurveyEvent(fact, decoder).map { (fact: fact, event: $0) } }
        guard !events.isEmpty else { return }
        let draw = SurveyDraw(terms: terms, key: try drawKey(in: transaction), now: source.now, room: self)
        var sightings: [Sighting] = []
        for (_, event) in events {
            switch event {
            case .account(let person):
                try transaction.send(
                    """
                    INSERT INTO survey_people (person, has_account) VALUES (\(person), 1)
                    ON CONFLICT (person) DO UPDATE SET has_account = 1
                    """)
            case .seen(let person, let field, let time):
                sightings.append(Sighting(person: person, field: field, time: time))
            case .order(let step) where step.state == "placed":
                // Whoever orders without a page, over the API, was there as well.
                sightings.append(Sighting(person: step.buyer, field: .centre, time: step.time))
            default: break
            }
        }
        try draw.everybody(sightings, in: transaction)
        for (fact, event) in events {
            switch event {
            case .order(let step): try draw.order(step, in: transaction)
            case .afterSale(let step): try draw.afterSale(step, at: fact.at, in: transaction)
            case .recognised(let recognition): try recognition.apply(at: source.now, in: transaction)
            default: break
            }
        }
    }
}

/// Somebody was seen.
struct Sighting {
    let person: PersonID
    let field: Stratum.Field
    let time: Instant
}

/// One batch of draws.
struct SurveyDraw {
    let terms: SurveyTerms
    let key: DrawKey
    let now: Instant
    let room: Experience

    /// Somebody, an order or a case that an answer could stand for.
    struct Candidate {
        let journey: Journey
        let subject: String
        let week: Int64
        let stratum: Stratum
        let person: PersonID
        var order: OrderID?
        var shop: ShopID?
        let isDrawn: Bool
        /// Basis points.
        let share: Int
    }

    // MARK: Everybody

    /// The first sighting of each person in each week decides which group they are in.
    func everybody(_ sightings: [Sighting], in transaction: any Transaction) throws {
        var firsts: [String: Sighting] = [:]
        // What is told late isn't asked about, and doesn't count among those who could have been.
        for sighting in sightings where sighting.time > now - terms.open {
            let subject = "\(SurveyWeek.number(of: sighting.time))/\(sighting.person)"
            if firsts[subject] == nil { firsts[subject] = sighting }
        }
        let subjects = firsts.keys.sorted()
        for start in stride(from: 0, to: subjects.count, by: 200) {
            let group = Array(subjects[start..<min(start + 200, subjects.count)])
            let known = Set(
                try transaction.rows(
                    """
                    SELECT subject FROM survey_population WHERE journey = 'everything' AND subject IN \(list: group)
                    """
                ).map { try $0.get(0, as: String.self) })
            let fresh = group.filter { !known.contains($0) }.compactMap { subject in
                firsts[subject].map { (subject, $0) }
            }
            let people = try Self.people(fresh.map(\.1.person), in: transaction)
            try enter(
                fresh.map { subject, sighting in
                    let person = people[sighting.person]
                    let week = SurveyWeek.number(of: sighting.time)
                    return Candidate(
                        journey: .everything, subject: subject, week: week,
                        stratum: .person(
                            hasAccount: person?.hasAccount ?? false, orders: person?.orders ?? 0, field: sighting.field),
                        person: sighting.person,
                        isDrawn: Self.isAsked(sighting.person, in: week, share: terms.everybodyShare, key),
                        share: terms.everybodyShare)
                }, in: transaction)
        }
    }

    /// Whether a person is drawn in a week: an independent coin for each of them, the same whenever it is asked.
    static func isAsked(_ person: PersonID, in week: Int64, share: Int, _ key: DrawKey) -> Bool {
        key.bucket("survey/everything/\(week)", person.rawValue) < share
    }

    private static func people(
        _ ids: [PersonID], in transaction: any Transaction
    ) throws -> [PersonID: (hasAccount: Bool, orders: Int64)] {
        var people: [PersonID: (hasAccount: Bool, orders: Int64)] = [:]
        for row in try transaction.rows(
            "SELECT person, has_account, orders FROM survey_people WHERE person IN \(list: ids)")
        {
            people[try row.get("person")] = (try row.get("has_account"), try row.get("orders"))
        }
        return people
    }

    // MARK: Orders and cases

    /// Counts a paid order; asks about a received one.
    func order(_ step: SurveyEvent.OrderStep, in transaction: any Transaction) throws {
        switch step.state {
        case "paid":
            let isNew = try transaction.run(
                """
                INSERT INTO survey_orders (order_id, paid_at) VALUES (\(step.order), \(step.time))
                ON CONFLICT (order_id) DO NOTHING
                """)
            guard isNew == 1 else { return }
            try transaction.run(
                """
                INSERT INTO survey_people (person, orders) VALUES (\(step.buyer), 1)
                ON CONFLICT (person) DO UPDATE SET orders = survey_people.orders + 1
                """)
        case "completed" where step.time > now - terms.open:
            let paid = try transaction.value(
                "SELECT paid_at FROM survey_orders WHERE order_id = \(step.order)", as: Instant.self)
            let took = paid.map { Duration.milliseconds(step.time.milliseconds - $0.milliseconds) }
            let orders = try Self.people([step.buyer], in: transaction)[step.buyer]?.orders ?? 1
            // One bucket decides for both, so that nobody is drawn twice for one order.
            let bucket = key.bucket("survey/order", step.order.rawValue)
            let share = min(terms.orderShare, DrawKey.whole / 2)
            try enter(
                [(Journey.logistics, 0..<share), (.goods, share..<2 * share)].map { journey, range in
                    Candidate(
                        journey: journey, subject: "\(step.order)", week: SurveyWeek.number(of: step.time),
                        stratum: .order(took: took, orders: orders), person: step.buyer, order: step.order,
                        shop: step.shop, isDrawn: range.contains(bucket), share: share)
                }, in: transaction)
        default: break
        }
    }

    /// Asks about an ended case.
    func afterSale(_ step: SurveyEvent.CaseStep, at time: Instant, in transaction: any Transaction) throws {
        if step.state == "disputed" {
            try transaction.run(
                "INSERT INTO survey_disputes (case_id) VALUES (\(step.id)) ON CONFLICT (case_id) DO NOTHING")
        }
        guard step.isEnded, time > now - terms.open else { return }
        let disputes = try transaction.rows("SELECT case_id FROM survey_disputes WHERE case_id = \(step.id)")
        let bucket = key.bucket("survey/case", step.id.rawValue)
        try enter(
            [
                Candidate(
                    journey: .service, subject: "\(step.id)", week: SurveyWeek.number(of: time),
                    stratum: .ended(
                        isDisputed: !disputes.isEmpty, isGranted: step.state == "completed",
                        isFaultOfShop: step.isFaultOfShop),
                    person: step.buyer, order: step.order, shop: step.shop, isDrawn: bucket < terms.caseShare,
                    share: terms.caseShare)
            ], in: transaction)
    }

    // MARK: Invitations

    /// Writes candidates down, each once, and invites those who are drawn and not resting.
    private func enter(_ candidates: [Candidate], in transaction: any Transaction) throws {
        guard !candidates.isEmpty else { return }
        let rows: [[SQLValue]] = candidates.map {
            [
                .text($0.journey.rawValue), .text($0.subject), $0.week.sqlValue, $0.stratum.code.sqlValue,
                $0.isDrawn.sqlValue,
            ]
        }
        let insertion = SQL(
            "INSERT INTO survey_population (journey, subject, period, stratum, is_drawn) VALUES ",
            row: "(?, ?, ?, ?, ?)", values: rows)
        let entered = Set(
            try transaction.rows("\(insertion) ON CONFLICT DO NOTHING RETURNING journey, subject")
                .map { "\(try $0.get(0, as: String.self)) \(try $0.get(1, as: String.self))" })
        for candidate in candidates
        where candidate.isDrawn && entered.contains("\(candidate.journey.rawValue) \(candidate.subject)") {
            try invite(candidate, in: transaction)
        }
    }

    private func invite(_ candidate: Candidate, in transaction: any Transaction) throws {
        let person = candidate.person
        try transaction.run("INSERT INTO survey_people (person) VALUES (\(person)) ON CONFLICT (person) DO NOTHING")
        // The condition decides, also between two nodes: one question a person in the time of rest.
        let isRested = try transaction.run(
            """
            UPDATE survey_people SET asked_at = \(now)
            WHERE person = \(person) AND (asked_at IS NULL OR asked_at <= \(now - terms.rest))
            """)
        guard isRested == 1 else { return }
        let id = room.source.identifier(InvitationKind.self)
        try transaction.send(
            """
            INSERT INTO survey_invitations (id, journey, subject, person, order_id, shop, period, propensity, state,
                created_at, expires_at)
            VALUES (\(id), \(candidate.journey.rawValue), \(candidate.subject), \(person), \(candidate.order),
                \(candidate.shop), \(candidate.week), \(candidate.share), 'open', \(now), \(now + terms.open))
            """)
        try room.journal.append(
            SurveyInvited(
                invitation: id, person: person, journey: candidate.journey,
                propensity: Double(candidate.share) / Double(DrawKey.whole)), at: now, in: transaction)
    }
}
