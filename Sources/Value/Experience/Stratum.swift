import Kernel

/// A group of people (or orders, or cases) who are alike in what is known of all of them before anybody is asked.
///
/// The number sorts groups so that neighbours are alike, since small groups are put together with their neighbour.
public struct Stratum: Sendable, Hashable, Comparable {
    /// Stands in the store.
    public let code: Int64

    /// A group that was stored.
    public init(code: Int64) { self.code = code }

    public static func < (left: Self, right: Self) -> Bool { left.code < right.code }

    /// Where in the marketplace somebody was met.
    public enum Field: Int64, Sendable, CaseIterable {
        case feed = 0, centre, shop

        var title: Localized {
            switch self {
            case .feed: Localized(en: "feed", zh: "内容场")
            case .centre: Localized(en: "search and mall", zh: "中心场")
            case .shop: Localized(en: "shop", zh: "店铺")
            }
        }
    }

    /// Somebody who was seen: visitor or person, orders before, first met where.
    static func person(hasAccount: Bool, orders: Int64, field: Field) -> Stratum {
        Stratum(code: (hasAccount || orders > 0 ? 1 + level(orders) : 0) * 10 + field.rawValue)
    }

    /// A received order: days it took, and orders of the buyer.
    static func order(took: Duration?, orders: Int64) -> Stratum {
        let days = took.map { $0.milliseconds / 86_400_000 } ?? 0
        let delay: Int64 = days < 3 ? 0 : days < 5 ? 1 : days < 8 ? 2 : 3
        return Stratum(code: 100 + delay * 10 + level(orders))
    }

    /// An ended case: whether the platform was called in, whether the buyer got something, whether the shop was at fault.
    static func ended(isDisputed: Bool, isGranted: Bool, isFaultOfShop: Bool) -> Stratum {
        Stratum(code: 200 + (isDisputed ? 20 : 0) + (isGranted ? 0 : 10) + (isFaultOfShop ? 1 : 0))
    }

    /// 0 none, 1 one, 2 two to four, 3 more.
    private static func level(_ orders: Int64) -> Int64 { orders < 2 ? max(0, orders) : orders < 5 ? 2 : 3 }

    /// Who they are, in words.
    public var title: Localized {
        let (tens, ones) = (code % 100 / 10, code % 10)
        switch code / 100 {
        case 1:
            let delays = [("0–2 days", "0–2 天"), ("3–4 days", "3–4 天"), ("5–7 days", "5–7 天"), ("over a week", "超过一周")]
            let delay = delays[Int(min(tens, 3))]
            let buyer = Self.buyers[Int(min(ones, 3))]
            return Localized(en: "arrived in \(delay.0) · \(buyer.0)", zh: "\(delay.1)送达 · \(buyer.1)")
        case 2:
            let dispute = tens >= 2 ? ("disputed", "平台介入") : ("settled by the shop", "商家处理")
            let outcome = tens % 2 == 0 ? ("granted", "已满足") : ("not granted", "未满足")
            let fault = ones == 1 ? ("shop's fault", "商家原因") : ("other reason", "其他原因")
            return Localized(
                en: "\(dispute.0), \(outcome.0), \(fault.0)", zh: "\(dispute.1)、\(outcome.1)、\(fault.1)")
        default:
            let who = tens == 0 ? ("visitors", "访客") : Self.buyers[Int(min(tens - 1, 3))]
            let field = Field(rawValue: ones)?.title ?? Localized(en: "")
            return Localized(en: "\(who.0) · \(field.en)", zh: "\(who.1) · \(field.zh)")
        }
    }

    private static let buyers = [
        ("never bought", "未购买"), ("1 order", "1 单"), ("2–4 orders", "2–4 单"), ("5 or more orders", "5 单及以上"),
    ]
}

/// A week from Monday 00:00 UTC, counted from that of 1969-12-29.
public enum SurveyWeek {
    /// The week of a moment.
    public static func number(of instant: Instant) -> Int64 {
        Int64((Double(instant.milliseconds + 3 * 86_400_000) / 604_800_000).rounded(.down))
    }

    /// When a week begins.
    public static func start(of number: Int64) -> Instant {
        Instant(milliseconds: number * 604_800_000 - 3 * 86_400_000)
    }
}
