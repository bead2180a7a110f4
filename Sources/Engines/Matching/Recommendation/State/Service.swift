/// How goods, or a shop's goods together, serve: what was sold and what of that was regretted, a mass a kind, all decayed
/// alike so that whoever mends their ways is forgiven.
struct Service: Sendable, Hashable {
    var purchases = LogMass()
    var refunds = LogMass()
    var lateDeliveries = LogMass()
    var complaints = LogMass()

    private static let halfLife: Int64 = 84 * 86_400_000
    /// Purchases that are taken to have gone as they usually do, before it shows how they go.
    private static let prior = 20.0

    mutating func sell(at time: Int64) { purchases.add(1, at: time, halfLife: Self.halfLife) }

    mutating func regret(_ kind: Event.Kind, at time: Int64) {
        switch kind {
        case .refund: refunds.add(1, at: time, halfLife: Self.halfLife)
        case .lateDelivery: lateDeliveries.add(1, at: time, halfLife: Self.halfLife)
        default: complaints.add(1, at: time, halfLife: Self.halfLife)
        }
    }

    /// Regrets a purchase in the order of ``Event/Kind/regrets``, smoothed towards what is `usual`.
    func rates(usual: SIMD4<Double>, at now: Int64) -> SIMD4<Double> {
        (regrets(at: now) + Self.prior * usual) / (value(purchases, now) + Self.prior)
    }

    /// Regrets a purchase of everybody's together.
    func usual(at now: Int64) -> SIMD4<Double> { regrets(at: now) / (value(purchases, now) + Self.prior) }

    private func regrets(at now: Int64) -> SIMD4<Double> {
        SIMD4(value(refunds, now), value(lateDeliveries, now), value(complaints, now), 0)
    }

    @inline(__always)
    private func value(_ mass: LogMass, _ now: Int64) -> Double { mass.value(at: now, halfLife: Self.halfLife) }
}

extension World {
    mutating func sell(_ item: Int32, at time: Int64) {
        service.sell(at: time)
        counters[item].service.sell(at: time)
        let shop = items[item].shop
        if shop >= 0 { subjects[shop].service.sell(at: time) }
    }

    mutating func regret(_ kind: Event.Kind, _ item: Int32, at time: Int64) {
        service.regret(kind, at: time)
        counters[item].service.regret(kind, at: time)
        let shop = items[item].shop
        if shop >= 0 { subjects[shop].service.regret(kind, at: time) }
    }
}

/// The regret rates of goods at one moment: an item's are smoothed towards its shop's, a shop's towards what is usual.
struct RegretRates: Sendable {
    private let now: Int64
    private let usual: SIMD4<Double>
    /// Whether anybody regretted anything; else all rates are 0.
    let areKnown: Bool

    init(_ world: World, at now: Int64) {
        self.now = now
        usual = world.service.usual(at: now)
        areKnown = usual.sum() > 0
    }

    /// Refunds, late deliveries and complaints a purchase, and all regrets a purchase of the shop. Of a video or room, the
    /// means over its goods.
    func rates(of record: borrowing ItemRecord, _ service: Service, in world: World) -> SIMD4<Float> {
        if record.products.isEmpty { return rates(service, shop: record.shop, world) }
        var sum = SIMD4<Float>()
        for place in record.products.indices {
            let product = record.products[place]
            sum += rates(world.counters[product].service, shop: world.items[product].shop, world)
        }
        return sum / Float(record.products.count)
    }

    private func rates(_ service: Service, shop: Int32, _ world: World) -> SIMD4<Float> {
        let expected = shop >= 0 ? world.subjects[shop].service.rates(usual: usual, at: now) : usual
        var rates = SIMD4<Float>(service.rates(usual: expected, at: now))
        rates[3] = Float(expected.sum())
        return rates
    }
}
