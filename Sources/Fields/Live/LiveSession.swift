import Kernel
import Store

/// Where a session is in its life.
public enum LiveState: String, Sendable, Codable, CaseIterable, SQLReadable {
    /// Announced; its bag can be filled.
    case scheduled
    /// On air: its prices hold for who watches.
    case live
    /// Over for good.
    case ended
    /// Called off before it began.
    case cancelled

    /// Which state may follow which.
    public static let transitions: [Self: Set<Self>] = [
        .scheduled: [.live, .cancelled], .live: [.ended], .ended: [], .cancelled: [],
    ]

    /// Whether a session may go from here to `next`.
    public func canBecome(_ next: Self) -> Bool { Self.transitions[self, default: []].contains(next) }
    /// Whether it comes or runs.
    public var isOpen: Bool { !Self.transitions[self, default: []].isEmpty }
}

/// Who hosts a session: a creator (达播), or a shop by its staff (商家自播).
public enum LiveHost: Hashable, Sendable, LosslessStringConvertible {
    case creator(PersonID)
    case shop(ShopID)

    /// The identifier's text form.
    public var description: String {
        switch self {
        case .creator(let id): id.description
        case .shop(let id): id.description
        }
    }

    /// Reads ``description``.
    public init?(_ text: String) {
        if let id = PersonID(text) {
            self = .creator(id)
        } else if let id = ShopID(text) {
            self = .shop(id)
        } else {
            return nil
        }
    }

    /// The creator, if one hosts.
    public var creator: PersonID? { if case .creator(let id) = self { id } else { nil } }
    /// The shop, if one hosts.
    public var shop: ShopID? { if case .shop(let id) = self { id } else { nil } }
}

/// A live session; a class, since it holds several identifiers and is handed on a great deal.
public final class LiveSession: Sendable {
    /// The session.
    public let id: LiveSessionID
    /// Who hosts it.
    public let host: LiveHost
    /// What it is about.
    public let title: Localized
    /// Path of the picture under `/media`.
    public let cover: String?
    /// When it is planned to start.
    public let plannedAt: Instant
    /// Where it is in its life.
    public let state: LiveState
    /// The bag, in order.
    public let products: [ProductID]
    /// The product that the host shows now.
    public let pinned: ProductID?
    /// Words that nobody may write in its chat.
    public let bannedWords: BannedWords
    /// When it went on air.
    public let startedAt: Instant?
    /// When it ended.
    public let endedAt: Instant?
    /// When it was announced.
    public let createdAt: Instant

    init(_ row: SQLRow, products: [ProductID]) throws {
        guard let host = LiveHost(try row.get("host", as: String.self)) else { throw NotFound("live session") }
        id = try row.get("id")
        self.host = host
        title = Localized(en: try row.get("title_en"), zh: try row.get("title_zh"))
        cover = try row.get("cover")
        plannedAt = try row.get("planned_at")
        state = try row.get("state")
        pinned = try row.get("pinned")
        bannedWords = BannedWords(stored: try row.get("banned_words"))
        startedAt = try row.get("started_at")
        endedAt = try row.get("ended_at")
        createdAt = try row.get("created_at")
        self.products = products
    }
}

/// What a host announces.
public final class LivePlan: Sendable {
    /// Who hosts it.
    public let host: LiveHost
    let title: Localized
    let cover: String?
    let plannedAt: Instant
    /// The bag, in order.
    public let products: [ProductID]

    /// Checks the texts; a title in one language stands for both.
    ///
    /// - Parameters:
    ///   - plannedAt: when it is to start.
    ///   - products: the bag, in order.
    /// - Throws: ``InvalidField``.
    public init(
        by host: LiveHost, title: Localized, cover: String? = nil, plannedAt: Instant, products: [ProductID] = []
    ) throws {
        let (en, zh) = (title.en.isEmpty ? title.zh : title.en, title.zh.isEmpty ? title.en : title.zh)
        self.title = Localized(
            en: try ValidatedText(en, field: "title", length: 1...100).value,
            zh: try ValidatedText(zh, field: "titleChinese", length: 1...100).value)
        self.host = host
        self.cover = try cover.map(Self.path)
        self.plannedAt = plannedAt
        guard products.count <= Live.bagLimit, Set(products).count == products.count else { throw LiveProblem.bag }
        self.products = products
    }

    private init(_ plan: LivePlan, cover: String?) {
        (host, title, plannedAt, products) = (plan.host, plan.title, plan.plannedAt, plan.products)
        self.cover = cover
    }

    /// The same plan with a picture that is known to be there.
    public func with(cover: String?) -> LivePlan { LivePlan(self, cover: cover) }

    /// A path below `/media`, as an upload answers it.
    private static func path(_ text: String) throws -> String {
        let isPath = text.utf8.count <= 200 && !text.isEmpty && !text.contains("..") && !text.hasPrefix("/")
        guard isPath, text.utf8.allSatisfy({ (45...57).contains($0) || $0 == 95 || (97...122).contains($0 | 32) })
        else {
            throw InvalidField("cover", "is no path of a picture.", zh: "封面路径无效。")
        }
        return text
    }
}

/// A product while it was shown.
public struct PinnedProduct: Sendable, Equatable {
    /// The product.
    public let product: ProductID
    /// From when.
    public let pinnedAt: Instant
    /// Until when; `nil` while it is.
    public let unpinnedAt: Instant?
}

/// What can't be done with a session.
public enum LiveProblem: Problem, Equatable {
    /// It is not in a state from which it could become the one asked for.
    case cannotBecome(LiveState, from: LiveState)
    /// The host is on air in another session.
    case onAirAlready
    /// It is not on air.
    case notLive
    /// It is over or was called off.
    case over
    /// The product is not in its bag.
    case notInBag
    /// Its bag is full, or names a product twice.
    case bag
    /// The person was muted by the host.
    case muted
    /// The message has a word that the host does not want.
    case bannedWord

    public var details: ProblemDetails {
        switch self {
        case .cannotBecome(let next, let state):
            ProblemDetails(
                .conflict, "live-state", "A session that is \(state.rawValue) can't become \(next.rawValue).",
                zh: "直播当前状态不支持此操作。")
        case .onAirAlready:
            ProblemDetails(
                .conflict, "live-on-air", "You are on air in another session. End it first.", zh: "你有另一场直播正在进行，请先结束。")
        case .notLive: ProblemDetails(.conflict, "not-live", "The session is not on air.", zh: "直播未在进行。")
        case .over: ProblemDetails(.conflict, "live-over", "The session is over.", zh: "直播已结束。")
        case .notInBag:
            ProblemDetails(.conflict, "not-in-bag", "The product is not in the session's bag.", zh: "该商品不在购物袋中。")
        case .bag:
            ProblemDetails(
                .invalid, "live-bag", "A bag holds up to \(Live.bagLimit) different products.",
                zh: "购物袋最多 \(Live.bagLimit) 件不同商品。")
        case .muted: ProblemDetails(.forbidden, "live-muted", "The host has muted you here.", zh: "你已被主播禁言。")
        case .bannedWord:
            ProblemDetails(
                .invalid, "live-banned-word", "The host does not allow these words here.", zh: "消息含有本直播间禁用的词。")
        }
    }
}
