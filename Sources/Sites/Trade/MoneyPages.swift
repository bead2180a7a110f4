import Flows
import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import Ledger
import Store

/// What a shop or a creator has earned, down to every movement, and how they get it.
struct MoneyPages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }
    private static let pageSize = 30

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/shop-desk/{shop}/money") { try await show(try shop($1), $0, $1) }
        router.post("/shop-desk/{shop}/money/payouts") { try await payOut(to: try shop($1), $0, $1) }
        router.get("/me/earnings") { try await show(try creator($1), $0, $1) }
        router.post("/me/earnings/payouts") { try await payOut(to: try creator($1), $0, $1) }
    }

    /// Whose money a page shows, and where it stands.
    private struct Owner {
        let party: Party
        let path: String
        let api: String
        let shop: ShopID?
    }

    private func shop(_ context: Context) throws -> Owner {
        let shop: ShopID = try context.identifier("shop", "shop")
        try context.person().require(.money, at: shop)
        return Owner(
            party: .shop(shop), path: "/shop-desk/\(shop)/money", api: "/api/v1/shops/\(shop)/statement", shop: shop)
    }

    private func creator(_ context: Context) throws -> Owner {
        let person = try context.person().person
        return Owner(
            party: .creator(person), path: "/me/earnings", api: "/api/v1/me/earnings/statement", shop: nil)
    }

    private func show(
        _ owner: Owner, problem: (any Problem)? = nil, _ request: Request, _ context: Context
    ) async throws -> Response {
        let cursor = request.query("after").flatMap { Ledger.Cursor($0) }
        let balances = try await market.ledger.balances(of: owner.party)
        let lines = try await market.ledger.statement(of: owner.party, after: cursor, limit: Self.pageSize + 1)
        let shown = lines.prefix(Self.pageSize)
        let payouts = try await market.ledger.payouts(of: owner.party, limit: 10)
        let following =
            lines.count > Self.pageSize ? shown.last.map { "\(owner.path)?after=\(Ledger.Cursor(after: $0))" } : nil
        let title = owner.shop == nil ? context.words(.earnings) : context.words(.money)
        var content: View = [
            "title": title, "path": owner.path, "csv": "\(owner.api)?format=csv",
            "message": maybe(problem?.sentence(in: context.language)),
            "balances": balances.map { balance($0, context) }, "following": maybe(following),
            "lines": shown.map { line($0, context) }, "payouts": payouts.map { payout($0, context) },
            "key": market.source.secret(bytes: 16), "isCreator": owner.shop == nil,
        ]
        if let shop = owner.shop {
            content["shopID"] = shop.description
            content["shop"] = try await market.shops.shop(shop)?.name.text(in: context.language) ?? "—"
        }
        var page = Page(.money, title, .me, content)
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    private func payOut(to owner: Owner, _ request: Request, _ context: Context) async throws -> Response {
        let form = try await Form(request, context)
        let identity = try context.person()
        guard let currency = Currency(try form.required("currency")) else {
            throw InvalidField("currency", "is not a currency.", zh: "币种无效。")
        }
        do {
            _ = try await PayOut(market).request(
                to: owner.party, in: currency,
                try form.command(by: identity, "pay out \(owner.party) \(currency)"))
        } catch let problem as LedgerProblem {
            return try await show(owner, problem: problem, request, context)
        }
        return Frame.redirect(owner.path)
    }

    private func balance(_ balance: PartyBalance, _ context: Context) -> View {
        func text(_ purpose: Account.Purpose) -> String {
            context.format.money(Money(balance.amounts[purpose] ?? 0, balance.currency))
        }
        return [
            "currency": balance.currency.description, "held": text(.held), "payable": text(.payable),
            "payout": text(.payout), "deposit": text(.deposit), "canPayOut": (balance.amounts[.payable] ?? 0) > 0,
        ]
    }

    private func line(_ line: StatementLine, _ context: Context) -> View {
        [
            "what": context.words(line.kind.word), "time": context.format.time(line.at),
            "amount": context.format.money(line.amount), "isLess": line.amount.amount < 0, "subject": line.subject,
            "component": line.component,
        ]
    }

    private func payout(_ payout: Payout, _ context: Context) -> View {
        [
            "amount": context.format.money(payout.amount), "state": context.words(payout.state.word),
            "time": context.format.time(payout.createdAt), "reference": maybe(payout.reference),
        ]
    }
}

extension EntryKind {
    fileprivate var word: DeskWord {
        switch self {
        case .payment: .entryPayment
        case .sale: .entrySale
        case .refund: .entryRefund
        case .repayment: .entryRepayment
        case .commissionVoid: .entryCommissionVoid
        case .settlement: .entrySettlement
        case .payout: .entryPayout
        case .payoutPaid: .entryPayoutPaid
        case .deposit: .entryDeposit
        case .depositDraw: .entryDepositDraw
        case .reversal: .entryReversal
        }
    }
}

extension PayoutState {
    var word: DeskWord {
        switch self {
        case .requested: .payoutRequested
        case .claimed: .payoutClaimed
        case .paid: .payoutPaid
        case .failed: .payoutFailed
        }
    }
}
