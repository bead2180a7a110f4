/// How much is happening in each open live room, fresh within seconds.
///
/// Acts count with their worth and fade with a half-life of tens of seconds; the sum is taken per viewer, so that a small
/// lively room stands beside a big sleepy one. One person counts once per kind of act and pause, so that nobody makes a
/// room hot by tapping. It is no part of a snapshot: after a restart the rooms open again and a minute later the scores
/// are what they were.
///
/// A pure function of the calls in their order: no clock, no I/O.
public struct LiveHighlights: Sendable {
    /// What somebody does in a room.
    public enum Act: UInt8, Sendable, CaseIterable, Hashable {
        case join, watch, like, chat, cart, buy

        /// What it says about the moment, in joins.
        public var worth: Double {
            switch self {
            case .watch: 0
            case .join, .chat: 1
            case .like: 0.5
            case .cart: 3
            case .buy: 8
            }
        }
    }

    /// Half-life of an act, milliseconds.
    public static let halfLife = 45_000.0
    /// A person who was not heard of for this long watches no more, milliseconds.
    public static let viewerSpan: Int64 = 90_000
    /// The same act of the same person counts again after this long, milliseconds.
    public static let actPause: Int64 = 10_000
    /// Viewers added to those there are, so that one tap of the first viewer makes no highlight.
    public static let priorViewers = 5.0

    private struct Actor: Hashable {
        let person: Key
        let act: Act
    }

    private struct Room {
        var products: Set<Key> = []
        var pinned: Key?
        var mass = 0.0
        var time: Int64 = 0
        var viewers: [Key: Int64] = [:]
        var acted: [Actor: Int64] = [:]

        func mass(at now: Int64) -> Double {
            mass * Double(power2(-Double(max(0, now - time)) / LiveHighlights.halfLife))
        }

        func viewers(at now: Int64) -> Int { viewers.values.count { now - $0 < LiveHighlights.viewerSpan } }

        mutating func observe(_ act: Act, by person: Key, at now: Int64) {
            if viewers.count > 200_000 { viewers = viewers.filter { now - $0.value < LiveHighlights.viewerSpan } }
            viewers[person] = max(viewers[person] ?? now, now)
            guard act.worth > 0 else { return }
            let actor = Actor(person: person, act: act)
            if let last = acted[actor], now - last < LiveHighlights.actPause { return }
            if acted.count > 50_000 { acted = acted.filter { now - $0.value < LiveHighlights.actPause } }
            acted[actor] = now
            mass = mass(at: now) + act.worth
            time = max(time, now)
        }
    }

    private var rooms: [Key: Room] = [:]

    /// Knows of no room.
    public init() {}

    /// Whether no room is open.
    public var isEmpty: Bool { rooms.isEmpty }

    /// Opens a room, or changes what stands in the bag of an open one.
    public mutating func open(_ room: Key, products: [Key], pinned: Key?) {
        rooms[room, default: Room()].products = Set(products)
        rooms[room]?.pinned = pinned
    }

    /// Closes a room: it is offered no more.
    public mutating func close(_ room: Key) { rooms[room] = nil }

    /// Somebody did something in a room.
    public mutating func observe(_ act: Act, by person: Key, in room: Key, at now: Int64) {
        rooms[room]?.observe(act, by: person, at: now)
    }

    /// Somebody put a product into the cart or bought it: it counts in the rooms that the person watches and whose bag holds
    /// it.
    public mutating func observe(_ act: Act, of product: Key, by person: Key, at now: Int64) {
        for (key, room) in rooms where room.products.contains(product) {
            guard let seen = room.viewers[person], now - seen < Self.viewerSpan else { continue }
            rooms[key]?.observe(act, by: person, at: now)
        }
    }

    /// Cart and purchase count in the rooms in which they happened; other events say nothing of rooms.
    public mutating func observe(_ event: Event) {
        if rooms.isEmpty { return }
        switch event.kind {
        case .cart: observe(.cart, of: event.subject, by: event.person, at: event.time)
        case .buy: observe(.buy, of: event.subject, by: event.person, at: event.time)
        default: break
        }
    }

    /// A room's score, 0 …< 1; 0 for one that is not open.
    public func highlight(of room: Key, at now: Int64) -> Float {
        guard let room = rooms[room] else { return 0 }
        let perViewer = room.mass(at: now) / (Double(room.viewers(at: now)) + Self.priorViewers)
        return 1 - naturalExponential(Float(-perViewer))
    }

    /// The open rooms as a request takes them, the most lively first.
    public func offers(at now: Int64, limit: Int = 64) -> [RoomOffer] {
        let offers = rooms.map { key, room in
            RoomOffer(room: key, highlight: highlight(of: key, at: now), pinned: room.pinned)
        }
        return Array(offers.sorted { ($1.highlight, $0.room) < ($0.highlight, $1.room) }.prefix(limit))
    }
}

/// An open live room as a candidate of one request.
public struct RoomOffer: Sendable, Hashable {
    /// The room.
    public var room: Key
    /// ``LiveHighlights/highlight(of:at:)`` at the moment of the request.
    public var highlight: Float
    /// The product that the host shows.
    public var pinned: Key?

    /// A room.
    public init(room: Key, highlight: Float, pinned: Key? = nil) {
        self.room = room
        self.highlight = highlight
        self.pinned = pinned
    }
}
