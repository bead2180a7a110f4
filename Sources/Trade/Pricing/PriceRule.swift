import Kernel

/// Why a variant costs what it costs.
public enum PriceRule: String, Sendable, Codable, CaseIterable {
    /// The price of the catalogue.
    case list
    /// A shop's price for a time.
    case deal
    /// A price for members of a tier.
    case member
    /// The price that a host named in a live session.
    case live
    /// So many units in a flash lot.
    case flash
}

/// A price of a variant under a rule, for a half-open time `[start, end)`.
public struct PriceOffer: Sendable, Equatable {
    /// The offer.
    public let id: PriceOfferID
    /// The shop.
    public let shop: ShopID
    /// The variant.
    public let variant: VariantID
    /// ``PriceRule/deal``, ``PriceRule/member`` or ``PriceRule/live``.
    public let rule: PriceRule
    /// For whom: the tier of a member price, the session of a live price; empty for everybody.
    public let audience: String
    /// What one unit costs.
    public let price: Money
    /// When it starts.
    public let startsAt: Instant
    /// When it is over; this instant is no more part of it.
    public let endsAt: Instant
    /// The IANA time zone in which its times were meant.
    public let zone: String

    /// An offer.
    public init(
        id: PriceOfferID, shop: ShopID, variant: VariantID, rule: PriceRule, audience: String = "", price: Money,
        startsAt: Instant, endsAt: Instant, zone: String = TimeZoneName.shanghai.text
    ) {
        self.id = id
        self.shop = shop
        self.variant = variant
        self.rule = rule
        self.audience = audience
        self.price = price
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.zone = zone
    }
}

extension PriceOffer {
    /// Names it in an order's line; a live price names its session too, which is what the buyer knows it by.
    var source: String { rule == .live ? "\(audience)/\(id)" : "\(id)" }
}

/// Who asks for a price, as far as offers look at it.
public struct PriceAudience: Sendable, Equatable {
    /// The tier of everybody who has joined a shop; there is no other yet.
    public static let shopMember = "member"

    /// Tiers that the person holds at the shop.
    public var tiers: Set<String>
    /// The live sessions that the person watches and that are on air, by their identifiers' text.
    public var liveSessions: Set<String>

    /// Somebody who holds these tiers and watches these sessions.
    public init(tiers: Set<String> = [], liveSessions: Set<String> = []) {
        self.tiers = tiers
        self.liveSessions = liveSessions
    }

    func sees(_ offer: PriceOffer) -> Bool {
        switch offer.rule {
        case .deal: true
        case .member: tiers.contains(offer.audience)
        case .live: liveSessions.contains(offer.audience)
        case .list, .flash: false
        }
    }
}

/// A price and what set it; an order's line keeps all three.
public struct ResolvedPrice: Sendable, Equatable, Codable {
    /// What one unit costs.
    public let amount: Money
    /// What set it.
    public let rule: PriceRule
    /// The version of the precedence that chose the rule.
    public let version: Int
    /// The offer or the flash lot behind it; for a live price `lvs_…/ofr_…`, the session and the offer.
    public let source: String?

    /// A price.
    public init(amount: Money, rule: PriceRule, version: Int, source: String? = nil) {
        self.amount = amount
        self.rule = rule
        self.version = version
        self.source = source
    }
}

/// Which rule goes before which.
///
/// The order has versions, since a sale is explained by the version that made it: a later one changes no past sale.
/// Rules of one rank are equals, and the lowest of their prices holds: a member never pays more for being one.
public enum PricePrecedence {
    /// Every version, the highest rank first.
    public static let versions: [Int: [Set<PriceRule>]] = [
        1: [[.flash], [.list]],
        2: [[.live], [.flash], [.member, .deal], [.list]],
    ]

    /// The version by which prices are set now.
    public static let current = 2

    /// The price that holds.
    ///
    /// Only offers in the currency of the catalogue's price and below it count: no offer makes anything dearer. Of equal
    /// offers the earliest made holds.
    ///
    /// - Parameters:
    ///   - catalogue: the price of the catalogue.
    ///   - member: the catalogue's price for members of the shop.
    ///   - flash: the price and number of a running flash lot that is not sold out.
    ///   - version: one of ``versions``; an unknown one counts as the current.
    public static func resolve(
        catalogue: Money, member: Money? = nil, offers: [PriceOffer], flash: (price: Money, lot: FlashLotID)? = nil,
        for audience: PriceAudience, at now: Instant, version: Int = current
    ) -> ResolvedPrice {
        let version = versions[version] == nil ? current : version
        var candidates = offers.filter { $0.startsAt <= now && now < $0.endsAt && audience.sees($0) }.sorted {
            ($0.price.amount, $0.id) < ($1.price.amount, $1.id)
        }.map { ResolvedPrice(amount: $0.price, rule: $0.rule, version: version, source: $0.source) }
        if let member, audience.tiers.contains(PriceAudience.shopMember) {
            candidates.append(ResolvedPrice(amount: member, rule: .member, version: version))
        }
        if let flash {
            candidates.append(
                ResolvedPrice(amount: flash.price, rule: .flash, version: version, source: "\(flash.lot)"))
        }
        let lower = candidates.filter { candidate in
            candidate.amount.currency == catalogue.currency && candidate.amount.amount < catalogue.amount
        }
        for rank in versions[version, default: []] {
            let first = lower.filter { rank.contains($0.rule) }.min { $0.amount.amount < $1.amount.amount }
            if let first { return first }
        }
        return ResolvedPrice(amount: catalogue, rule: .list, version: version)
    }
}
