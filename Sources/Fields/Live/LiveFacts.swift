import Journal
import Kernel

/// A session was announced, changed, began, ended or was called off: how it stands.
public struct LiveSessionChanged: FactContent {
    public static let topic = "live.session_changed"
    /// The session.
    public let session: LiveSessionID
    /// The creator who hosts it, if one does.
    public let creator: PersonID?
    /// The shop that hosts it, if one does.
    public let shop: ShopID?
    /// What it is about.
    public let title: Localized
    /// Its state.
    public let state: LiveState
    /// The bag, in order.
    public let products: [ProductID]
    /// The product on show.
    public let pinned: ProductID?
    /// When it is planned to start.
    public let plannedAt: Instant
    /// When it was announced.
    public let createdAt: Instant
    public var key: String { session.description }

    init(_ session: LiveSession) {
        self.session = session.id
        creator = session.host.creator
        shop = session.host.shop
        title = session.title
        state = session.state
        products = session.products
        pinned = session.pinned
        plannedAt = session.plannedAt
        createdAt = session.createdAt
    }
}

/// Somebody did something in a room. The room says so itself, for what it has seen; no program can.
public struct LiveSignal: FactContent, Equatable {
    public static let topic = "live.signal"

    /// What was done.
    public enum Act: String, Sendable, Codable, CaseIterable {
        case join, watch, like, chat
    }

    /// Where.
    public let session: LiveSessionID
    /// Who; a visitor counts.
    public let person: PersonID
    /// What.
    public let act: Act
    /// When.
    public let time: Instant
    public var key: String { person.description }
}
