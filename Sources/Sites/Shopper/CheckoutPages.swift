import Carts
import Coupons
import Flows
import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import Orders
import Stock
import Store

/// From lines to a placed order: the buyer sees every price, coupon and fee, and confirms again what changed.
struct CheckoutPages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/checkout") { try await show($0, $1) }
        router.post("/checkout") { try await send($0, $1) }
    }

    private func show(_ request: Request, _ context: Context) async throws -> Response {
        let buyer = try context.person().person
        let cart: PresentedCart
        var isWhole = true
        if let variant = request.query("variant").flatMap({ VariantID($0) }) {
            let quantity = try request.query("quantity", in: 1...Int(Carts.maximumQuantity), default: 1)
            let slate = request.query("slate").flatMap { SlateID($0) }
            let line = ShownLine(variant: variant, quantity: Int64(quantity), amount: 0, slate: slate)
            cart = try await PresentCart(market)(only: line, for: buyer)
            isWhole = false
        } else {
            cart = try await PresentCart(market)(of: buyer)
        }
        let address = try await market.orders.lastAddress(of: buyer)
        let currency = request.query("currency").flatMap { Currency($0) }
        let draft = CheckoutDraft(cart, in: currency, isWholeCart: isWhole)
        return try await quoted(draft, AddressForm(address), .best, request, context)
    }

    /// What the buyer pressed: the order, other coupons, a new coupon, or a new total.
    private func send(_ request: Request, _ context: Context) async throws -> Response {
        let buyer = try context.person().person
        let form = try await Form(request, context)
        let shown = try form.all("line").map { try ShownLine(field: $0) }
        let typed = AddressForm(form)
        let choice = form.couponChoice
        do {
            if let coupon = try form.wantedCoupon {
                let command = try form.command(by: try context.person(), "claim \(coupon)")
                _ = try await OfferCoupons(market).claim(coupon.id, code: coupon.code, command)
                return try await again(shown, form, typed, .best, request, context)
            }
            if form["update"] != nil { return try await again(shown, form, typed, choice, request, context) }
            let address = try typed.address()
            let key = try IdempotencyKey(caller: buyer.description, text: try form.required("key"))
            let quote = form["quote"].flatMap { QuoteID($0) }
            if let quote, try await !holds(quote, choice, for: buyer) {
                return try await again(shown, form, typed, choice, isConfirmation: true, request, context)
            }
            let basket = quote.map { PlaceOrder.Basket(quote: $0) } ?? PlaceOrder.Basket(shown)
            let placed = try await PlaceOrder(market)(basket, to: address, by: buyer, key: key)
            let payment = try await SettlePayments(market).begin(placed: placed.group, by: buyer)
            return Frame.redirect(payment)
        } catch let problem as any Problem where Self.canBeMended(problem) {
            return try await again(shown, form, typed, choice, after: problem, request, context)
        }
    }

    /// Whether a quote has the coupons that are chosen now. One that is placed already has whatever it had.
    private func holds(_ id: QuoteID, _ choice: CouponChoice, for buyer: PersonID) async throws -> Bool {
        guard case .these(let chosen) = choice, let quote = try? await MakeQuote(market).find(id, of: buyer) else {
            return true
        }
        return Set(quote.coupons.map(\.coupon)) == Set(chosen)
    }

    private static func canBeMended(_ problem: any Problem) -> Bool {
        problem is CheckoutProblem || problem is OutOfStock || problem is InvalidField
            || problem is IdempotencyKeyReused || problem is QuoteChanged || problem is CouponProblem
            || problem is NotFound
    }

    /// The same lines as they stand now.
    private func again(
        _ shown: [ShownLine], _ form: Form, _ typed: AddressForm, _ choice: CouponChoice,
        after problem: (any Problem)? = nil, isConfirmation: Bool = false, _ request: Request, _ context: Context
    ) async throws -> Response {
        let buyer = try context.person().person
        let isWhole = form["mode"] != "single"
        let cart: PresentedCart
        if !isWhole, let line = shown.first {
            cart = try await PresentCart(market)(only: line, for: buyer)
        } else {
            cart = try await PresentCart(market)(of: buyer)
        }
        var draft = CheckoutDraft(cart, in: nil, isWholeCart: isWhole)
        draft.isConfirmation = isConfirmation
        draft.seen = shown
        if let changed = problem as? QuoteChanged {
            draft.quote = changed.quote
            draft.changes = changed.changes
            return try await page(draft, typed, problem: changed, request, context)
        }
        return try await quoted(draft, typed, choice, problem: problem, request, context)
    }

    /// The page with a new quote; what can't be quoted is said instead.
    private func quoted(
        _ before: CheckoutDraft, _ address: AddressForm, _ choice: CouponChoice, problem: (any Problem)? = nil,
        _ request: Request, _ context: Context
    ) async throws -> Response {
        var draft = before
        guard !draft.wanted.isEmpty else { return try await page(draft, address, problem: problem, request, context) }
        let buyer = try context.person().person
        do {
            let wanted = MakeQuote.Wanted(draft.wanted, to: address.region, coupons: choice, trims: true)
            draft.quote = try await MakeQuote(market)(wanted, for: buyer)
        } catch let other as any Problem where Self.canBeMended(other) {
            if other is CouponProblem {
                return try await quoted(before, address, .best, problem: problem ?? other, request, context)
            }
            return try await page(draft, address, problem: problem ?? other, request, context)
        }
        return try await page(draft, address, problem: problem, request, context)
    }

    private func page(
        _ before: CheckoutDraft, _ address: AddressForm, problem: (any Problem)? = nil, _ request: Request,
        _ context: Context
    ) async throws -> Response {
        var draft = before
        draft.coupons = try await market.coupons.claimed(by: try context.person().person).map(\.coupon)
        draft.offered = try await GrantCoupons(market).offered(
            at: draft.shops, to: try context.person().person, limit: 20)
        var content = draft.view(at: market.source.now, context)
        let field = (problem as? InvalidField).flatMap { AddressForm.names.contains($0.field) ? $0 : nil }
        content["fields"] = address.fields(context, invalid: field)
        content["message"] = maybe(field == nil ? problem?.sentence(in: context.language) : nil)
        content["isConfirmation"] =
            if case .priceChanged = problem as? CheckoutProblem { true } else {
                draft.isConfirmation || problem is QuoteChanged
            }
        content["key"] = market.source.secret(bytes: 16)
        var page = Page(.checkout, context.words(.checkoutTitle), .cart, content)
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }
}

extension Form {
    /// The coupons that are chosen on the page; the best where the page had none to choose from.
    fileprivate var couponChoice: CouponChoice {
        let groups = all("coupon-group")
        guard !groups.isEmpty else { return self["quote"] == nil ? .these([]) : .best }
        return .these(groups.compactMap { self["coupon-\($0)"].flatMap { CouponID($0) } })
    }

    /// A coupon to be taken: by a tap, or by the code that was typed.
    fileprivate var wantedCoupon: (id: CouponID?, code: String?)? {
        get throws {
            if let tapped = self["claim"] { return (CouponID(tapped), nil) }
            return self["use-code"] == nil ? nil : (nil, try required("code"))
        }
    }
}
