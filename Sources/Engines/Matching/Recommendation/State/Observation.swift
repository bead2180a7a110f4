/// How one event changes the state.
extension Learner {
    mutating func observe(_ event: Event) {
        let person = personNumber(event.person)
        people[person].lastTime = max(people[person].lastTime, event.time)
        if event.time > world.lastTime {
            let isNewDay = event.time / 86_400_000 > world.lastTime / 86_400_000
            world.lastTime = event.time
            agePool()
            if isNewDay { expire() }
        }
        if let item = items.number(of: event.subject) {
            ledger.observe(event.kind, of: item, by: person, at: event.time, bought: event.bought, in: world.items)
        }
        switch event.kind {
        case .follow, .unfollow, .block: relate(person, to: subjectNumber(event.subject), event)
        case .search where subjects.number(of: event.subject) != nil:
            let weight = Float(configuration.weights.search)
            people[person].feel(subjectNumber(event.subject), at: event.time, configuration) {
                $0.pulse += 2 * weight
                $0.fast += weight
            }
        default: if admits(event.subject) { observe(event, of: itemNumber(event.subject), by: person) }
        }
    }

    private mutating func observe(_ event: Event, of item: Int32, by person: Int32) {
        switch event.kind {
        case .impression: show(item, to: person, at: event.time)
        case .notInterested: refuse(item, person, event, refused: 1, damp: configuration.weights.notInterested)
        case .report: refuse(item, person, event, refused: 2, damp: configuration.weights.report)
        case .refund, .lateDelivery, .complaint: regret(item, person, event)
        default: respond(to: item, person, event)
        }
    }

    // MARK: Looks

    private mutating func show(_ item: Int32, to person: Int32, at time: Int64) {
        world.counters[item].impressions &+= 1
        world.shown.add(1, at: time, halfLife: Window.day.halfLife)
        world.total.impressions &+= 1
        // Old and new count alike in a rate; halved before the counter is full, it goes on.
        if world.total.impressions > 1 << 31 {
            world.total.impressions /= 2
            world.total.responses /= 2
        }
        let category = world.items[item].category
        if category >= 0 { world.subjects[category].impressions &+= 1 }
        people[person].see(item, at: time, configuration)
        if world.exploration[item].tier >= 0 {
            world.exploration[item].impressions &+= 1
            judge(item)
        }
    }

    /// Judges an item of the exploration pool each time that it has had the impressions of its tier (front-loaded exposure
    /// with a pass bar, arXiv 2509.14102).
    ///
    /// It is promoted when the *lower* bound of its response rate reaches its category's rate, and leaves when the *upper*
    /// bound stays below. In between nothing is known yet: it stays, for at most ``Configuration/explorationRounds`` rounds.
    private mutating func judge(_ item: Int32) {
        let state = world.exploration[item]
        let tiers = configuration.explorationTiers
        guard Int(state.tier) < tiers.count else { return }
        let quota = tiers[Int(state.tier)]
        guard quota > 0, state.impressions > 0, state.impressions % quota == 0 else { return }
        let category = world.items[item].category
        // A video has no category: it is held against everything that is shown.
        let rate = category >= 0 ? world.subjects[category].responseRate : world.total.responseRate
        let bounds = wilson(successes: Double(state.responses), trials: Double(state.impressions))
        let next = state.tier + 1
        if bounds.lower >= rate, Int(next) < tiers.count {
            world.exploration[item] = Exploration(tier: next)
        } else if bounds.lower >= rate || bounds.upper < rate
            || state.impressions / quota >= configuration.explorationRounds
        {
            // It has shown its worth and stands by itself, or has shown that it has none, or its time is up.
            world.exploration[item].tier = -1
            world.pool.remove(item, listedAt: world.items[item].listedAt)
        }
    }

    // MARK: Liking

    private mutating func respond(to item: Int32, _ person: Int32, _ event: Event) {
        let weight = configuration.weights.evidence(of: event)
        guard weight > 0 else { return }
        people[person].visit(at: event.time)
        count(item, person, event, weight)
        let isFirst = remember(item, person, event, weight)
        feelSubjects(of: item, person, at: event.time, weight: Float(weight), isFirst: isFirst)
        let record = world.items[item]
        // Who enjoys a video enjoys, a little, the goods under it.
        for product in record.products {
            remember(product, person, event, weight * 0.3, asItself: false)
            feelSubjects(of: product, person, at: event.time, weight: Float(weight) * 0.3)
        }
        tap(item, person, event, Float(weight))
    }

