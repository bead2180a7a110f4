import AfterSales
import Ledger
import Live
import Orders
import Payments
import Warehouse

/// The state machines of trade as Mermaid drawings, made from the tables that decide; docs/trade.md holds them.
public enum StateMachines {
    /// Name and drawing of each.
    public static var drawings: [(name: String, mermaid: String)] {
        [
            ("Order", draw(OrderState.transitions)),
            ("Payment", draw(PaymentState.transitions)),
            ("Refund", draw(RefundState.transitions)),
            ("After-sale case", draw(AfterSaleMachine.transitions)),
            ("Payout", draw(PayoutState.transitions)),
            ("Parcel", draw(ShipmentState.transitions)),
            ("Inbound order", draw(InboundOrder.State.transitions)),
            ("Live session", draw(LiveState.transitions)),
        ]
    }

    private static func draw<State: RawRepresentable & CaseIterable & Hashable>(
        _ transitions: [State: Set<State>]
    ) -> String where State.RawValue == String {
        let lines = State.allCases.flatMap { from in
            transitions[from, default: []].map(\.rawValue).sorted().map { "    \(from.rawValue) --> \($0)" }
        }
        let ends = State.allCases.filter { transitions[$0, default: []].isEmpty }.map { "    \($0.rawValue) --> [*]" }
        return diagram(start: State.allCases.first.map(\.rawValue), lines + ends)
    }

    private static func draw(
        _ transitions: [(from: AfterSaleState, event: AfterSaleEvent, to: AfterSaleState)]
    ) -> String {
        let lines = transitions.map { "    \($0.from.rawValue) --> \($0.to.rawValue): \($0.event.rawValue)" }
        let ends = AfterSaleState.allCases.filter { !$0.isOpen }.map { "    \($0.rawValue) --> [*]" }
        return diagram(start: AfterSaleState.requested.rawValue, lines + ends)
    }

    private static func diagram(start: String?, _ lines: [String]) -> String {
        (["```mermaid", "stateDiagram-v2", "    [*] --> \(start ?? "")"] + lines + ["```"]).joined(separator: "\n")
    }
}
