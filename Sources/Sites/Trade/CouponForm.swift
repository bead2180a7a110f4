import Coupons
import HTTP
import Kernel

/// The form by which a shop or the platform offers a coupon.
struct CouponForm {
    private let form: Form?
    private let invalid: InvalidField?
    private let author: CouponFunder
    private let now: Instant
    private let context: Context

    /// - Parameters:
    ///   - form: what was typed before.
    ///   - invalid: what was wrong with it.
    init(_ form: Form?, _ invalid: InvalidField?, _ author: CouponFunder, at now: Instant, _ context: Context) {
        self.form = form
        self.invalid = invalid
        self.author = author
        self.now = now
        self.context = context
    }

    /// The fields, filled with what was typed.
    ///
    /// - Parameter products: options of the shop's goods; empty for a form without that choice.
    func view(_ products: [View]) -> View {
        let zone = TimeZoneName.shanghai
        var fields: [View] = [
            field("name", .couponName, isRequired: true), field("nameChinese", .couponNameChinese),
            field("amount", .couponAmount, mode: "decimal"), field("rate", .couponRate, mode: "decimal"),
            field("ceiling", .couponCeiling, mode: "decimal"),
            field("threshold", .couponThreshold, "0", mode: "decimal"),
            field("shopShare", .shopShare, author == .shop ? "100" : "0", mode: "decimal"),
            field("platformShare", .platformShare, author == .platform ? "100" : "0", mode: "decimal"),
            field("creatorShare", .creatorShare, "0", mode: "decimal"), field("creator", .creatorID),
            field("uses", .couponUses, "100", type: "number", isRequired: true),
            field("personLimit", .personLimit, "1", type: "number", isRequired: true),
            field("budget", .couponBudget, mode: "decimal", isRequired: true), field("code", .codeHelp),
            field("zone", .zone, zone.text, isRequired: true),
            field("startsAt", .planned, zone.local(now), type: "datetime-local", isRequired: true),
            field("endsAt", .planned, zone.local(now + .days(7)), type: "datetime-local", isRequired: true),
        ]
        for (index, word) in [DeskWord.startsAt, .endsAt].enumerated() {
            fields[fields.count - 2 + index]["label"] = context.words(word)
        }
        if author == .platform {
            fields += [field("shop", .scopeShop), field("decision", .decisionID, isRequired: true)]
        }
        let chosen = Set(form?.all("products") ?? [])
        return [
            "fields": fields, "hasProducts": !products.isEmpty,
            "products": products.map { option -> View in
                var option = option
                option["isOn"] = (option["value"] as? String).map(chosen.contains) ?? false
                return option
            },
        ]
    }

    private func field(
        _ name: String, _ word: PriceWord, _ fallback: String = "", type: String = "text", mode: String? = nil,
        isRequired: Bool = false
    ) -> View {
        let reason = context.language == .zh ? invalid?.reasonChinese : invalid?.reason
        return [
            "name": name, "label": context.words(word), "value": form.map { $0[name] ?? "" } ?? fallback,
            "type": type, "mode": maybe(mode), "isRequired": isRequired, "isWide": false,
            "error": maybe(invalid?.field == name ? reason : nil),
        ]
    }

    /// The terms that were typed.
    ///
    /// - Throws: ``InvalidField``.
    static func terms(_ form: Form, at shop: ShopID?, _ currency: Currency) throws -> CouponTerms {
        let zone = try TimeZoneName(try form.required("zone"))
        let products = try form.all("products").filter { !$0.isEmpty }.map { text in
            guard let id = ProductID(text) else {
                throw InvalidField("products", "must be products of the shop.", zh: "商品编号无效。")
            }
            return id
        }
        let scope: CouponScope =
            shop.map { products.isEmpty ? .shop($0) : .products($0, Set(products)) } ?? .everything
        let creator: PersonID? = form["creator"] == nil ? nil : try form.identifier("creator")
        return try CouponTerms(
            name: Localized(en: try form.required("name"), zh: form["nameChinese"]),
            benefit: try benefit(form, currency), threshold: try form.amount("threshold", currency) ?? 0, scope: scope,
            currency: currency,
            funding: CouponFunding(
                shop: try form.percent("shopShare") ?? 0, platform: try form.percent("platformShare") ?? 0,
                creator: try form.percent("creatorShare") ?? 0), creator: creator, code: form["code"],
            personLimit: try form.number("personLimit") ?? 1, uses: try form.number("uses") ?? 0,
            budget: try form.amount("budget", currency) ?? 0, startsAt: try form.time("startsAt", in: zone),
            endsAt: try form.time("endsAt", in: zone), zone: zone)
    }

    private static func benefit(_ form: Form, _ currency: Currency) throws -> CouponBenefit {
        if let amount = try form.amount("amount", currency) { return .amountOff(amount) }
        guard let rate = try form.percent("rate"), let ceiling = try form.amount("ceiling", currency) else {
            throw InvalidField("amount", "or both percent and the most must be named.", zh: "须填写减免金额，或比例与封顶金额。")
        }
        return .percentOff(BasisPoints(rate), ceiling: ceiling)
    }
}
