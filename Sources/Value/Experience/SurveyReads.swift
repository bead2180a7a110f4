import Inference
import Kernel
import Store

extension Experience {
    /// What a survey shows from a week on.
    public static func result(
        of journey: Journey, since week: Int64, in transaction: any Transaction
    ) throws -> SurveyResult {
        let cells = try transaction.rows(
            """
            SELECT p.period, p.stratum, COUNT(*) AS people,
                SUM(CASE WHEN p.is_drawn = 1 THEN 1 ELSE 0 END) AS drawn, COUNT(i.id) AS invited,
                COUNT(i.shown_at) AS shown,
                SUM(CASE WHEN i.score >= 9 THEN 1 ELSE 0 END) AS promoters,
                SUM(CASE WHEN i.score BETWEEN 7 AND 8 THEN 1 ELSE 0 END) AS passives,
                SUM(CASE WHEN i.score <= 6 THEN 1 ELSE 0 END) AS detractors
            FROM survey_population p
            LEFT JOIN survey_invitations i ON i.journey = p.journey AND i.subject = p.subject
            WHERE p.journey = \(journey.rawValue) AND p.period >= \(week)
            GROUP BY p.period, p.stratum ORDER BY p.period, p.stratum
            """
        ).map(SurveyCell.init)
        let answers = try transaction.rows(
            """
            SELECT score, drivers, reason, ended_at FROM survey_invitations
            WHERE journey = \(journey.rawValue) AND period >= \(week) AND state = 'answered' ORDER BY ended_at DESC, id
            """)
        return SurveyResult(
            journey: journey, cells: cells, drivers: try drivers(answers), comments: try comments(answers))
    }

    private static func drivers(_ answers: [SQLRow]) throws -> [DriverCount] {
        var counts: [SurveyDriver: (promoters: Int, detractors: Int)] = [:]
        for answer in answers {
            let score = try answer.get("score", as: Int.self)
            for name in try answer.get("drivers", as: String.self).split(separator: " ") {
                guard let driver = SurveyDriver(rawValue: String(name)) else { continue }
                var count = counts[driver] ?? (0, 0)
                if score > 8 { count.promoters += 1 }
                if score < 7 { count.detractors += 1 }
                counts[driver] = count
            }
        }
        return SurveyDriver.allCases.compactMap { driver in
            counts[driver].map { DriverCount(driver: driver, promoters: $0.promoters, detractors: $0.detractors) }
        }.sorted { $0.detractors > $1.detractors }
    }

    private static func comments(_ answers: [SQLRow]) throws -> [SurveyComment] {
        try answers.filter { try !$0.get("reason", as: String.self).isEmpty }.prefix(20).map {
            SurveyComment(score: try $0.get("score"), reason: try $0.get("reason"), at: try $0.get("ended_at"))
        }
    }

    /// Forgets who could have been asked, and what they answered, before a moment; the facts of answers stay in the journal.
    ///
    /// - Returns: how many there were.
    public static func forgetSurveys(before limit: Instant, in transaction: any Transaction) throws -> Int {
        let week = SurveyWeek.number(of: limit)
        let journeys = Journey.allCases.map(\.rawValue)
        try transaction.run("DELETE FROM survey_invitations WHERE journey IN \(list: journeys) AND period < \(week)")
        try transaction.run("DELETE FROM survey_orders WHERE paid_at < \(limit)")
        return try transaction.run(
            "DELETE FROM survey_population WHERE journey IN \(list: journeys) AND period < \(week)")
    }

    /// Everybody who was asked since a moment, with their score if they answered.
    public static func asked(
        _ journey: Journey, since start: Instant, in transaction: any Transaction
    ) throws -> [(person: PersonID, at: Instant, score: Int?)] {
        try transaction.rows(
            """
            SELECT person, created_at, score FROM survey_invitations
            WHERE journey = \(journey.rawValue) AND created_at >= \(start) ORDER BY created_at, id
            """
        ).map { (try $0.get(0), try $0.get(1), try $0.get(2)) }
    }
}

extension SurveyCell {
    init(_ row: SQLRow) throws {
        self.init(
            week: try row.get("period"), stratum: Stratum(code: try row.get("stratum")),
            population: try row.get("people"), drawn: try row.get("drawn"), invited: try row.get("invited"),
            shown: try row.get("shown"),
            score: NetPromoterScore(
                promoters: try row.get("promoters"), passives: try row.get("passives"),
                detractors: try row.get("detractors")))
    }
}
