import Decisions
import HTTP
import Hummingbird
import Kernel

/// A decision in a list.
struct DecisionSummaryBody: Documented {
    let id: DecisionID
    let title: String
    let state: DecisionState
    let createdAt: Instant
    let startedAt: Instant?
    let reviewAt: Instant?
    static let example = DecisionSummaryBody(
        id: Identifier(rawValue: 14), title: DecisionTerms.example.title, state: .running,
        createdAt: Instant(milliseconds: 0), startedAt: Instant(milliseconds: 0), reviewAt: Instant(milliseconds: 0))
}

/// A named mistake found in a decision, in both languages.
struct DecisionFindingBody: Documented {
    let mistake: DecisionMistake
    let reasons: [Localized]
    let advice: Localized
    /// The written answer, if there is one.
    let acknowledgement: String?
    static let example = DecisionFindingBody(
        mistake: .methodAsGoal, reasons: [Localized(en: "There is no kill rule.", zh: "没有停止规则。")],
        advice: Localized(en: "Say when you would stop.", zh: "请写明在什么情况下停止。"),
        acknowledgement: "The law asks for it by May.")
}

/// Something that changed after the start.
struct DecisionAmendmentBody: Documented {
    let position: Int64
    let part: DecisionPart
    let change: String
    let reason: String
    let person: PersonID
    let at: Instant
    static let example = DecisionAmendmentBody(
        position: 1, part: .timeline, change: "Two weeks more", reason: "A carrier was on strike.",
        person: Identifier(rawValue: 1), at: Instant(milliseconds: 0))
}

/// A step in the life of a decision.
struct DecisionStepBody: Documented {
    let event: DecisionEvent
    let state: DecisionState
    let person: PersonID
    let note: String
    let at: Instant
    static let example = DecisionStepBody(
        event: .start, state: .running, person: Identifier(rawValue: 1), note: "", at: Instant(milliseconds: 0))
}

/// A decision with everything that was said about it.
struct DecisionBody: Documented {
    let id: DecisionID
    let state: DecisionState
    /// Frozen unless the state is draft.
    let terms: DecisionTerms
    let author: PersonID
    let createdAt: Instant
    let startedAt: Instant?
    let findings: [DecisionFindingBody]
    let amendments: [DecisionAmendmentBody]
    let steps: [DecisionStepBody]
    static let example = DecisionBody(
        id: Identifier(rawValue: 14), state: .running, terms: .example, author: Identifier(rawValue: 1),
        createdAt: Instant(milliseconds: 0), startedAt: Instant(milliseconds: 0), findings: [.example],
        amendments: [.example], steps: [.example])
}

/// A written answer to a finding.
struct AcknowledgementBody: Documented {
    let mistake: DecisionMistake
    let reason: String
    static let example = AcknowledgementBody(mistake: .methodAsGoal, reason: "The law asks for it by May.")
}

/// What is to happen to a decision.
struct DecisionEventBody: Documented {
    let event: DecisionEvent
    /// Why it stops or ships, or what the review found; may be empty for a start.
    let note: String
    static let example = DecisionEventBody(event: .stop, note: "The kill rule applied.")
}

/// An amendment to be added.
struct NewAmendmentBody: Documented {
    let part: DecisionPart
    let change: String
    let reason: String
    static let example = NewAmendmentBody(
        part: .timeline, change: "Two weeks more", reason: "A carrier was on strike.")
}

extension MarketplaceAPI {
    func addDecisionRoutes(to api: API) {
        let access = Access.role([.operator], .operate)
        api.route(
            .get, "/decisions", "listDecisions", "Decision records, newest first.", access: access,
            query: [QueryParameter("cursor", "what `next` said")]
        ) { [self] call in try await decisions(call.request) }
        api.route(
            .get, "/decisions/{decision}", "readDecision",
            "A decision with what the lint finds, amendments and steps.", access: access
        ) { [market] call in DecisionBody(try await market.decisions.record(of: try call.decision)) }
        api.route(
            .post, "/decisions", "draftDecision", "Writes a new decision as a draft.", access: access,
            body: DecisionTerms.self, status: .created
        ) { [market] call in DecisionBody(try await KeepDecisions(market).draft(call.body, try call.command)) }
        api.route(
            .put, "/decisions/{decision}/terms", "reviseDecision",
            "Rewrites a draft; refused once it has started.", access: access, body: DecisionTerms.self
        ) { [market] call in
            DecisionBody(try await KeepDecisions(market).revise(try call.decision, call.body, try call.command))
        }
        addDecisionSteps(to: api, access)
    }

    private func addDecisionSteps(to api: API, _ access: Access) {
        api.route(
            .post, "/decisions/{decision}/acknowledgements", "acknowledgeFinding",
            "Says in writing why a decision starts although the lint finds a mistake.", access: access,
            body: AcknowledgementBody.self
        ) { [market] call in
            let (id, body) = (try call.decision, call.body)
            return DecisionBody(
                try await KeepDecisions(market).acknowledge(
                    body.mistake, in: id, reason: body.reason, try call.command))
        }
        api.route(
            .post, "/decisions/{decision}/events", "moveDecision",
            "Starts (and freezes), stops, ships or reviews a decision.", access: access, body: DecisionEventBody.self
        ) { [market] call in
            let (id, body) = (try call.decision, call.body)
            return DecisionBody(
                try await KeepDecisions(market).apply(body.event, to: id, note: body.note, try call.command))
        }
        api.route(
            .post, "/decisions/{decision}/amendments", "amendDecision",
            "Adds an amendment beside the frozen claim.", access: access, body: NewAmendmentBody.self, status: .created
        ) { [market] call in
            let (id, body) = (try call.decision, call.body)
            return DecisionBody(
                try await KeepDecisions(market).amend(
                    body.part, of: id, change: body.change, reason: body.reason, try call.command))
        }
    }

    private func decisions(_ request: Request) async throws -> Page<DecisionSummaryBody> {
        var cursor: Decision?
        if let id = try request.cursor(as: DecisionID.self) {
            cursor = try await market.decisions.record(of: id).decision
        }
        let found = try await market.decisions.list(after: cursor, limit: 50)
        return Page(
            items: found.map(DecisionSummaryBody.init), next: found.count == 50 ? found.last?.id.description : nil)
    }
}

extension Call {
    fileprivate var decision: DecisionID {
        get throws { try context.identifier("decision", "decision", as: DecisionKind.self) }
    }
}

extension DecisionSummaryBody {
    init(_ decision: Decision) {
        self.init(
            id: decision.id, title: decision.terms.title, state: decision.state, createdAt: decision.createdAt,
            startedAt: decision.startedAt, reviewAt: decision.terms.reviewAt)
    }
}

extension DecisionBody {
    init(_ record: DecisionRecord) {
        let decision = record.decision
        self.init(
            id: decision.id, state: decision.state, terms: decision.terms, author: decision.author,
            createdAt: decision.createdAt, startedAt: decision.startedAt,
            findings: record.findings.map {
                DecisionFindingBody(
                    mistake: $0.mistake, reasons: $0.reasons, advice: $0.advice, acknowledgement: $0.acknowledgement)
            },
            amendments: record.amendments.map {
                DecisionAmendmentBody(
                    position: $0.position, part: $0.part, change: $0.change, reason: $0.reason, person: $0.person,
                    at: $0.at)
            },
            steps: record.steps.map {
                DecisionStepBody(event: $0.event, state: $0.state, person: $0.person, note: $0.note, at: $0.at)
            })
    }
}
