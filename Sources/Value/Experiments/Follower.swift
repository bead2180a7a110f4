import Foundation
import Inference
import Journal
import Kernel
import Store

extension Experiments {
    /// Turns exposures and outcomes into cells. Facts, cells and the position move in one transaction, so each fact takes
    /// effect exactly once however often a batch is tried.
    public var follower: Subscription {
        Subscription(name: "experiments", topics: [Exposure.topic, Recognition.topic] + Outcome.topics, batch: 2_000) {
            [self] facts, transaction in try apply(facts, in: transaction)
        }
    }

    /// Forgets which events were counted before `limit`; so long after, none of them is told again.
    ///
    /// - Returns: how many there were.
    public static func forgetEvents(before limit: Instant, in transaction: any Transaction) throws -> Int {
        try transaction.run("DELETE FROM experiment_events WHERE happened_at < \(limit)")
    }

    /// Applies facts in order, exposures first: a slate's exposure and the tap on it may stand in one batch the other way
    /// round, and what counts is the time at which they happened.
    package func apply(_ facts: [Fact], in transaction: any Transaction) throws {
        let now = source.now
        let decoder = JSONDecoder()
        var exposures: [Exposure] = []
        var outcomes: [Outcome] = []
        var recognitions: [Recognition] = []
        for fact in facts {
            switch fact.topic {
            case Exposure.topic:
                if let exposure = try? Exposure.read(fact.payload, with: decoder) { exposures.append(exposure) }
            case Recognition.topic:
                let read = try? decoder.decode(Recognition.self, from: Data(fact.payload.utf8))
                if let read { recognitions.append(read) }
            default: if let outcome = Outcome(fact, decoder) { outcomes.append(outcome) }
            }
        }
        guard !exposures.isEmpty || !outcomes.isEmpty || !recognitions.isEmpty else { return }
        let experiments = try Self.counting(at: now, in: transaction)
        if !experiments.isEmpty {
            var batch = CellBatch(experiments)
            try batch.expose(exposures, in: transaction)
            for recognition in recognitions {
                // A visitor's own facts of this batch are the person's from here on.
                outcomes = outcomes.map { $0.recognised(by: recognition) }
                try keep(try batch.recognise(recognition, in: transaction), in: transaction)
            }
            try batch.count(outcomes, at: now, in: transaction)
            try batch.save(at: now, in: transaction)
        }
        for recognition in recognitions { try Self.mergeHistory(recognition, in: transaction) }
        try Self.remember(outcomes, in: transaction)
    }

    /// Adds what people brought to their histories. An event that is told twice counts twice here, in every arm alike: a
    /// covariate need not be exact, it only must not depend on the arm.
    private static func remember(_ outcomes: [Outcome], in transaction: any Transaction) throws {
        let own = Dictionary(grouping: outcomes, by: \.person)
        var histories = try histories(of: Array(own.keys), in: transaction)
        for (person, outcomes) in own {
            for outcome in outcomes { histories[person, default: History()].add(outcome) }
        }
        try keep(histories, in: transaction)
    }
}
