import RealModule

extension World {
    /// A person who wants a product, and when they are at the shelf.
    private struct Want {
        let shopper: Int
        let product: Int
        let slot: Item
        let arrival: Double
        let effect: Effect
    }

    /// Lives one day: everybody in `visits` looks at what they are shown, buys in the order in which they arrive, is
    /// asked and tells friends; then creators create, merchants restock and interests drift.
    ///
    /// A member without a visit stays at home. Items that are not shown any more are skipped.
    public mutating func step(_ visits: [Visit]) -> Day {
        var today = Day(number: day)
        var wants: [Want] = []
        var effects: [Int: Effect] = [:]
        for visit in visits where shoppers.indices.contains(visit.shopper) {
            effects[visit.shopper] = visit.effect
            wants += look(visit, &today)
        }
        // Ties are as good as impossible, and the shopper's place breaks them.
        wants.sort { ($0.arrival, $0.shopper) < ($1.arrival, $1.shopper) }
        for want in wants { buy(want, &today) }
        for shopper in shoppers.indices { survey(shopper, effects[shopper] ?? .none, &today) }
        tellFriends(&today)
        create(&today)
        night(&today)
        today.truth = truth
        day += 1
        return today
    }

    // MARK: Watching

    private mutating func look(_ visit: Visit, _ today: inout Day) -> [Want] {
        let who = visit.shopper
        var wants: [Want] = []
        var patience = Double(shoppers[who].attention)
        var (enjoyed, looked) = (0.0, 0.0)
        var taken: Set<Int> = []
        for slot in visit.slate {
            guard patience > 0 else { break }
            guard let category = category(of: slot), let logit = enjoyment(of: slot, by: who) else { continue }
            let likes = draws.happens(
                probability(logit: logit + visit.effect.enjoyment), .finish, who, day, slot.key)
            today.add(who, slot, .impression)
            tap(who, slot, likes, &today)
            shoppers[who].seen[slot, default: 0] += 1
            shoppers[who].fatigue[category] += 1
            // What is enjoyed costs less patience.
            patience -= likes ? 0.7 : 1
            looked += 1
            enjoyed += likes ? 1 : 0
            if likes, let product = product(of: slot), draws.happens(parameters.click, .click, who, day, slot.key) {
                today.add(who, slot, .click)
                guard !taken.contains(product), wantsIt(who, product, visit.effect) else { continue }
                taken.insert(product)
                let arrival = draws.uniform(.arrival, who, day) * (1 - visit.effect.haste)
                wants.append(Want(shopper: who, product: product, slot: slot, arrival: arrival, effect: visit.effect))
            }
        }
        // An evening at which every other thing pleases is a fully satisfying one.
        if looked > 0 { move(who, towards: (2 * enjoyed / looked).unit, by: parameters.satisfactionByFeed) }
        return wants
    }

    private mutating func tap(_ who: Int, _ slot: Item, _ likes: Bool, _ today: inout Day) {
        guard case .video(let creator, _) = slot else { return }
        guard likes else {
            if draws.happens(parameters.dislike, .dislike, who, day, slot.key) { today.add(who, slot, .dislike) }
            return
        }
        today.add(who, slot, .finish)
        if draws.happens(parameters.like, .like, who, day, slot.key) { today.add(who, slot, .like) }
        if draws.happens(parameters.follow, .follow, who, day, slot.key),
            shoppers[who].following.insert(creator).inserted
        {
            creators[creator].followers += 1
            today.add(who, slot, .follow)
        }
    }

    private func wantsIt(_ who: Int, _ product: Int, _ effect: Effect) -> Bool {
        let (person, goods) = (shoppers[who], products[product])
        let boughtLately = person.lastPurchase[goods.category].map { day - $0 < 7 } ?? false
        let logit =
            parameters.want + parameters.wantByInterest * person.interests[goods.category]
            + parameters.wantBySatisfaction * (person.satisfaction - 0.5)
            - person.priceSensitivity * goods.relativePrice
            + (boughtLately ? parameters.wantByRecentPurchase : 0) + effect.purchase
        return draws.happens(probability(logit: logit), .want, who, day, product)
    }

    // MARK: Buying

