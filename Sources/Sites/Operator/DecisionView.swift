import Decisions
import HTTP
import Inference
import Kernel

/// One decision as its page shows it.
struct DecisionView: Sendable {
    private let record: DecisionRecord
    private let now: Instant
    private let key: String

    /// - Parameter key: makes each form of the page a command of its own.
    init(_ record: DecisionRecord, now: Instant, key: String) {
        (self.record, self.now, self.key) = (record, now, key)
    }

    func view(_ context: Context) -> View {
        let decision = record.decision
        return [
            "id": decision.id.description, "title": decision.terms.title, "key": key,
            "state": context.words(decision.state.word), "isDraft": decision.state == .draft,
            "isDue": decision.isReviewDue(at: now), "canStart": decision.state == .draft,
            "canEnd": decision.state == .running,
            "canReview": decision.state == .stopped || decision.state == .shipped,
            "frozen": maybe(decision.startedAt.map(context.format.time)),
            "findings": record.findings.enumerated().map { finding($1, $0, context) },
            "parts": parts(context), "steps": steps(context), "amendments": amendments(context),
            "partOptions": DecisionPart.allCases.map {
                ["value": $0.rawValue, "label": context.words($0.word)] as View
            },
        ]
    }

    private func finding(_ finding: DecisionFinding, _ index: Int, _ context: Context) -> View {
        [
            "name": context.words(finding.mistake == .methodAsGoal ? .mistakeMethod : .mistakeProxy),
            "mistake": finding.mistake.rawValue, "reasons": finding.reasons.map { $0.text(in: context.language) },
            "advice": finding.advice.text(in: context.language), "answer": maybe(finding.acknowledgement),
            "canAnswer": record.decision.state == .draft && finding.acknowledgement == nil, "key": "\(key)f\(index)",
        ]
    }

    private func parts(_ context: Context) -> [View] {
        let terms = record.decision.terms
        let falls = terms.fallsWhenExperienceWorsens.map { context.words($0 ? .yes : .no) }
        let rows: [(DecisionWord, [String])] = [
            (.partBaseline, [terms.baseline]), (.partDifference, [terms.difference]), (.partGoal, [terms.goal]),
            (.partBeneficiaries, [terms.beneficiaries]), (.partMetric, [terms.metric]),
            (.fallsWithExperience, [falls ?? context.words(.notSaid)]),
            (.partLeastWorthwhile, terms.leastWorthwhile.map { ["\(Figures.text($0)) \(terms.unit)"] } ?? []),
            (.partChain, terms.chain), (.partStart, day(terms.startsAt)), (.partEnd, day(terms.endsAt)),
            (.partMilestones, terms.milestones), (.partResources, [terms.resources]),
            (.partAlternatives, terms.alternatives), (.partKillRule, [terms.killRule]),
            (.partReview, day(terms.reviewAt)),
        ]
        return rows.map { word, values in
            ["label": context.words(word), "values": values.filter { !$0.isEmpty }]
        }
    }

    private func day(_ instant: Instant?) -> [String] { instant.map { [DecisionFields.day($0)] } ?? [] }

    private func steps(_ context: Context) -> [View] {
        record.steps.map {
            [
                "state": context.words($0.state.word), "time": context.format.time($0.at),
                "note": maybe($0.note.isEmpty ? nil : $0.note),
            ]
        }
    }

    private func amendments(_ context: Context) -> [View] {
        record.amendments.map {
            [
                "part": context.words($0.part.word), "time": context.format.time($0.at), "change": $0.change,
                "reason": $0.reason,
            ]
        }
    }
}

extension DecisionState {
    var word: DecisionWord {
        switch self {
        case .draft: .draftState
        case .running: .runningState
        case .stopped: .stoppedState
        case .shipped: .shippedState
        case .reviewed: .reviewedState
        }
    }
}

extension DecisionPart {
    fileprivate var word: DecisionWord {
        switch self {
        case .baseline: .partBaseline
        case .difference: .partDifference
        case .goal: .partGoal
        case .beneficiaries: .partBeneficiaries
        case .metric: .partMetric
        case .leastWorthwhile: .partLeastWorthwhile
        case .chain: .partChain
        case .timeline: .partTimeline
        case .milestones: .partMilestones
        case .resources: .partResources
        case .alternatives: .partAlternatives
        case .killRule: .partKillRule
        case .review: .partReview
        }
    }
}
