import Carts
import Flows
import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import Orders
import Stock
import Store

/// From lines to a placed order: the buyer sees every price, and confirms again what changed.
struct CheckoutPages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/checkout") { try await show($0, $1) }
        router.post("/checkout") { try await place($0, $1) }
    }

    private func show(_ request: Request, _ context: Context) async throws -> Response {
        let buyer = try context.person().person
        let cart: PresentedCart
        var isWhole = true
        if let variant = request.query("variant").flatMap({ VariantID($0) }) {
            let quantity = try request.query("quantity", in: 1...Int(Carts.maximumQuantity), default: 1)
            let slate = request.query("slate").flatMap { SlateID($0) }
            cart = try await PresentCart(market)(only: variant, quantity: Int64(quantity), slate: slate, for: buyer)
            isWhole = false
        } else {
            cart = try await PresentCart(market)(of: buyer)
        }
        let address = try await market.orders.lastAddress(of: buyer)
        let currency = request.query("currency").flatMap { Currency($0) }
        let draft = CheckoutDraft(cart, in: currency, isWholeCart: isWhole)
        return try await page(draft, AddressForm(address), request, context)
    }

    private func place(_ request: Request, _ context: Context) async throws -> Response {
        let buyer = try context.person().person
        let form = try await Form(request, context)
        let shown = try form.all("line").map { try ShownLine(field: $0) }
        let typed = AddressForm(form)
        do {
            let address = try typed.address()
            let key = try IdempotencyKey(caller: buyer.description, text: try form.required("key"))
            let placed = try await PlaceOrder(market)(shown, to: address, by: buyer, key: key)
            let payment = try await SettlePayments(market).begin(
                placed.group, by: buyer, returnTo: "/orders/groups/\(placed.group)/return")
            return Frame.redirect(payment)
        } catch let problem as any Problem where Self.canBeMended(problem) {
            let cart = try await current(shown, of: buyer, isWholeCart: form["mode"] != "single")
            var draft = CheckoutDraft(cart, in: nil, isWholeCart: form["mode"] != "single")
            draft.seen = shown
            return try await page(draft, typed, problem: problem, request, context)
        }
    }

    private static func canBeMended(_ problem: any Problem) -> Bool {
        problem is CheckoutProblem || problem is OutOfStock || problem is InvalidField
            || problem is IdempotencyKeyReused
    }

    /// The same lines as they stand now.
    private func current(_ shown: [ShownLine], of buyer: PersonID, isWholeCart: Bool) async throws -> PresentedCart {
        if !isWholeCart, let line = shown.first {
            return try await PresentCart(market)(only: line.variant, quantity: line.quantity, slate: line.slate, for: buyer)
        }
        return try await PresentCart(market)(of: buyer)
    }

    private func page(
        _ draft: CheckoutDraft, _ address: AddressForm, problem: (any Problem)? = nil, _ request: Request,
        _ context: Context
    ) async throws -> Response {
        var content = draft.view(context)
        let field = (problem as? InvalidField).flatMap { AddressForm.names.contains($0.field) ? $0 : nil }
        content["fields"] = address.fields(context, invalid: field)
        content["message"] = maybe(field == nil ? problem?.sentence(in: context.language) : nil)
        content["isConfirmation"] = if case .priceChanged = problem as? CheckoutProblem { true } else { false }
        content["key"] = market.source.secret(bytes: 16)
        var page = Page(.checkout, context.words(.checkoutTitle), .cart, content)
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }
}

/// The lines that a checkout page shows.
struct CheckoutDraft {
    private let parcels: [(parcel: PresentedCart.Parcel, lines: [PresentedCart.Line])]
    private let total: Money?
    private let isWholeCart: Bool
    private let leavesOut: Bool
    /// What the buyer saw before, when prices have changed since.
    var seen: [ShownLine] = []