    private mutating func buy(_ want: Want, _ today: inout Day) {
        let who = want.shopper
        guard products[want.product].stock > 0 else {
            today.add(who, .product(want.product), .missed, from: want.slot)
            shoppers[who].satisfaction = (shoppers[who].satisfaction - parameters.disappointment).unit
            return
        }
        products[want.product].stock -= 1
        shoppers[who].lastPurchase[products[want.product].category] = day
        today.add(who, .product(want.product), .purchase, from: want.slot)
        let merchant = merchants[products[want.product].merchant]
        func met(_ quality: Double, _ purpose: Draws.Purpose) -> Double {
            (quality + 0.2 * draws.normal(purpose, who, day, want.product) + want.effect.experience).unit
        }
        let goods = met(merchant.goods, .goods)
        let whole = 0.5 * goods + 0.3 * met(merchant.logistics, .logistics) + 0.2 * met(merchant.service, .service)
        move(who, towards: whole, by: parameters.satisfactionByPurchase)
        if draws.happens(parameters.refund * (1 - goods) * (1 - goods), .refund, who, day, want.product) {
            today.add(who, .product(want.product), .refund, from: want.slot)
        }
    }

    private mutating func move(_ who: Int, towards target: Double, by share: Double) {
        shoppers[who].satisfaction += share * (target - shoppers[who].satisfaction)
    }

    // MARK: What people say

    private func survey(_ who: Int, _ effect: Effect, _ today: inout Day) {
        let person = shoppers[who]
        guard person.isMember, draws.happens(parameters.asked, .asked, who, day) else { return }
        today.asked += 1
        let logit =
            parameters.answer + parameters.answerBySatisfaction * (person.satisfaction - 0.5) + effect.response
        guard draws.happens(probability(logit: logit), .answer, who, day) else { return }
        let felt = person.satisfaction + 0.08 * draws.normal(.score, who, day)
        today.answers.append(Answer(shopper: who, score: Shopper.score(felt.unit)))
    }

    private mutating func tellFriends(_ today: inout Day) {
        for who in shoppers.indices where shoppers[who].isMember && shoppers[who].satisfaction >= 0.6 {
            guard draws.happens(parameters.wordOfMouth, .tell, who, day) else { continue }
            let friend = Int(draws.uniform(.tell, who, day, 1) * Double(shoppers.count))
            guard !shoppers[friend].isMember else { continue }
            today.joined.append(friend)
        }
        // Friends of the same evening are told before any of them tells others.
        for friend in today.joined { shoppers[friend].isMember = true }
    }

    // MARK: Behind the shelf

    private mutating func create(_ today: inout Day) {
        var (seen, finished) = (
            [Double](repeating: 0, count: creators.count), [Double](repeating: 0, count: creators.count)
        )
        for happening in today.happenings {
            guard case .video(let creator, _) = happening.item else { continue }
            if happening.action == .impression { seen[creator] += 1 }
            if happening.action == .finish { finished[creator] += 1 }
        }
        for index in creators.indices {
            creators[index].traffic += 0.3 * (finished[index] - creators[index].traffic)
            if seen[index] > 0 {
                // A handful of views teaches less than a houseful.
                let trust = seen[index] / (seen[index] + 10)
                let step = parameters.learning * trust * 1.5 * (finished[index] / seen[index] - 1.0 / 3)
                creators[index].craft = (creators[index].craft + step).unit
            }
            let reach = Double(creators[index].followers) + creators[index].traffic
            let rate = min(0.9, parameters.output + parameters.outputByReach * .log(1 + reach) / .log(2))
            if draws.happens(rate, .output, index, day) { today.creations.append(create(by: index)) }
        }
    }

    private mutating func night(_ today: inout Day) {
        for index in products.indices where (day + 1 + index) % max(1, parameters.restockDays) == 0 {
            guard products[index].stock < parameters.stock else { continue }
            products[index].stock = parameters.stock
            today.restocked.append(index)
        }
        let oldest = day + 1 - parameters.shelfLife
        videos = videos.filter { $0.value.day >= oldest }
        for who in shoppers.indices {
            for category in shoppers[who].interests.indices {
                shoppers[who].fatigue[category] *= parameters.fatigueLeft
                let drift = parameters.drift * draws.normal(.drift, who, day, category)
                // Interests wander, but not away: a little goes back to the middle.
                shoppers[who].interests[category] = 0.998 * shoppers[who].interests[category] + drift
            }
        }
    }
}

extension Day {
    fileprivate mutating func add(_ who: Int, _ item: Item, _ action: Action, from slot: Item? = nil) {
        happenings.append(Happening(shopper: who, item: item, action: action, slot: slot ?? item))
    }
}
