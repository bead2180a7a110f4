import Foundation
import Harness
import Synchronization

/// Counts acknowledged writes and does something at the one that was chosen.
final class Acknowledgements: Sendable {
    private let count = Mutex(0)
    private let chosen: Int
    private let action: @Sendable () -> Void

    init(at chosen: Int, do action: @escaping @Sendable () -> Void) {
        self.chosen = chosen
        self.action = action
    }

    var total: Int { count.withLock { $0 } }

    func add() {
        let now = count.withLock { count in
            count += 1
            return count
        }
        if now == chosen { action() }
    }
}

/// A shopper who writes without a pause and remembers what was acknowledged. What was under way when the server died is
/// sent again with its key afterwards, as every careful client does.
actor LoadClient {
    /// A command that may be sent again.
    private enum Command {
        case order(key: String, quantity: Int64, goods: Int)
        case cart(key: String, quantity: Int64)
    }

    let email: String
    private(set) var isKnown = false
    private(set) var groups: [String: String] = [:]
    private(set) var sold: [String: Int64] = [:]
    private(set) var inCart: Int64 = 0
    /// Attention spans that were acknowledged; each is sent once, so it names its touchpoint.
    private(set) var spans: Set<Int64> = []
    private var pending: Command?
    private var steps = 0
    private var jar: [String: String] = [:]
    private let number: Int
    private let goods: [Goods]

    /// - Parameter goods: the last is only put into the cart, the others are only ordered.
    init(_ number: Int, goods: [Goods], run: String) {
        self.number = number
        self.goods = goods
        email = "client\(number)-\(run)@example.com"
    }

    /// Writes until a request fails.
    func work(at address: String, _ acknowledgements: Acknowledgements) async {
        let caller = Caller(address, cookies: jar)
        while (try? await step(caller, acknowledgements)) == true {}
        jar = caller.jar
    }

    /// Sends what is in doubt again. The account too: a sign-up without an answer either happened or did not.
    func recover(at address: String) async throws {
        let caller = Caller(address, cookies: jar)
        if !isKnown { try await enter(caller) }
        if let command = pending { try await run(command, caller) }
        jar = caller.jar
    }

    private func enter(_ caller: Caller) async throws {
        let made = try await caller.signUp(email)
        if made.problem == "email-taken" {
            let entered = try await caller.signIn(email)
            guard entered.status == 201 else { throw HarnessProblem("\(email) can't sign in: \(entered.text)") }
        } else if made.status != 201 {
            throw HarnessProblem("\(email) can't sign up: \(made.text)")
        }
        isKnown = true
    }

    /// One write; false when the server refuses because it is stopping.
    private func step(_ caller: Caller, _ acknowledgements: Acknowledgements) async throws -> Bool {
        defer { steps += 1 }
        if !isKnown {
            try await enter(caller)
        } else if let command = pending {
            try await run(command, caller)
        } else if steps % 3 == 0 {
            try await touch(caller)
        } else {
            let key = "\(number)-\(steps)"
            let command: Command =
                steps % 3 == 1
                ? .order(key: key, quantity: Int64(1 + steps % 2), goods: (steps + number) % (goods.count - 1))
                : .cart(key: key, quantity: 1)
            pending = command
            try await run(command, caller)
        }
        acknowledgements.add()
        return true
    }

    private func touch(_ caller: Caller) async throws {
        let span = Int64(number * 100_000 + steps)
        let touchpoint: [String: any Sendable] = ["kind": "view", "subject": goods[0].product, "dwell": span]
        let answer = try await caller.api("POST", "/touchpoints", ["touchpoints": [touchpoint]])
        guard answer.status == 202 else { throw HarnessProblem("A touchpoint was refused: \(answer.text)") }
        spans.insert(span)
    }

    private func run(_ command: Command, _ caller: Caller) async throws {
        switch command {
        case .order(let key, let quantity, let index):
            let item = goods[index]
            let answer = try await caller.order([item], quantity: quantity, key: key)
            guard answer.status == 201, let group = answer["group"] else {
                throw HarnessProblem("An order was refused: \(answer.text)")
            }
            groups[key] = group
            sold[item.variant, default: 0] += quantity
        case .cart(let key, let quantity):
            let line: [String: any Sendable] = ["variant": goods[goods.count - 1].variant, "quantity": quantity]
            let answer = try await caller.api("POST", "/cart/lines", line, key: key)
            guard answer.status == 200 else { throw HarnessProblem("The cart was refused: \(answer.text)") }
            inCart += quantity
        }
        pending = nil
    }

    /// What the server knows differently from what it acknowledged, in sentences.
    func differences(at address: String) async throws -> [String] {
        let caller = Caller(address, cookies: jar)
        var found: [String] = []
        let me = try await caller.api("GET", "/me")
        if me["email"] != email { found.append("\(email) is not signed in any more: \(me.text)") }
        let theirs = try await caller.orders().compactMap { $0["group"] as? String }
        let ours = groups.values.sorted()
        if theirs.sorted() != ours {
            found.append("\(email) has \(theirs.count) orders, \(ours.count) were acknowledged")
        }
        let cart = try await caller.api("GET", "/cart").list("lines")
        let units = cart.compactMap { $0["quantity"] as? Int }.reduce(0, +)
        if Int64(units) != inCart {
            found.append("\(email) has \(units) units in the cart, \(inCart) were acknowledged")
        }
        jar = caller.jar
        return found
    }
}