    /// The lines of one currency that can be bought; without a currency, that of the newest line.
    init(_ cart: PresentedCart, in wanted: Currency?, isWholeCart: Bool) {
        let buyable = cart.lines.filter(\.isBuyable)
        let currency = wanted ?? buyable.first?.price?.amount.currency
        parcels = cart.parcels.compactMap { parcel in
            let lines = parcel.lines.filter { $0.isBuyable && $0.price?.amount.currency == currency }
            return lines.isEmpty ? nil : (parcel, lines)
        }
        total = cart.totals.first { $0.currency == currency }
        leavesOut = parcels.reduce(0) { $0 + $1.lines.count } < cart.lines.count
        self.isWholeCart = isWholeCart
    }

    func view(_ context: Context) -> View {
        [
            "hasLines": !parcels.isEmpty, "leftOut": leavesOut && !parcels.isEmpty,
            "mode": isWholeCart ? "cart" : "single",
            "totalText": total.map(context.format.money) ?? "",
            "parcels": parcels.map { parcel, lines in
                var view = View(parcel, context)
                view["lines"] = lines.map { line($0, context) }
                return view
            },
        ]
    }

    private func line(_ line: PresentedCart.Line, _ context: Context) -> View {
        let amount = line.price?.amount ?? Money(0, .cny)
        let shown = ShownLine(
            variant: line.variant.id, quantity: line.line.quantity, amount: amount.amount, slate: line.line.slate)
        var view = View(line, context)
        view["shown"] = shown.field
        view["quantity"] = String(line.line.quantity)
        view["wasText"] = false
        if let before = seen.first(where: { $0.variant == line.variant.id }), before.amount != amount.amount {
            let old = context.format.money(Money(before.amount, amount.currency))
            view["wasText"] = context.words(.priceChanged, old, context.format.money(amount))
        }
        return view
    }
}

extension ShownLine {
    /// The hidden field `variant:quantity:amount:slate`.
    var field: String { "\(variant):\(quantity):\(amount):\(slate?.description ?? "")" }

    /// Reads ``field``.
    ///
    /// - Throws: ``InvalidField``.
    init(field text: String) throws {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 4, let variant = VariantID(parts[0]), let quantity = Int64(parts[1]),
            let amount = Int64(parts[2])
        else { throw InvalidField("line", "must be variant:quantity:amount:slate.", zh: "格式不正确。") }
        self.init(variant: variant, quantity: quantity, amount: amount, slate: SlateID(parts[3]))
    }
}

/// The address as it is typed.
struct AddressForm: Sendable {
    static let names = ["name", "phone", "region", "city", "street"]
    private let values: [String: String]

    init(_ address: Address?) {
        guard let address else {
            values = [:]
            return
        }
        values = [
            "name": address.name, "phone": address.phone, "region": address.region, "city": address.city,
            "street": address.street,
        ]
    }

    init(_ form: Form) {
        values = Dictionary(Self.names.map { ($0, form[$0] ?? "") }, uniquingKeysWith: { first, _ in first })
    }

    /// - Throws: ``InvalidField``.
    func address() throws -> Address {
        try Address(
            name: values["name"] ?? "", phone: values["phone"] ?? "", region: values["region"] ?? "",
            city: values["city"] ?? "", street: values["street"] ?? "")
    }

    func fields(_ context: Context, invalid: InvalidField?) -> [View] {
        let kinds: [(name: String, label: Word, type: String, autocomplete: String, limit: Int)] = [
            ("name", .recipient, "text", "name", 60), ("phone", .phone, "tel", "tel", 20),
            ("region", .region, "text", "address-level1", 60), ("city", .city, "text", "address-level2", 60),
            ("street", .street, "text", "street-address", 200),
        ]
        return kinds.map { kind in
            let reason = context.language == .zh ? invalid?.reasonChinese : invalid?.reason
            return [
                "name": kind.name, "label": context.words(kind.label), "type": kind.type,
                "value": values[kind.name] ?? "",
                "autocomplete": kind.autocomplete, "limit": String(kind.limit), "isWide": kind.name == "street",
                "error": maybe(invalid?.field == kind.name ? reason : nil),
            ]
        }
    }
}
