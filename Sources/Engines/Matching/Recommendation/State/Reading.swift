/// What a request and a rebuild take from the state.
extension Learner {
    var modelVersion: String { modelVersion(of: configuration.weights) }

    private func modelVersion(of weights: RankingWeights) -> String {
        "\(weights.version)/\(refreshes)" + (ranking(weights, discovery: false).map { "/\($0.version)" } ?? "")
            + (actions.map { "/\($0.version)" } ?? "")
    }

    /// The learned ranking of a request, where its weights ask for one.
    private func ranking(_ weights: RankingWeights, discovery: Bool) -> LearnedRanking? {
        guard weights.learned > 0 else { return nil }
        return discovery ? rankings.discovery ?? rankings.all : rankings.all
    }

    /// Takes, under the lock, all that one request needs. Costs a few reference counts and the look-up of its keys.
    func reading(_ request: Request) -> Reading {
        let number = request.person.flatMap { persons.number(of: $0) } ?? -1
        let person = number >= 0 ? people[number] : Person()
        var blocked = Set(person.blocked)
        for key in request.blocked { if let number = subjects.number(of: key) { blocked.insert(number) } }
        let context = request.context
        let weights = request.weights ?? configuration.weights
        let ranking = ranking(weights, discovery: request.discovery)
        return Reading(
            world: world, itemKeys: items.keys, subjectKeys: subjects.keys, person: person, number: number,
            request: request,
            configuration: configuration,
            excluded: ContiguousArray(request.exclude.compactMap { items.number(of: $0) }.sorted()),
            blocked: blocked,
            contextItems: ContiguousArray(context.compactMap { items.number(of: $0) }),
            contextSubjects: ContiguousArray(context.compactMap { subjects.number(of: $0) }),
            rooms: openRooms(request),
            within: request.within.map { subjects.number(of: $0) ?? -2 } ?? -1,
            modelVersion: modelVersion(of: weights),
            admission: ranking?.admission,
            ranker: Ranker(
                weights: weights, model: ranking?.model, prior: ranking?.prior ?? PopularityPrior(), actions: actions,
                discovers: request.discovery))
    }

    /// The training data of the closed-form model as it stands at `now`.
    func linearTask(now: Int64) -> LinearTask {
        LinearTask(people: people, items: world.items.count, configuration: configuration, now: now)
    }
}

/// A rebuild of the closed-form model, on a copy of what it needs.
struct LinearTask: Sendable {
    let people: Chunked<Person>
    let items: Int
    let configuration: Configuration
    let now: Int64

    func solve(version: UInt32) -> LinearModel {
        let unit = 1 / Float(configuration.weights.buy)
        var preferences = Preferences(items: items)
        for number in people.indices {
            let person = people[number]
            if person.history.count < 2 { continue }
            preferences.append(
                person.history.values.lazy.map { history in
                    let days = Float(max(0, now - history.last)) / 86_400_000
                    let slow = history.slow * unit * power2(-days / Float(configuration.slowHalfLifeDays))
                    return Preferences.Entry(item: history.item, value: Preferences.value(slow: slow))
                }, of: number)
        }
        return LinearSolver(
            preferences: preferences, ridge: configuration.linearRidge, solveLimit: configuration.linearSolveLimit,
            rowLimit: configuration.linearRowLimit, time: now
        ).solve(version: version)
    }
}
