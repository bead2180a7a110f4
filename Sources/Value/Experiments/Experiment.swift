import HTTP
import Inference
import Kernel
import Store

/// Where an experiment stands.
public enum ExperimentState: String, Sendable, Codable, CaseIterable, SQLReadable {
    /// Being written.
    case draft
    /// People are assigned, and what they do is counted.
    case running
    /// Nobody is assigned any more; what was counted stays.
    case ended
}

/// What an experiment is for.
public enum ExperimentPurpose: String, Sendable, Codable, CaseIterable, SQLReadable {
    /// It finds out what a decision would create.
    case measure
    /// It holds some people back from what was shipped, and so confirms what it created.
    case confirm
    /// It compares everybody with those who are held out of everything.
    case total
}

/// What a decision's experiment cost.
public struct ExperimentCost: Sendable, Hashable, Codable {
    /// Minor units.
    public let amount: Int64
    /// Their currency.
    public let currency: Currency

    /// A cost.
    public init(amount: Int64, currency: Currency) { (self.amount, self.currency) = (amount, currency) }
}

/// An experiment of a decision.
public struct Experiment: Sendable, Hashable {
    /// Its identifier.
    public let id: ExperimentID
    /// The decision that it measures.
    public let decision: DecisionID
    /// What it is for.
    public let purpose: ExperimentPurpose
    /// What it compares and how.
    public let terms: ExperimentTerms
    /// Where it stands.
    public let state: ExperimentState
    /// Which buckets of its layer it holds.
    public let buckets: BucketSet
    /// People met so far (pairs of person and window when time is switched).
    public let people: Int
    /// What it cost, when somebody has said.
    public let cost: ExperimentCost?
    /// Who wrote it.
    public let author: PersonID
    /// When it was written.
    public let createdAt: Instant
    /// When it started.
    public let startedAt: Instant?
    /// When it ended.
    public let endedAt: Instant?

    /// Whether something that happened at `time` counts.
    public func covers(_ time: Instant) -> Bool {
        guard let startedAt, startedAt <= time else { return false }
        return endedAt.map { time < $0 } ?? true
    }

    /// A warning, when persons are randomised although the arms take from each other.
    public var warning: Localized? {
        guard terms.design == .persons,
            case .switchback(let sentence) = DesignAdvice(
                sharesStock: terms.sharesStock, sharesTraffic: terms.sharesTraffic)
        else { return nil }
        return Localized(en: sentence.en, zh: sentence.zh)
    }

    /// The share of each arm, 0…1.
    public var shares: [Double] { terms.arms.map { Double($0.share) / Double(BucketSet.size) } }
}

/// What can't be done with an experiment.
public enum ExperimentProblem: Error, Equatable {
    /// It is in another state.
    case wrongState(ExperimentState)
    /// Other experiments hold the layer; so many basis points are left.
    case layerFull(left: Int)
    /// A share can grow only: taking people out would move them to another arm.
    case shrinking
    /// The treatment of an arm isn't known.
    case unknownTreatment(String)
    /// A coupon is shipped to those for whom it was allocated, and it wasn't.
    case notAllocated
    /// Several arms could be meant; the one to be shipped has to be named.
    case chooseArm
}

extension ExperimentProblem: Problem {
    public var details: ProblemDetails {
        switch self {
        case .wrongState:
            ProblemDetails(
                .conflict, "experiment-state", "The experiment is in another state; reload and look again.",
                zh: "实验状态已变化，请刷新后再试。")
        case .layerFull(let left):
            ProblemDetails(
                .conflict, "experiment-layer-full",
                "Other experiments hold this layer; \(left) basis points of people are left.",
                zh: "该层已被其他实验占用，仅剩 \(left) 个基点的人群。")
        case .shrinking:
            ProblemDetails(
                .conflict, "experiment-shrinking",
                "The share can only grow: people who are assigned stay. End the experiment instead.",
                zh: "份额只能增大：已分组的人不能移动。如需缩小，请结束实验。")
        case .unknownTreatment(let treatment):
            ProblemDetails(
                .conflict, "experiment-unknown-treatment",
                "There is no treatment \(treatment) of this lever; make it first.",
                zh: "该类实验没有名为 \(treatment) 的处理，请先创建。")
        case .notAllocated:
            ProblemDetails(
                .conflict, "coupon-not-allocated",
                "Nobody would get the coupon: allocate it first, from what its experiment found.",
                zh: "尚未分配：请先依据实验结果分配该优惠券，否则无人可得。")
        case .chooseArm:
            ProblemDetails(
                .conflict, "experiment-choose-arm",
                "The decision's experiment has several treatments: put the one to be shipped in force by its name.",
                zh: "该决策的实验有多个处理组，请按版本指定要推全的一个。")
        }
    }
}