    private mutating func count(_ item: Int32, _ person: Int32, _ event: Event, _ weight: Double) {
        world.counters[item].add(weight, at: event.time)
        world.total.add(weight, at: event.time)
        world.counters[item].responses &+= 1
        world.total.responses &+= 1
        if world.exploration[item].tier >= 0 { world.exploration[item].responses &+= 1 }
        let record = world.items[item]
        if record.category >= 0 { world.subjects[record.category].responses &+= 1 }
        let counters = world.counters[item]
        for window in Window.allCases {
            world.trending[Int(record.kind.rawValue)][Int(window.rawValue)].rise(
                item, to: counters[window].level, capacity: World.trendingCapacity)
        }
        record.subjects { subject in
            world.subjects[subject].month.add(weight, at: event.time, halfLife: Window.month.halfLife)
            world.subjects[subject].top.rise(item, to: counters.month.level, capacity: SubjectRecord.topCapacity)
        }
    }

    /// - Returns: whether the person never had anything to do with the item before.
    @discardableResult
    private mutating func remember(
        _ item: Int32, _ person: Int32, _ event: Event, _ weight: Double, asItself: Bool = true
    ) -> Bool {
        var isFirst = false
        var gap: Float?
        let visits = people[person].visits
        var before: Int32 = 0
        var after: Int32 = 0
        people[person].history.update(
            item, limit: configuration.historyLimit,
            make: {
                isFirst = true
                var history = History(item: item, time: event.time)
                history.firstVisit = visits
                return history
            },
            leastFirst: { ($0.slow, $0.last, $0.item) < ($1.slow, $1.last, $1.item) }
        ) { history in
            history.respond(in: visits)
            before = history.purchases
            history.add(weight, at: event.time, configuration)
            if asItself { history.kinds |= event.kind.bit }
            // What comes now is a purchase of its own, with regrets of its own.
            if asItself && event.kind == .buy { history.kinds &= ~Event.Kind.regretBits }
            if asItself && event.kind == .buy { gap = history.buy(at: event.time) }
            after = history.purchases
        }
        if isFirst { world.counters[item].persons &+= 1 }
        if isFirst && asItself { adopt(item, at: event.time) }
        if let gap {
            world.counters[item].addGap(gap)
            world.total.addGap(gap)
        }
        if after > before {
            world.counters[item].purchases &+= 1
            world.sell(item, at: event.time)
            if before == 0 { world.counters[item].buyers &+= 1 }
            if before == 1 { world.counters[item].repeaters &+= 1 }
        }
        return isFirst
    }

    private mutating func adopt(_ item: Int32, at time: Int64) {
        world.counters[item].adopt(at: time)
        world.total.adopt(at: time)
        let level = world.counters[item].adoptedMonth.level
        world.adopted.rise(item, to: level, capacity: World.trendingCapacity)
        world.items[item].subjects { subject in
            world.subjects[subject].adopted.add(1, at: time, halfLife: Window.month.halfLife)
        }
    }

    private mutating func feelSubjects(
        of item: Int32, _ person: Int32, at time: Int64, weight: Float, isFirst: Bool = false
    ) {
        world.items[item].subjects { subject in
            people[person].feel(subject, at: time, configuration) {
                $0.pulse += weight
                $0.fast += weight
                $0.slow += weight
                if isFirst { $0.taken += 1 }
                // A change of mind is believed: liking again undoes dislike quickly.
                $0.damp *= 0.8
            }
        }
    }

    /// Joins the tap to those just before it, both ways.
    private mutating func tap(_ item: Int32, _ person: Int32, _ event: Event, _ weight: Float) {
        let limit = configuration.coOccurrenceLimit
        var reach = 0
        var company = Company(item, world)
        for other in people[person].taps.reversed() {
            if reach == 8 || abs(event.time - other.time) > configuration.sessionSpan { break }
            if other.item == item { continue }
            reach += 1
            let bond = (weight * other.weight).squareRoot()
            world.neighbours[item].add(other.item, bond, limit: limit)
            world.neighbours[other.item].add(item, bond, limit: limit)
            company.meet(other.item, bond, &world)
        }
        company.part(&world)
        people[person].taps.removeAll { $0.item == item }
        people[person].taps.append(Tap(item: item, weight: weight, time: event.time))
        if people[person].taps.count > configuration.sessionLimit { people[person].taps.removeFirst() }
    }

