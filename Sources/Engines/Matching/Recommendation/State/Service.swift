/// How a shop serves: what it sold and what of that was regretted (came back, was sent late, was complained about), decayed
/// alike so that a shop that mends its ways is forgiven.
struct Service: Sendable, Hashable {
    var purchases = LogMass()
    var regrets = LogMass()

    private static let halfLife: Int64 = 84 * 86_400_000
    /// Purchases that a shop is taken to have sold as everybody else does, before it shows how it does.
    private static let prior = 20.0

    mutating func sell(at time: Int64) { purchases.add(1, at: time, halfLife: Self.halfLife) }

    mutating func regret(at time: Int64) { regrets.add(1, at: time, halfLife: Self.halfLife) }

    /// Regrets a purchase, smoothed towards what is `usual`.
    func rate(usual: Double, at now: Int64) -> Float {
        Float((value(regrets, now) + Self.prior * usual) / (value(purchases, now) + Self.prior))
    }

    /// Regrets a purchase of everybody's together.
    func usual(at now: Int64) -> Double { value(regrets, now) / (value(purchases, now) + Self.prior) }

    private func value(_ mass: LogMass, _ now: Int64) -> Double { mass.value(at: now, halfLife: Self.halfLife) }
}

extension World {
    mutating func sell(_ item: Int32, at time: Int64) {
        service.sell(at: time)
        let shop = items[item].shop
        if shop >= 0 { subjects[shop].service.sell(at: time) }
    }

    mutating func regret(_ item: Int32, at time: Int64) {
        service.regret(at: time)
        let shop = items[item].shop
        if shop >= 0 { subjects[shop].service.regret(at: time) }
    }
}

/// The regret rates of shops at one moment; all of them exactly 0 where nobody regretted anything.
struct ShopRegrets: Sendable {
    private let now: Int64
    private let usual: Double

    init(_ world: World, at now: Int64) {
        self.now = now
        usual = world.service.usual(at: now)
    }

    /// Of the shop behind an item; of a video, the mean over the shops of its goods; as everybody's where none is known.
    func rate(of record: borrowing ItemRecord, in world: World) -> Float {
        if usual == 0 { return 0 }
        if record.shop >= 0 { return world.subjects[record.shop].service.rate(usual: usual, at: now) }
        var sum: Float = 0, count: Float = 0
        for product in record.products where world.items[product].shop >= 0 {
            sum += world.subjects[world.items[product].shop].service.rate(usual: usual, at: now)
            count += 1
        }
        return count > 0 ? sum / count : Float(usual)
    }
}
