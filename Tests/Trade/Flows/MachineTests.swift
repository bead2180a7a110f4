import AfterSales
import Alliance
import Kernel
import Ledger
import Orders
import Payments
import Testing

/// Numbers from a seed.
private struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

@Suite("Machines against what a person would say") struct MachineTests {
    @Test("20,000 random cases: money moves once and for a reason, goods before money, the end is the end")
    func cases() {
        for seed in 0..<20_000 as Range<UInt64> {
            var random = Seeded(state: seed)
            let kind = AfterSaleKind.allCases.randomElement(using: &random) ?? .refund
            var (state, history): (AfterSaleState, [AfterSaleEvent]) = (.requested, [])
            for _ in 0..<40 {
                let event = AfterSaleEvent.allCases.randomElement(using: &random) ?? .approve
                guard let next = AfterSaleMachine.next(state, event, kind: kind) else { continue }
                #expect(state.isOpen, "seed \(seed): \(history) then \(event)")
                history.append(event)
                state = next
            }
            check(kind, state, history, seed)
        }
    }

    private func check(_ kind: AfterSaleKind, _ state: AfterSaleState, _ history: [AfterSaleEvent], _ seed: UInt64) {
        func index(_ event: AfterSaleEvent) -> Int? { history.firstIndex(of: event) }
        let place: Testing.Comment = "seed \(seed): \(kind) \(history)"
        #expect(history.count { $0 == .confirmRefund } <= 1, place)
        // Money is confirmed only after somebody agreed, decided, or the goods were right.
        if let confirmed = index(.confirmRefund) {
            let causes: [AfterSaleEvent] = [.approve, .decideForBuyer, .passInspection]
            #expect(causes.contains { index($0).map { $0 < confirmed } ?? false }, place)
            #expect(state == .completed, place)
        }
        // Goods come back only when they were to; a replacement goes out only after they did.
        if kind == .refund || kind == .priceProtection { #expect(index(.sendBack) == nil, place) }
        if let shipped = index(.shipReplacement) {
            #expect(kind == .exchange && (index(.passInspection) ?? 99) < shipped, place)
            #expect(index(.confirmRefund) == nil, place)
        }
        if let passed = index(.passInspection) { #expect((index(.sendBack) ?? 99) < passed, place) }
        if history.contains(.decideForShop) { #expect(state == .closed, place) }
    }

    @Test("10,000 random lives of orders, payments, refunds and payouts keep to their order of things")
    func others() {
        for seed in 0..<10_000 as Range<UInt64> {
            var random = Seeded(state: seed)
            let orders = walk(OrderState.transitions, from: .placed, &random)
            if let completed = orders.firstIndex(of: .completed) {
                #expect(orders.prefix(completed).elementsEqual([.placed, .paid, .shipped]), "seed \(seed)")
            }
            if orders.contains(.cancelled) { #expect(!orders.contains(.shipped), "seed \(seed)") }
            let payments = walk(PaymentState.transitions, from: .pending, &random)
            // Money that is ours stays ours until a refund says otherwise.
            if let paid = payments.firstIndex(of: .succeeded) { #expect(paid == payments.count - 1, "seed \(seed)") }
            let refunds = walk(RefundState.transitions, from: .pending, &random)
            #expect(refunds.count { $0 == .succeeded } <= 1, "seed \(seed)")
            let payouts = walk(PayoutState.transitions, from: .requested, &random)
            #expect(payouts.count { $0 == .claimed } <= 1, "seed \(seed)")
            if payouts.contains(.paid) { #expect(payouts == [.requested, .claimed, .paid], "seed \(seed)") }
        }
    }

    private func walk<State: CaseIterable & Hashable & RawRepresentable>(
        _ transitions: [State: Set<State>], from start: State, _ random: inout Seeded
    ) -> [State] where State.RawValue == String {
        var path = [start]
        for _ in 0..<12 {
            guard let wanted = Array(State.allCases).randomElement(using: &random), let last = path.last,
                transitions[last, default: []].contains(wanted)
            else { continue }
            path.append(wanted)
        }
        return path
    }

    @Test("Less commission holds from midnight in China, more at once")
    func planRule() {
        let noon = Instant(milliseconds: 1_772_352_000_000)  // 2026-03-01T08:00Z, 16:00 in China
        let less = PlanRuleProbe.effective(500, after: 1_000, at: noon)
        #expect(less.rfc3339 == "2026-03-01T16:00:00.000Z")
        #expect(PlanRuleProbe.effective(1_000, after: 500, at: noon) == noon)
        #expect(PlanRuleProbe.effective(500, after: 500, at: noon) == noon)
    }
}

private enum PlanRuleProbe {
    static func effective(_ rate: Int64, after current: Int64, at now: Instant) -> Instant {
        PlanRule.effective(of: BasisPoints(rate), after: BasisPoints(current), at: now)
    }
}
