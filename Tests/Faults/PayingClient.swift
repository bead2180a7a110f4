import Foundation
import Harness
import Sequences

/// A buyer who orders, pays at the test provider and cancels, in an order that a seed chooses, and remembers what was
/// acknowledged. What was in doubt when the server died is sent again, with its key where it has one.
actor PayingClient {
    /// An order and what the server has said about it.
    struct Purchase: Sendable {
        let group: String
        let payment: String
        let variant: String
        let quantity: Int64
        var isPaid = false
        var isCancelled = false
    }

    private enum Command {
        case place(key: String, quantity: Int64, goods: Int)
        case pay(Int)
        case cancel(Int, key: String)
    }

    let email: String
    private(set) var purchases: [Purchase] = []
    private var jar: [String: String] = [:]
    private var isKnown = false
    private var pending: Command?
    private var commands = 0
    private var random: SplitMix
    private let goods: [Goods]

    init(_ number: Int, goods: [Goods], seed: UInt64) {
        email = "payer\(number)-\(seed)@example.com"
        random = SplitMix(state: seed &+ UInt64(number) &* 7_919)
        self.goods = goods
    }

    /// Buys until a request fails; `moment` is told before and after every request of the checkout.
    func work(at address: String, _ moment: Acknowledgements) async {
        let caller = Caller(address, cookies: jar)
        do {
            try await enter(caller)
            while true {
                let command = pending ?? next()
                pending = command
                try await run(command, caller) { moment.add() }
            }
        } catch { jar = caller.jar }
    }

    /// Sends what is in doubt again.
    func recover(at address: String) async throws {
        let caller = Caller(address, cookies: jar)
        try await enter(caller)
        if let command = pending { try await run(command, caller) {} }
        // A buyer who sees the order unpaid goes back to pay; some of the reservations have run out by now.
        if let late = purchases.indices.last(where: { !purchases[$0].isPaid && !purchases[$0].isCancelled }) {
            try await run(.pay(late), caller) {}
        }
        jar = caller.jar
    }

    private func enter(_ caller: Caller) async throws {
        guard !isKnown else { return }
        let made = try await caller.signUp(email)
        if made.problem == "email-taken" { _ = try await caller.signIn(email) }
        isKnown = true
        jar = caller.jar
    }

    private func next() -> Command {
        commands += 1
        let key = "\(email)-\(commands)"
        let choice = Int.random(in: 0..<10, using: &random)
        guard choice >= 4, let last = purchases.indices.last, !purchases[last].isCancelled else {
            let index = Int.random(in: 0..<goods.count, using: &random)
            return .place(key: key, quantity: Int64.random(in: 1...2, using: &random), goods: index)
        }
        if choice >= 8 { return .cancel(last, key: key) }
        return purchases[last].isPaid ? .cancel(last, key: key) : .pay(last)
    }

    private func run(_ command: Command, _ caller: Caller, _ moment: () -> Void) async throws {
        moment()
        switch command {
        case .place(let key, let quantity, let index):
            let answer = try await caller.order([goods[index]], quantity: quantity, key: key)
            guard answer.status == 201, let group = answer["group"], let payment = answer["payment"] else {
                throw HarnessProblem("An order was refused: \(answer.text)")
            }
            purchases.append(
                Purchase(group: group, payment: payment, variant: goods[index].variant, quantity: quantity))
        case .pay(let index):
            try await pay(purchases[index].payment, caller, moment)
            purchases[index].isPaid = true
            _ = try await caller.send("GET", "/orders/groups/\(purchases[index].group)/return")
        case .cancel(let index, let key):
            guard let order = try await order(of: purchases[index], caller)?["id"] as? String else {
                throw HarnessProblem("\(purchases[index].group) is gone")
            }
            let answer = try await caller.api("POST", "/orders/\(order)/cancellation", ["reason": "no"], key: key)
            guard answer.status == 200 else { throw HarnessProblem("A cancellation was refused: \(answer.text)") }
            purchases[index].isCancelled = true
        }
        pending = nil
        moment()
    }

    private func pay(_ payment: String, _ caller: Caller, _ moment: () -> Void) async throws {
        let page = try await caller.send("GET", "/test-provider/\(payment)")
        guard page.status == 200 else { throw HarnessProblem("The provider's page says \(page.status)") }
        let token = page.text.firstMatch(of: /name="form_token" value="([^"]*)"/)?.1 ?? ""
        moment()
        let answer = try await caller.send(
            "POST", "/test-provider/\(payment)", body: Data("decision=pay&form_token=\(token)".utf8),
            headers: ["Content-Type": "application/x-www-form-urlencoded"])
        guard answer.status < 400 else { throw HarnessProblem("The provider took no money: \(answer.status)") }
    }

    private func order(of purchase: Purchase, _ caller: Caller) async throws -> [String: Any]? {
        try await caller.orders().first { $0["group"] as? String == purchase.group }
    }

    /// What the server knows differently from what it acknowledged, in sentences; money on its way is waited for.
    func differences(at address: String) async throws -> [String] {
        let caller = Caller(address, cookies: jar)
        let wanted = Dictionary(
            purchases.map { ($0.group, $0.isCancelled ? "cancelled" : $0.isPaid ? "paid" : "placed") },
            uniquingKeysWith: { first, _ in first })
        var found: [String] = []
        let isSettled = try? await eventually("\(email)'s orders stand as acknowledged", within: .seconds(20)) {
            found = []
            var seen: [String: Int] = [:]
            for order in try await caller.orders() {
                let (group, state) = (order["group"] as? String ?? "", order["state"] as? String ?? "")
                seen[group, default: 0] += 1
                if wanted[group] != state {
                    found.append("\(group) is \(state), \(wanted[group] ?? "nothing") expected")
                }
            }
            for group in wanted.keys where seen[group] != 1 {
                found.append("\(group) is there \(seen[group] ?? 0) times")
            }
            return found.isEmpty ? true : nil
        }
        return isSettled == true ? [] : found
    }
}
