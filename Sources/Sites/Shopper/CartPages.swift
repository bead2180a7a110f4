import Carts
import Flows
import HTTP
import HTTPTypes
import Hummingbird
import Kernel
import Pricing
import Stock
import Store

/// The cart over all shops, with what everything costs now.
struct CartPages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/cart") { try await show($0, $1) }
        router.post("/cart/lines") { try await add($0, $1) }
        router.post("/cart/lines/{variant}") { try await setQuantity($0, $1) }
        router.post("/cart/lines/{variant}/remove") { try await remove($0, $1) }
    }

    private func show(_ request: Request, _ context: Context, problem: (any Problem)? = nil) async throws -> Response {
        let cart = try await PresentCart(market)(of: try context.anybody().person)
        var content = CartView(cart, context).view
        content["message"] = maybe(problem?.sentence(in: context.language))
        content["removed"] = maybe(removed(request))
        var page = Page(.cart, context.words(.cart), .cart, content)
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    /// What was just removed, so that it can be put back.
    private func removed(_ request: Request) -> View? {
        guard let variant = request.query("removed").flatMap({ VariantID($0) }),
            let quantity = request.query("quantity").flatMap({ Int64($0) }),
            (1...Carts.maximumQuantity).contains(quantity)
        else { return nil }
        return ["variant": variant.description, "quantity": String(quantity)]
    }

    private func add(_ request: Request, _ context: Context) async throws -> Response {
        let form = try await Form(request, context)
        let person = try context.anybody().person
        let variant: VariantID = try form.identifier("variant")
        let quantity = try form.number("quantity") ?? 1
        let slate = form["slate"].flatMap { SlateID($0) }
        if form["buy"] != nil {
            let source = slate.map { "&slate=\($0)" } ?? ""
            return Frame.redirect("/checkout?variant=\(variant)&quantity=\(quantity)\(source)")
        }
        let key = try form["key"].map { try IdempotencyKey(caller: person.description, text: $0) }
        do {
            try await AddToCart(market)(variant, quantity: quantity, slate: slate, for: person, key: key)
        } catch let problem as any Problem where problem is OutOfStock || problem is CartFull || problem is InvalidField
        {
            return try await show(request, context, problem: problem)
        }
        if let product = form["product"].flatMap({ ProductID($0) }) {
            return Frame.redirect("/products/\(product)?variant=\(variant)&added=1")
        }
        return Frame.redirect(form.next(else: "/cart"))
    }

    private func setQuantity(_ request: Request, _ context: Context) async throws -> Response {
        let form = try await Form(request, context)
        let quantity = try form.number("quantity") ?? 1
        do {
            try await ChangeCart(market)(
                try context.identifier("variant", "cart line"), to: quantity, for: try context.anybody().person)
        } catch let problem as InvalidField {
            return try await show(request, context, problem: problem)
        }
        return Frame.redirect("/cart")
    }

    private func remove(_ request: Request, _ context: Context) async throws -> Response {
        _ = try await Form(request, context)
        let variant: VariantID = try context.identifier("variant", "cart line")
        let person = try context.anybody().person
        let quantity = try await market.store.write { try Carts.remove(variant, from: person, in: $0) }
        // One that is gone already is what was wanted.
        return Frame.redirect(quantity.map { "/cart?removed=\(variant)&quantity=\($0)" } ?? "/cart")
    }
}

/// A cart as its page shows it.
struct CartView {
    let view: View

    init(_ cart: PresentedCart, _ context: Context) {
        let format = context.format
        // Two hundred lines that find these at hand spare the template a climb for each tag.
        let common: View = ["w": Wording(language: context.language), "formToken": context.formToken]
        view = [
            "hasLines": !cart.lines.isEmpty, "hasUnbuyable": cart.lines.contains { !$0.isBuyable },
            "parcels": cart.parcels.map { parcel in
                var view = View(parcel, context)
                view["lines"] = parcel.lines.map { Self.line($0, context).merging(common) }
                return view
            },
            "totals": cart.totals.map { total in
                [
                    "text": format.money(total),
                    "href": cart.totals.count > 1 ? "/checkout?currency=\(total.currency)" : "/checkout",
                ] as View
            },
        ]
    }

    private static func line(_ line: PresentedCart.Line, _ context: Context) -> View {
        let format = context.format
        var view = View(line, context)
        view["variant"] = line.variant.id.description
        view["quantity"] = String(line.line.quantity)
        view["lineClass"] = line.isBuyable ? "line" : "line line--out"
        view["hasList"] = line.price?.list != nil
        view["changeText"] = false
        if line.priceChanged, let now = line.price?.amount {
            let before = format.money(Money(line.line.shownAmount, now.currency))
            view["changeText"] = context.words(.priceChanged, before, format.money(now))
        }
        view["stockText"] =
            line.price == nil
            ? context.words(.offShelf)
            : line.available <= 0
                ? context.words(.stockGone)
                : line.isBuyable ? false : context.words(.stockShort, String(line.available))
        return view
    }
}

extension View {
    /// A shop above its lines.
    init(_ parcel: PresentedCart.Parcel, _ context: Context) {
        self = [
            "shop": parcel.shop.name.text(in: context.language), "shopHref": "/shops/\(parcel.shop.id)",
            "shopLogo": maybe(parcel.shop.logo.map { "/media/\($0)" }),
        ]
    }

    /// What cart and checkout both show of a line.
    init(_ line: PresentedCart.Line, _ context: Context) {
        let spec = line.variant.spec.text(in: context.language)
        self = [
            "href": "/products/\(line.product.id)?variant=\(line.variant.id)",
            "image": maybe(line.product.media.first.map { "/media/\($0)" }),
            "title": line.product.title.text(in: context.language), "spec": maybe(spec.isEmpty ? nil : spec),
            "listText": maybe(context.format.money(line.price?.list?.amount, line.price?.list?.currency)),
            "ruleText": maybe(line.reason?.rule.word.map { context.words($0) }),
            "priceText": line.price.map { context.format.money($0.amount) } ?? "—",
        ]
    }
}
