import Catalog
import HTTP
import Kernel
import Live

/// A live session in a list, in the caller's language.
public struct LiveCardView: Documented, Equatable {
    public let id: LiveSessionID
    public let state: LiveState
    public let title: String
    /// Path of the cover.
    public let cover: String?
    public let host: PartyView
    /// When it is planned to start.
    public let plannedAt: Instant
    /// When it went on air.
    public let startedAt: Instant?
    /// Who watches now.
    public let viewers: Int
    public let likes: Int
    /// What the host shows now, or the first of the bag.
    public let product: ProductView?
    /// Products in the bag.
    public let goods: Int
    public static let example = LiveCardView(
        id: Identifier(rawValue: 5), state: .live, title: "Spring tea, live from the garden",
        cover: "/media/ab/….jpg", host: .example, plannedAt: Instant(milliseconds: 0),
        startedAt: Instant(milliseconds: 0), viewers: 128, likes: 40, product: .example, goods: 6)
}

/// A variant on show.
public struct LiveVariantView: Documented, Equatable {
    public let variant: VariantID
    /// Colour, size and the like, in the caller's language.
    public let spec: String
    /// What one unit costs whoever watches, in minor units.
    public let amount: Int64
    /// What it costs others, in minor units.
    public let listAmount: Int64?
    public let currency: Currency
    /// Whether the session set the price.
    public let isLivePrice: Bool
    /// Units that can be bought.
    public let available: Int64
    public static let example = LiveVariantView(
        variant: Identifier(rawValue: 2), spec: "250 g", amount: 3_900, listAmount: 4_900, currency: .cny,
        isLivePrice: true, available: 12)
}

/// A product in a session's bag.
public struct LiveProductView: Documented, Equatable {
    public let product: ProductView
    /// The lowest price that the session set, in minor units.
    public let liveAmount: Int64?
    /// Whether the host shows it now.
    public let isPinned: Bool
    public static let example = LiveProductView(product: .example, liveAmount: 3_900, isPinned: true)
}

/// A message in a session.
public struct LiveMessageView: Documented, Equatable {
    public let id: LiveMessageID
    public let person: PersonID
    public let name: String
    public let body: String
    public let sentAt: Instant
    public static let example = LiveMessageView(
        id: Identifier(rawValue: 6), person: Identifier(rawValue: 7), name: "Lin", body: "How much is the small one?",
        sentAt: Instant(milliseconds: 0))
}

/// A live room as everybody in it sees it.
public struct LiveRoomView: Documented, Equatable {
    public let card: LiveCardView
    /// The variants of what the host shows now; empty while nothing is on show.
    public let variants: [LiveVariantView]
    /// The bag, in order.
    public let bag: [LiveProductView]
    /// The newest messages, the oldest of them first.
    public let messages: [LiveMessageView]
    public static let example = LiveRoomView(
        card: .example, variants: [.example], bag: [.example], messages: [.example])

    /// What the host shows now.
    public var pinned: LiveProductView? { bag.first(where: \.isPinned) }
}

/// A room in one language as the session stood at some point.
struct ShownRoom: Hashable {
    let session: LiveSessionID
    let language: Language
    let version: Int
}

/// A room that all its viewers share; a class, since it is handed on a great deal.
final class ShownLiveRoom: Sendable, Equatable {
    let view: LiveRoomView
    var state: LiveState { view.card.state }

    init(_ view: LiveRoomView) { self.view = view }

    static func == (left: ShownLiveRoom, right: ShownLiveRoom) -> Bool { left === right || left.view == right.view }
}
