import HTTP
import Inference
import Kernel
import Store

/// The two mistakes that have names.
public typealias DecisionMistake = DecisionLint.Mistake

/// Where a decision stands.
public enum DecisionState: String, Sendable, Codable, CaseIterable, SQLReadable {
    /// Being written; everything can change.
    case draft
    /// Started: what it claims is frozen.
    case running
    /// Given up.
    case stopped
    /// Kept for everybody.
    case shipped
    /// Somebody has looked whether it created value and whether it drifted.
    case reviewed
}

/// What happens to a decision.
public enum DecisionEvent: String, Sendable, Codable, CaseIterable, SQLReadable {
    case start, stop, ship, review
}

/// The state machine of decisions. Pure.
public enum DecisionMachine {
    /// Where an event leads; `nil` when it can't happen.
    public static func next(_ state: DecisionState, _ event: DecisionEvent) -> DecisionState? {
        switch (state, event) {
        case (.draft, .start): .running
        case (.running, .stop): .stopped
        case (.running, .ship): .shipped
        case (.stopped, .review), (.shipped, .review): .reviewed
        default: nil
        }
    }
}

/// A part of a decision that an amendment is about.
public enum DecisionPart: String, Sendable, Codable, CaseIterable, SQLReadable {
    case baseline, difference, goal, beneficiaries, metric, leastWorthwhile, chain, timeline, milestones, resources
    case alternatives, killRule, review
}

/// A decision record.
public struct Decision: Sendable, Hashable {
    /// Its identifier.
    public let id: DecisionID
    /// Where it stands.
    public let state: DecisionState
    /// What it claims; frozen unless it is a draft.
    public let terms: DecisionTerms
    /// What the North Star tree knows of its metric, or knew when it started.
    public let reading: MetricReading
    /// Who wrote it.
    public let author: PersonID
    /// When it was written first.
    public let createdAt: Instant
    /// When it started, and with that was frozen.
    public let startedAt: Instant?

    /// Whether the day on which somebody wanted to look has passed and nobody has.
    public func isReviewDue(at now: Instant) -> Bool {
        guard let reviewAt = terms.reviewAt, state != .draft, state != .reviewed else { return false }
        return reviewAt <= now
    }
}

/// A named mistake that the lint finds in a decision, and what somebody has answered.
public struct DecisionFinding: Sendable, Hashable {
    /// Which one.
    public let mistake: DecisionMistake
    /// Why, the strongest reason first.
    public let reasons: [Localized]
    /// What to write instead.
    public let advice: Localized
    /// Why the decision starts nevertheless; `nil` when nobody has said.
    public let acknowledgement: String?
}

/// Something that changed after the start. It stands beside the frozen claim and never in its place.
public struct DecisionAmendment: Sendable, Hashable {
    /// 1, 2, 3 … within the decision.
    public let position: Int64
    /// What it is about.
    public let part: DecisionPart
    /// What holds now.
    public let change: String
    /// Why.
    public let reason: String
    /// Who says so.
    public let person: PersonID
    /// When.
    public let at: Instant
}

/// A step in the life of a decision.
public struct DecisionStep: Sendable, Hashable {
    /// What happened.
    public let event: DecisionEvent
    /// Where it led.
    public let state: DecisionState
    /// Who did it.
    public let person: PersonID
    /// What was found, or why.
    public let note: String
    /// When.
    public let at: Instant
}

/// A decision with everything that was said about it.
public struct DecisionRecord: Sendable, Hashable {
    /// The decision.
    public let decision: Decision
    /// What the lint finds in its terms.
    public let findings: [DecisionFinding]
    /// Oldest first.
    public let amendments: [DecisionAmendment]
    /// Oldest first.
    public let steps: [DecisionStep]
}

/// What can't be done with a decision.
public enum DecisionProblem: Error, Equatable {
    /// The event can't happen in this state.
    case illegal(DecisionEvent, from: DecisionState)
    /// It has started, so that what it claims stays; an amendment can be added.
    case frozen
    /// It has not started: the draft itself can still be changed.
    case stillDraft
    /// The lint finds mistakes that nobody has answered in writing.
    case unacknowledged([DecisionMistake])
    /// The lint doesn't find that mistake.
    case notFound(DecisionMistake)
    /// Something was to be changed in the name of a decision that isn't running.
    case notRunning
}

extension DecisionProblem: Problem {
    public var details: ProblemDetails {
        switch self {
        case .illegal:
            ProblemDetails(
                .conflict, "decision-state", "The decision is in another state; reload and look again.",
                zh: "决策状态已变化，请刷新后再试。")
        case .frozen:
            ProblemDetails(
                .conflict, "decision-frozen",
                "The decision has started and its claim is frozen. Add an amendment instead.",
                zh: "决策已启动，内容已冻结；请改为追加修订。")
        case .stillDraft:
            ProblemDetails(
                .conflict, "decision-draft", "The decision is a draft: change the draft itself.", zh: "决策仍是草稿，请直接修改草稿。")
        case .unacknowledged(let mistakes):
            ProblemDetails(
                .conflict, "decision-lint",
                "The decision makes a named mistake. Rewrite it, or say in writing why it starts nevertheless.",
                zh: "该决策存在已命名的错误。请修改，或书面说明为何仍要启动。",
                fields: Dictionary(uniqueKeysWithValues: mistakes.map { ($0.rawValue, "has no written answer.") }))
        case .notFound:
            ProblemDetails(
                .conflict, "decision-no-such-mistake", "The decision doesn't make that mistake as it is written now.",
                zh: "按当前内容，该决策没有这个错误。")
        case .notRunning:
            ProblemDetails(
                .conflict, "decision-not-running", "This needs a decision that is running.", zh: "此操作需要一个进行中的决策。")
        }
    }
}
