import AfterSales
import Flows
import Foundation
import Ledger
import Orders
import Payments
import Testing

@Suite("State machines") struct DrawingTests {
    @Test("docs/trade.md shows every machine as the code has it")
    func documentIsCurrent() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let document = try String(contentsOf: root.appending(path: "docs/trade.md"), encoding: .utf8)
        for (name, mermaid) in StateMachines.drawings {
            #expect(
                document.contains("### \(name)\n\(mermaid)"), "Run `quanyu machines` and put the \(name) drawing there."
            )
        }
    }

    @Test("Every state can be reached, and every open one can be left")
    func reachable() {
        func check<State: CaseIterable & Hashable>(_ transitions: [State: Set<State>], from start: State) {
            var (reached, waiting): (Set<State>, [State]) = ([start], [start])
            while let state = waiting.popLast() {
                for next in transitions[state, default: []] where reached.insert(next).inserted {
                    waiting.append(next)
                }
            }
            #expect(reached == Set(State.allCases))
        }
        check(OrderState.transitions, from: .placed)
        check(PaymentState.transitions, from: .pending)
        check(RefundState.transitions, from: .pending)
        check(PayoutState.transitions, from: .requested)
        var cases: [AfterSaleState: Set<AfterSaleState>] = [:]
        for transition in AfterSaleMachine.transitions { cases[transition.from, default: []].insert(transition.to) }
        check(cases, from: .requested)
        for state in AfterSaleState.allCases { #expect(state.isOpen == (cases[state] != nil), "\(state)") }
    }

    @Test("Silence leads every case to its end, whatever its kind, without a loop")
    func silence() {
        for kind in AfterSaleKind.allCases {
            for start in AfterSaleState.allCases {
                var (state, steps) = (start, 0)
                while let lapse = AfterSaleMachine.lapse(of: state),
                    let next = AfterSaleMachine.next(state, lapse, kind: kind)
                {
                    (state, steps) = (next, steps + 1)
                    #expect(steps < 10)
                }
                let waits: Set<AfterSaleState> = [.disputed, .refunding]
                let isReachable = kind == .exchange || (start != .replacing && start != .replacementShipped)
                #expect(!state.isOpen || waits.contains(state) || !isReachable, "\(kind) from \(start): \(state)")
            }
        }
    }
}
