import Foundation
import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import Ledger

/// What stands on somebody's accounts in one currency, in minor units.
struct BalanceBody: Documented {
    let currency: Currency
    /// Earned, and held back until receipt, return window and open cases are over.
    let held: Int64
    /// Can be paid out; negative when more was taken back than is left.
    let payable: Int64
    /// On its way to the bank.
    let payout: Int64
    /// Security.
    let deposit: Int64
    static let example = BalanceBody(currency: .cny, held: 830_000, payable: 124_500, payout: 0, deposit: 200_000)
}

/// One movement as its party sees it.
struct StatementLineBody: Documented {
    let entry: LedgerEntryID
    let at: Instant
    let kind: String
    let subject: String
    let account: String
    let component: String
    let line: OrderLineID?
    /// Positive to the party's favour.
    let amount: Money
    let note: String
    static let example = StatementLineBody(
        entry: Identifier(rawValue: 20), at: Instant(milliseconds: 0), kind: "sale", subject: "ord_…", account: "held",
        component: "price", line: Identifier(rawValue: 12), amount: Money(9_800, .cny), note: "")
}

/// In which currency to pay out.
struct PayoutRequestBody: Documented {
    let currency: Currency
    static let example = PayoutRequestBody(currency: .cny)
}

/// A payout.
struct PayoutBody: Documented {
    let id: PayoutID
    let party: String
    let amount: Money
    let state: String
    let reference: String?
    let createdAt: Instant
    let changedAt: Instant
    static let example = PayoutBody(
        id: Identifier(rawValue: 21), party: "shop:shp_…", amount: Money(124_500, .cny), state: "requested",
        reference: "bank 20260301", createdAt: Instant(milliseconds: 0), changedAt: Instant(milliseconds: 0))
}

/// What became of a payout.
struct PayoutResultBody: Documented {
    let arrived: Bool
    /// The bank's number, or why it failed.
    let reference: String
    static let example = PayoutResultBody(arrived: true, reference: "bank 20260301")
}

/// A security that a shop has left.
struct DepositBody: Documented {
    let amount: Money
    /// The bank's number; the same reference is booked once.
    let reference: String
    static let example = DepositBody(amount: Money(200_000, .cny), reference: "bank 20260201")
}

/// A line's part in a settlement.
struct SettledPartBody: Documented {
    let line: OrderLineID
    let amount: Money
    static let example = SettledPartBody(line: Identifier(rawValue: 12), amount: Money(8_300, .cny))
}

extension MarketplaceAPI {
    func addMoneyRoutes(to api: API) {
        addBooks(to: api, "/shops/{shop}", "Shop", "a shop", .shops) { call in
            let shop = try call.context.identifier("shop", "shop", as: ShopKind.self)
            try call.context.person().require(.money, at: shop)
            return .shop(shop)
        }
        addBooks(to: api, "/me/earnings", "My", "the caller as a creator", .content) { .creator(try $0.person) }
        addPayoutRequest(to: api, "/shops/{shop}", "Shop", "a shop", .shops) { call in
            let shop = try call.context.identifier("shop", "shop", as: ShopKind.self)
            try call.context.person().require(.money, at: shop)
            return .shop(shop)
        }
        addPayoutRequest(to: api, "/me/earnings", "My", "the caller as a creator", .content) {
            .creator(try $0.person)
        }
        addPayoutDesk(to: api)
    }

    /// Balances, statement and settlements of a party.
    private func addBooks(
        to api: API, _ path: String, _ name: String, _ whose: String, _ scope: Scope,
        party: @escaping @Sendable (Call<Nothing>) throws -> Party
    ) {
        api.route(
            .get, "\(path)/balances", "read\(name)Balances", "What stands on the accounts of \(whose), per currency.",
            access: .person(scope)
        ) { [market] call in
            Page(items: try await market.ledger.balances(of: try party(call)).map(BalanceBody.init))
        }
        api.respond(
            .get, "\(path)/statement", "read\(name)Statement",
            "Every movement on the accounts of \(whose), newest first; as CSV with format=csv.", access: .person(scope),
            query: [
                QueryParameter("cursor", "what `next` of the page before said"),
                QueryParameter("from", "keeps to this time and later", .time),
                QueryParameter("until", "keeps to what is earlier", .time),
                QueryParameter("format", "`csv` for a file of up to 10,000 rows with no pages", .oneOf(["csv"])),
            ], body: Nothing.self, answer: Page<StatementLineBody>.self
        ) { [self] call in try await statement(of: try party(call), call.request) }
        api.route(
            .get, "\(path)/settlements/{settlement}", "read\(name)Settlement",
            "Which lines a settlement made payable for \(whose).", access: .person(scope),
            query: [QueryParameter("offset", "how many to leave out", .integer(0...10_000_000))]
        ) { [market] call in
            let id = try call.context.identifier("settlement", "settlement", as: SettlementKind.self)
            let offset = try call.request.query("offset", in: 0...10_000_000, default: 0)
            let parts = try await market.ledger.settledParts(
                of: id, for: try party(call), limit: 200, offset: offset)
            return Page(items: parts.map { SettledPartBody(line: $0.line, amount: $0.amount) })
        }
        api.route(
            .get, "\(path)/payouts", "list\(name)Payouts", "Payouts to \(whose), newest first.", access: .person(scope),
            query: [QueryParameter("offset", "how many to leave out", .integer(0...10_000_000))]
        ) { [market] call in
            let offset = try call.request.query("offset", in: 0...10_000_000, default: 0)
            let payouts = try await market.ledger.payouts(of: try party(call), limit: 50, offset: offset)
            return Page(items: payouts.map(PayoutBody.init))
        }
    }

