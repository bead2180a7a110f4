import Allocations
import Experiments
import Feed
import HTTP
import Hummingbird
import Kernel

/// λ and μ that hold now in a currency.
struct PublishedPricesBody: Documented {
    let currency: Currency
    let allocation: AllocationID
    let decision: DecisionID
    /// λ: value that the last unit of money buys.
    let lambda: Double
    /// μ: value, in minor units, given up for the last point of experience of one person.
    let mu: Double
    let publishedAt: Instant
    static let example = PublishedPricesBody(
        currency: .cny, allocation: Identifier(rawValue: 17), decision: Identifier(rawValue: 14), lambda: 1.2, mu: 40,
        publishedAt: Instant(milliseconds: 0))
}

/// Coupons to be allocated by what an experiment found.
struct NewCouponAllocationBody: Documented {
    /// A running decision.
    let decision: DecisionID
    /// An experiment of coupons on persons.
    let experiment: ExperimentID
    let name: String
    /// The platform's money in minor units.
    let budget: Double
    /// Of what people paid, the share that is left after goods and delivery, in basis points.
    let margin: Int64
    /// What the mean experience must not fall below, in NPS points; what the experience budget has left holds besides.
    let experienceFloor: Double?
    static let example = NewCouponAllocationBody(
        decision: Identifier(rawValue: 14), experiment: Identifier(rawValue: 15), name: "Spring coupons",
        budget: 3_000_000, margin: 2_500, experienceFloor: -0.2)
}

/// Rates to be set.
struct NewExchangeRatesBody: Documented {
    /// A running decision.
    let decision: DecisionID
    let rates: ExchangeRates
    static let example = NewExchangeRatesBody(decision: Identifier(rawValue: 14), rates: .example)
}

/// The rates that hold.
struct ExchangeRatesBody: Documented {
    let decision: DecisionID
    let rates: ExchangeRates
    let since: Instant
    static let example = ExchangeRatesBody(
        decision: Identifier(rawValue: 14), rates: .example, since: Instant(milliseconds: 0))
}

extension ExchangeRates: Documented {
    public static let example = ExchangeRates(
        currency: .cny, like: 20, refundPoints: 8, reportPoints: 15, notInterestedPoints: 1, refundCost: 900,
        lateDeliveryPoints: 3, complaintPoints: 12, lateDeliveryCost: 200, complaintCost: 1_500)
}

extension PublishedPricesBody {
    init(_ prices: PublishedPrices) {
        self.init(
            currency: prices.currency, allocation: prices.allocation, decision: prices.decision, lambda: prices.money,
            mu: prices.experience, publishedAt: prices.publishedAt)
    }
}

extension MarketplaceAPI {
    /// λ and μ, and what reads them.
    func addPriceRoutes(to api: API) {
        let access = Access.role([.operator], .operate)
        api.route(
            .get, "/allocation-prices", "listAllocationPrices",
            "λ and μ that hold now, by currency: what ranking and coupons reckon with.", access: access
        ) { [market] _ in Page(items: try await KeepAllocations(market).desk().prices.map(PublishedPricesBody.init)) }
        api.route(
            .post, "/coupon-allocations", "allocateCoupons",
            "Allocates the coupons that an experiment tried to kinds of buyers, by what it found, in the name of a "
                + "running decision.", access: access, body: NewCouponAllocationBody.self, status: .created
        ) { [market] call in
            let body = call.body
            return AllocationBody(
                try await KeepAllocations(market).allocate(
                    CouponAllocation(
                        from: body.experiment, named: body.name, budget: body.budget,
                        margin: BasisPoints(body.margin), floor: body.experienceFloor,
                        for: body.decision), try call.command))
        }
        api.route(
            .get, "/exchange-rates", "readExchangeRates",
            "What dissatisfaction costs beside a like; ranking turns it into weights by the published prices.",
            access: access
        ) { [market] _ in
            guard let rates = try await KeepAllocations(market).desk().rates else { throw NotFound("exchange rates") }
            return ExchangeRatesBody(decision: rates.decision, rates: rates.value, since: rates.since)
        }
        api.route(
            .put, "/exchange-rates", "setExchangeRates", "Sets the rates in the name of a running decision.",
            access: access, body: NewExchangeRatesBody.self
        ) { [market] call in
            let keep = KeepAllocations(market)
            try await keep.setRates(call.body.rates, for: call.body.decision, try call.command)
            guard let rates = try await keep.desk().rates else { throw NotFound("exchange rates") }
            return ExchangeRatesBody(decision: rates.decision, rates: rates.value, since: rates.since)
        }
    }
}
