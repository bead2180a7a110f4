import Allocations
import Coupons
import Decisions
import Experiments
import Journal
import Kernel
import Store
import Synchronization

/// Who gets a coupon for which the platform pays: an experiment's arms while it is measured, and then whoever it surely
/// creates more for than it costs, v − λ·cost + μ·experience > 0 at the published prices. Nobody else.
///
/// It answers from memory, and what it knows is swapped as a whole.
public final class CouponArms: Sendable {
    /// Whether somebody gets a coupon, and what is to be told about it.
    struct Answer: Sendable, Equatable {
        let isGranted: Bool
        var exposure: Exposure?

        static let refused = Answer(isGranted: false)
    }

    /// What a coupon is worth to an audience, by the allocation that named it last.
    struct Offer: Sendable {
        let allocation: AllocationID
        let currency: Currency
        let choice: OptionChoice
        /// People of the audience when it was allocated.
        let people: Int
    }

    struct Standing: Sendable {
        var assignments: Assignments
        let prices: [Currency: PublishedPrices]
        /// The best option of each audience, by the coupon that it names.
        let offers: [CouponID: [Audience: Offer]]
    }

    private let experiments: Experiments
    private let store: any Store
    private let standing = Mutex<Standing?>(nil)
    let told = ToldExposures()

    init(experiments: Experiments, store: any Store) { (self.experiments, self.store) = (experiments, store) }

    /// Reads what holds now; the room's assignments are those that were loaded last.
    public func load() async throws {
        guard let assignments = experiments.assignments else { return }
        let fresh = try await store.read { try Self.standing(assignments, in: $0) }
        standing.withLock { $0 = fresh }
    }

    /// Takes other assignments; what is in force stays.
    func adopt(_ assignments: Assignments?) {
        guard let assignments else { return }
        standing.withLock { $0?.assignments = assignments }
    }

    static func standing(_ assignments: Assignments, in transaction: any Transaction) throws -> Standing {
        let prices = Dictionary(
            try Allocations.prices(in: transaction).map { ($0.currency, $0) }, uniquingKeysWith: { first, _ in first })
        var offers: [CouponID: [Audience: Offer]] = [:]
        for stored in try Allocations.list(limit: 100, in: transaction) {
            let named = Set(stored.outcome.choices.compactMap { CouponID($0.option) }).subtracting(offers.keys)
            guard !named.isEmpty, try Decisions.find(stored.decision, in: transaction).state != .stopped else {
                continue
            }
            // Known from now on, so that an older allocation has no more say about them.
            for coupon in named { offers[coupon] = [:] }
            for (audience, offer) in best(of: stored, prices[stored.request.currency]) {
                if let coupon = CouponID(offer.choice.option), named.contains(coupon) {
                    offers[coupon]?[audience] = offer
                }
            }
        }
        return Standing(assignments: assignments, prices: prices, offers: offers)
    }

    private static func best(of stored: StoredAllocation, _ prices: PublishedPrices?) -> [Audience: Offer] {
        guard let prices else { return [:] }
        var best: [Audience: Offer] = [:]
        for group in stored.request.groups {
            guard let audience = Audience(name: group.name) else { continue }
            let own = stored.outcome.choices.filter { $0.group == group.name }
            let choice = own.max { prices.net($0) < prices.net($1) }
            best[audience] = choice.map {
                Offer(
                    allocation: stored.id, currency: stored.request.currency, choice: $0, people: group.people)
            }
        }
        return best
    }

    /// Whether `person` gets `coupon` now.
    ///
    /// - Parameter earlier: what the person brought before, asked only when it matters.
    func answer(
        _ coupon: Coupon, for person: PersonID, at now: Instant, earlier: () throws -> Earlier
    ) rethrows -> Answer {
        guard coupon.terms.funding.platform.value > 0 else { return Answer(isGranted: true) }
        guard let standing = standing.withLock({ $0 }) else { return .refused }
        return try standing.answer(coupon.id, for: person, at: now, earlier: earlier)
    }

    /// The exposure, when it is the first of today.
    func first(_ exposure: Exposure?) -> Exposure? {
        guard let exposure, let assignments = standing.withLock({ $0?.assignments }) else { return nil }
        return told.first(exposure, in: assignments.experiments(of: .coupons))
    }
}

extension CouponArms.Standing {
    func answer(
        _ coupon: CouponID, for person: PersonID, at now: Instant, earlier: () throws -> Earlier
    ) rethrows -> CouponArms.Answer {
        let place = assignments.place(of: person, lever: .coupons, at: now)
        if case .heldOut = place { return .refused }
        let about = assignments.experiments(of: .coupons).filter { experiment in
            experiment.terms.arms.contains { $0.treatment == coupon.description }
        }
        var own: Assignments.Answer?
        if case .arm(let answer) = place, about.contains(where: { $0.id == answer.exposure.experiment }) {
            own = answer
        }
        if !about.contains(where: { $0.purpose == .measure }) {
            // Held back or not, only those count whom the coupon would reach.
            guard try reaches(coupon, person, earlier) else { return .refused }
            guard own != nil else { return CouponArms.Answer(isGranted: true) }
        }
        // While it is measured, nobody outside of the experiment gets it.
        return own.map { CouponArms.Answer(isGranted: $0.treatment == coupon.description, exposure: $0.exposure) }
            ?? .refused
    }

    private func reaches(_ coupon: CouponID, _ person: PersonID, _ earlier: () throws -> Earlier) rethrows -> Bool {
        guard let offers = offers[coupon], !offers.isEmpty else { return false }
        guard let offer = offers[assignments.audience(of: person, try earlier())],
            let prices = prices[offer.currency]
        else { return false }
        let (net, slack) = (prices.net(offer.choice), 1e-9 * max(1, abs(offer.choice.value)))
        guard prices.allocation == offer.allocation else { return net > 0 }
        // At exactly zero lies the margin that λ is the price of: as many as the budget reached get it, drawn by chance.
        guard net > -slack, offer.choice.people > 0 else { return false }
        let place = Double(assignments.bucket("margin/\(coupon)", of: person))
        return place * Double(offer.people) < Double(offer.choice.people) * Double(BucketSet.size)
    }
}

extension PublishedPrices {
    func net(_ choice: OptionChoice) -> Double {
        net(value: choice.value, cost: choice.cost, experience: choice.experience)
    }
}