    // MARK: Disliking

    private mutating func refuse(_ item: Int32, _ person: Int32, _ event: Event, refused: UInt8, damp: Double) {
        world.counters[item].dislikes &+= 1
        people[person].see(item, at: event.time, refused: refused, configuration)
        people[person].taps.removeAll { $0.item == item }
        world.items[item].subjects { subject in
            people[person].feel(subject, at: event.time, configuration) {
                $0.damp += Float(damp) / 4
                $0.pulse *= 0.2
                $0.fast *= 0.7
            }
        }
    }

    /// Each kind of regret counts once a purchase, by however many ways the person makes it known.
    /// What nobody knows to have been bought would raise rates that are taken a purchase.
    private mutating func regret(_ item: Int32, _ person: Int32, _ event: Event) {
        guard (people[person].history[item]?.kinds ?? 0) & Event.Kind.buy.bit != 0 else { return }
        var isNew = false
        people[person].history.update(
            item, limit: configuration.historyLimit, make: { History(item: item, time: event.time) },
            leastFirst: { ($0.slow, $0.last, $0.item) < ($1.slow, $1.last, $1.item) }
        ) {
            isNew = $0.kinds & event.kind.bit == 0
            $0.kinds |= event.kind.bit
            // Who got it late may like it all the same.
            guard isNew, event.kind != .lateDelivery else { return }
            $0.fast = 0
            $0.slow *= 0.2
            if event.kind == .refund { $0.purchases = max(0, $0.purchases - 1) }
        }
        guard isNew else { return }
        switch event.kind {
        case .refund: world.counters[item].refunds &+= 1
        case .lateDelivery: world.counters[item].lateDeliveries &+= 1
        default: world.counters[item].complaints &+= 1
        }
        world.regret(event.kind, item, at: event.time)
        let shop = world.items[item].shop
        guard shop >= 0 else { return }
        let damp = Float(configuration.weights.worth(of: event.kind).weight) / 4
        people[person].feel(shop, at: event.time, configuration) { $0.damp += damp }
    }

    // MARK: Following

    private mutating func relate(_ person: Int32, to subject: Int32, _ event: Event) {
        people[person].follows.removeAll { $0 == subject }
        switch event.kind {
        case .follow:
            people[person].follows.append(subject)
            people[person].blocked.removeAll { $0 == subject }
            let weight = Float(configuration.weights.follow)
            people[person].feel(subject, at: event.time, configuration) {
                $0.pulse += weight
                $0.fast += weight
                $0.slow += weight
            }
        case .block where !people[person].blocked.contains(subject):
            people[person].blocked.append(subject)
        default: break
        }
    }
}

extension Event.Kind {
    /// Its place among kinds seen.
    var bit: UInt32 { 1 << UInt32(rawValue) }

    static let regretBits = regrets.reduce(UInt32(0)) { $0 | $1.bit }
}

extension ItemCounters {
    /// Responses an impression, smoothed towards 5 % by 100 impressions.
    var responseRate: Double { (Double(responses) + 5) / (Double(max(impressions, responses)) + 100) }
}

extension SubjectRecord {
    /// Responses an impression, smoothed towards 5 % by 100 impressions.
    var responseRate: Double { (Double(responses) + 5) / (Double(max(impressions, responses)) + 100) }
}

/// The Wilson score interval at 90 % (Wilson 1927).
func wilson(successes: Double, trials: Double) -> (lower: Double, upper: Double) {
    guard trials > 0 else { return (0, 1) }
    let z = 1.645, rate = min(1, successes / trials)
    let centre = rate + z * z / (2 * trials)
    let spread = z * (rate * (1 - rate) / trials + z * z / (4 * trials * trials)).squareRoot()
    let scale = 1 + z * z / trials
    return (max(0, (centre - spread) / scale), min(1, (centre + spread) / scale))
}