    private func addPayoutRequest(
        to api: API, _ path: String, _ name: String, _ whose: String, _ scope: Scope,
        party: @escaping @Sendable (Call<PayoutRequestBody>) throws -> Party
    ) {
        api.route(
            .post, "\(path)/payouts", "request\(name)Payout", "Sends \(whose) everything that is payable.",
            access: .person(scope), body: PayoutRequestBody.self, status: .created
        ) { [market] call in
            let payout = try await PayOut(market).request(
                to: try party(call), in: call.body.currency, try call.command)
            return PayoutBody(payout)
        }
    }

    /// What operators do with payouts and deposits.
    private func addPayoutDesk(to api: API) {
        api.route(
            .get, "/payouts", "listPayouts", "Payouts in a state, oldest first.",
            access: .role([.operator], .operate),
            query: [
                QueryParameter("state", "keeps to a state", .oneOf(["requested", "claimed", "paid", "failed"])),
                QueryParameter("offset", "how many to leave out", .integer(0...10_000_000)),
            ]
        ) { [market] call in
            let text = call.request.query("state") ?? PayoutState.requested.rawValue
            guard let state = PayoutState(rawValue: text) else {
                throw InvalidField("state", "is not a state of a payout.", zh: "提现状态无效。")
            }
            let offset = try call.request.query("offset", in: 0...10_000_000, default: 0)
            return Page(
                items: try await market.ledger.payouts(in: state, limit: 50, offset: offset).map(PayoutBody.init))
        }
        api.route(
            .post, "/payouts/{payout}/claim", "claimPayout", "Takes a payout to send it; it is claimed once.",
            access: .role([.operator], .operate)
        ) { [market] call in
            let id = try call.context.identifier("payout", "payout", as: PayoutKind.self)
            return PayoutBody(try await PayOut(market).claim(id, try call.command))
        }
        api.route(
            .post, "/payouts/{payout}/result", "finishPayout", "Says whether a payout arrived.",
            access: .role([.operator], .operate), body: PayoutResultBody.self
        ) { [market] call in
            let id = try call.context.identifier("payout", "payout", as: PayoutKind.self)
            return PayoutBody(
                try await PayOut(market).finish(
                    id, arrived: call.body.arrived, reference: call.body.reference, try call.command))
        }
        api.route(
            .post, "/shops/{shop}/deposits", "bookDeposit", "Books a security that a shop has left.",
            access: .role([.operator], .operate), body: DepositBody.self
        ) { [market] call in
            let shop = try call.context.identifier("shop", "shop", as: ShopKind.self)
            guard try await market.shops.shop(shop) != nil else { throw NotFound("shop") }
            try await PayOut(market).deposit(
                call.body.amount, by: shop, reference: call.body.reference, try call.command)
            return Page(items: try await market.ledger.balances(of: .shop(shop)).map(BalanceBody.init))
        }
    }

    private func statement(of party: Party, _ request: Request) async throws -> Response {
        let (from, until) = (try Self.time("from", request), try Self.time("until", request))
        if request.query("format") == "csv" { return try await statementFile(of: party, from, until) }
        let cursor = try request.cursor(as: Ledger.Cursor.self)
        let lines = try await market.ledger.statement(of: party, from: from, until: until, after: cursor, limit: 50)
        let next = lines.count == 50 ? lines.last.map { Ledger.Cursor(after: $0).description } : nil
        return try API.json(Page(items: lines.map(StatementLineBody.init), next: next))
    }

    private func statementFile(of party: Party, _ from: Instant?, _ until: Instant?) async throws -> Response {
        var csv = CSVWriter(header: StatementLine.csvHeader)
        let lines = try await market.ledger.statement(of: party, from: from, until: until, limit: 10_000)
        for line in lines { csv.append(line.csvFields) }
        return Response(csv: csv.text, named: "statement.csv")
    }

    static func time(_ name: String, _ request: Request) throws -> Instant? {
        guard let text = request.query(name) else { return nil }
        guard let time = Instant(rfc3339: text) else {
            throw InvalidField(name, "is not an RFC 3339 time.", zh: "时间格式无效。")
        }
        return time
    }
}

extension Call {
    /// The call as a command of its caller.
    var command: Command {
        get throws { Command(by: try context.person(), key: key, fingerprint: fingerprint) }
    }
}

extension BalanceBody {
    init(_ balance: PartyBalance) {
        self.init(
            currency: balance.currency, held: balance.amounts[.held] ?? 0, payable: balance.amounts[.payable] ?? 0,
            payout: balance.amounts[.payout] ?? 0, deposit: balance.amounts[.deposit] ?? 0)
    }
}

extension StatementLineBody {
    init(_ line: StatementLine) {
        self.init(
            entry: line.entry, at: line.at, kind: line.kind.rawValue, subject: line.subject,
            account: line.purpose.rawValue, component: line.component, line: line.line, amount: line.amount,
            note: line.note)
    }
}

extension PayoutBody {
    init(_ payout: Payout) {
        self.init(
            id: payout.id, party: payout.party.description, amount: payout.amount, state: payout.state.rawValue,
            reference: payout.reference, createdAt: payout.createdAt, changedAt: payout.changedAt)
    }
}
