import Experience
import Experiments
import Inference
import Kernel
import Store

/// How the arms of an experiment answer, and what that allows to say.
public struct ArmAnswers: Sendable {
    /// The arm's name.
    public let name: String
    /// Asked after their first exposure.
    public let asked: Int
    /// Their answers.
    public let score: NetPromoterScore
    /// Against control, in NPS points: the effect lies between them whoever stays silent, as long as the treatment moves
    /// everybody's answering one way; `nil` for control and below ten answers an arm.
    public let bounds: Interval?
    /// Covers the effect itself with 95 %.
    public let interval: Interval?
    /// Share of the answers that was trimmed because one arm answers more often.
    public let trimmed: Double?
}

/// What surveys show.
public struct ReadExperience: Sendable {
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// A survey over the last `weeks` weeks, the present one included.
    public func survey(_ journey: Journey, weeks: Int) async throws -> SurveyResult {
        let first = SurveyWeek.number(of: market.source.now) - Int64(weeks) + 1
        return try await market.store.read { try Experience.result(of: journey, since: first, in: $0) }
    }

    /// What people of each arm of an experiment answered about everything, once they had been exposed (Lee bounds).
    ///
    /// - Throws: `NotFound`.
    public func arms(of id: ExperimentID) async throws -> [ArmAnswers] {
        try await market.store.read { transaction in
            try Self.arms(of: try Experiments.find(id, in: transaction), in: transaction)
        }
    }

    static func arms(of experiment: Experiment, in transaction: any Transaction) throws -> [ArmAnswers] {
        let start = experiment.startedAt ?? experiment.createdAt
        let asked = try Experience.asked(.everything, since: start, in: transaction)
        let places = try Experiments.participants(in: experiment.id, among: asked.map(\.person), in: transaction)
        var arms = Array(repeating: (asked: 0, answers: [Int]()), count: experiment.terms.arms.count)
        for entry in asked {
            guard let place = places[entry.person], place.exposedAt <= entry.at, arms.indices.contains(place.arm),
                experiment.endedAt.map({ entry.at < $0 }) ?? true
            else { continue }
            arms[place.arm].asked += 1
            if let score = entry.score { arms[place.arm].answers.append(score) }
        }
        return experiment.terms.arms.indices.map { number in
            Self.answers(experiment.terms.arms[number].name, arms[number], control: number > 0 ? arms[0] : nil)
        }
    }

    private static func answers(
        _ name: String, _ arm: (asked: Int, answers: [Int]), control: (asked: Int, answers: [Int])?
    ) -> ArmAnswers {
        func side(_ arm: (asked: Int, answers: [Int])) -> LeeBounds.Arm {
            LeeBounds.Arm(asked: arm.asked, answers: arm.answers.map { 100 * NetPromoterScore.value(of: $0) })
        }
        let found = control.flatMap { try? LeeBounds(control: side($0), treatment: side(arm)) }
        return ArmAnswers(
            name: name, asked: arm.asked, score: NetPromoterScore(answers: arm.answers), bounds: found?.bounds,
            interval: found?.interval(), trimmed: found?.trimmed)
    }
}
