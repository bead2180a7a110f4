import HTTP
import Hummingbird
import Kernel
import Payments

/// Our books held against the provider's.
struct ReconciliationBody: Documented {
    /// The provider.
    let provider: String
    /// Payments and refunds on which both agree.
    let matched: Int
    let totals: [TotalBody]
    let differences: [DifferenceBody]
    static let example = ReconciliationBody(
        provider: "stripe", matched: 1_204, totals: [.example], differences: [.example])
}

/// What moved in one currency, in minor units.
struct TotalBody: Documented {
    let kind: String
    let currency: Currency
    let ours: Int64
    let theirs: Int64
    static let example = TotalBody(kind: "payment", currency: .cny, ours: 9_420_000, theirs: 9_410_200)
}

/// One thing that does not agree.
struct DifferenceBody: Documented {
    let fault: String
    let kind: String
    let id: String?
    let reference: String?
    let ours: Money?
    let theirs: Money?
    let at: Instant
    static let example = DifferenceBody(
        fault: "missingThere", kind: "payment", id: "pay_…", reference: "pi_…", ours: Money(9_800, .cny),
        theirs: Money(9_800, .cny), at: Instant(milliseconds: 0))
}

/// The time that books are compared for.
struct PeriodBody: Documented {
    let from: Instant
    let until: Instant
    static let example = PeriodBody(from: Instant(milliseconds: 0), until: Instant(milliseconds: 86_400_000))
}

/// How many lost webhooks were made up for.
struct CaughtUpBody: Documented {
    let applied: Int
    static let example = CaughtUpBody(applied: 2)
}

extension MarketplaceAPI {
    func addReconciliationRoutes(to api: API) {
        api.route(
            .get, "/reconciliation", "readReconciliation",
            "Payments and refunds that began in a period, in our books and in the provider's; what does not agree.",
            access: .role([.operator], .operate),
            query: [
                QueryParameter("from", "keeps to this time and later; 7 days before `until` without it", .time),
                QueryParameter("until", "keeps to what is earlier; now without it", .time),
            ]
        ) { [market] call in
            let until = try Self.time("until", call.request) ?? market.source.now
            let from = try Self.time("from", call.request) ?? until - .days(7)
            let period = try Self.period(from, until)
            let found = try await ReconcilePayments(market)(period, by: try call.context.person())
            return ReconciliationBody(found, provider: market.provider.name)
        }
        api.route(
            .post, "/reconciliation/catch-ups", "catchUpPayments",
            "Does what lost webhooks would have done, for what is done at the provider only. Again, it changes nothing.",
            access: .role([.operator], .operate), body: PeriodBody.self
        ) { [market] call in
            let period = try Self.period(call.body.from, call.body.until)
            let applied = try await ReconcilePayments(market).catchUp(period, by: try call.context.person())
            return CaughtUpBody(applied: applied)
        }
    }

    private static func period(_ from: Instant, _ until: Instant) throws -> Range<Instant> {
        guard from < until else {
            throw InvalidField("until", "must be after the start.", zh: "结束时间须晚于开始时间。")
        }
        return from..<until
    }
}

extension ReconciliationBody {
    init(_ found: Reconciliation, provider: String) {
        self.init(
            provider: provider, matched: found.matched,
            totals: found.totals.map {
                TotalBody(kind: $0.kind.rawValue, currency: $0.currency, ours: $0.ours, theirs: $0.theirs)
            },
            differences: found.differences.map {
                DifferenceBody(
                    fault: $0.fault.rawValue, kind: $0.kind.rawValue, id: $0.id, reference: $0.reference, ours: $0.ours,
                    theirs: $0.theirs, at: $0.time)
            })
    }
}
