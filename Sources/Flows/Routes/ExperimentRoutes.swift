import Decisions
import Experiments
import HTTP
import Hummingbird
import Kernel

extension MarketplaceAPI {
    func addExperimentRoutes(to api: API) {
        let access = Access.role([.operator], .operate)
        api.route(
            .get, "/experiments", "listExperiments", "Experiments, newest first.", access: access,
            query: [QueryParameter("cursor", "what `next` said")]
        ) { [self] call in try await experiments(call.request) }
        api.route(
            .get, "/experiments/{experiment}", "readExperiment",
            "An experiment with what it shows: differences, lifts, intervals valid at every look, and three lights.",
            access: access
        ) { [market] call in
            ExperimentResultBody(try await ReadValue(market).result(of: try call.experiment))
        }
        api.route(
            .get, "/experiment-metrics", "listExperimentMetrics",
            "What is measured, with unit, direction and owner.", access: access
        ) { _ in Page(items: Metric.all.map(MetricBody.init)) }
        api.route(
            .post, "/experiments", "draftExperiment", "Writes an experiment of a decision as a draft.", access: access,
            body: NewExperimentBody.self, status: .created
        ) { [market] call in
            let (decision, terms) = (call.body.decision, call.body.terms)
            return ExperimentBody(try await KeepExperiments(market).draft(terms, of: decision, try call.command))
        }
        addExperimentSteps(to: api, access)
    }

    private func addExperimentSteps(to api: API, _ access: Access) {
        api.route(
            .post, "/experiments/{experiment}/events", "moveExperiment",
            "Starts (while its decision runs) or ends an experiment.", access: access, body: ExperimentEventBody.self
        ) { [market] call in
            let (id, keep) = (try call.experiment, KeepExperiments(market))
            switch call.body.event {
            case .start: return ExperimentBody(try await keep.start(id, try call.command))
            case .end: return ExperimentBody(try await keep.end(id, try call.command))
            }
        }
        api.route(
            .put, "/experiments/{experiment}/share", "growExperiment",
            "Lets more people in; whoever is in stays in the same arm.", access: access, body: ExperimentShareBody.self
        ) { [market] call in
            let (id, share) = (try call.experiment, call.body.share)
            return ExperimentBody(try await KeepExperiments(market).ramp(id, to: share, try call.command))
        }
        api.route(
            .put, "/experiments/{experiment}/cost", "setExperimentCost", "Says what an experiment cost.",
            access: access, body: ExperimentCostBody.self
        ) { [market] call in
            let (id, body) = (try call.experiment, call.body)
            let cost = ExperimentCost(amount: body.amount, currency: body.currency)
            return ExperimentBody(try await KeepExperiments(market).setCost(cost, of: id, try call.command))
        }
    }

    private func experiments(_ request: Request) async throws -> Page<ExperimentBody> {
        var cursor: Experiment?
        if let id = try request.cursor(as: ExperimentID.self) {
            cursor = try await market.store.read { try Experiments.find(id, in: $0) }
        }
        let found = try await market.experiments.list(after: cursor, limit: 50)
        return Page(
            items: found.map(ExperimentBody.init), next: found.count == 50 ? found.last?.id.description : nil)
    }
}

extension Call {
    fileprivate var experiment: ExperimentID {
        get throws { try context.identifier("experiment", "experiment", as: ExperimentKind.self) }
    }
}
