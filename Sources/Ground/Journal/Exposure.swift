import Foundation
import Kernel

/// Somebody met a decision point at which an experiment ran: they got an arm's treatment, or would have got it.
///
/// Every decision point (ranking, coupons, traffic, campaigns) appends these in the transaction of what it shows. A person
/// in control whom the treatment would have reached is a *ghost exposure*; without it the two arms would be different
/// people and could not be compared.
public struct Exposure: FactContent, Equatable {
    public static let topic = "value.exposure"

    /// The experiment.
    public let experiment: ExperimentID
    /// Which of its arms, counted from 0 (control).
    public let arm: Int
    /// Who; a visitor counts.
    public let person: PersonID
    /// When.
    public let time: Instant
    /// The probability, 0 < p ≤ 1, with which this person got this arm.
    public let propensity: Double
    /// Whether the treatment would have been shown and was not.
    public let isGhost: Bool

    /// An exposure.
    public init(
        experiment: ExperimentID, arm: Int, person: PersonID, time: Instant, propensity: Double, isGhost: Bool
    ) {
        self.experiment = experiment
        self.arm = arm
        self.person = person
        self.time = time
        self.propensity = propensity
        self.isGhost = isGhost
    }

    public var key: String { person.description }

    // They come with every first slate of a person, so the payload is a short line like that of a touchpoint.
    public func payload(with encoder: JSONEncoder) throws -> String {
        "\(person) \(time.milliseconds) \(experiment) \(arm) \(propensity) \(isGhost ? "ghost" : "shown")"
    }

    public static func read(_ payload: String, with decoder: JSONDecoder) throws -> Exposure {
        let parts = payload.split(separator: " ")
        guard parts.count == 6, let person = PersonID(parts[0]), let time = Int64(parts[1]),
            let experiment = ExperimentID(parts[2]), let arm = Int(parts[3]), let propensity = Double(parts[4])
        else {
            throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "not an exposure: \(payload)"))
        }
        return Exposure(
            experiment: experiment, arm: arm, person: person, time: Instant(milliseconds: time),
            propensity: propensity, isGhost: parts[5] == "ghost")
    }
}
