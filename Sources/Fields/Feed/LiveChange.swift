import Foundation
import Journal
import Kernel
import Matching

/// What a fact of the live rooms means to the engine, read by its published members.
enum LiveChange {
    static let sessionTopic = "live.session_changed"
    static let signalTopic = "live.signal"

    case opened(Item, pinned: Key?)
    case closed(Key)
    case act(LiveHighlights.Act, room: Key, person: Key, time: Int64)

    private struct SessionFact: Decodable {
        let session: LiveSessionID
        let creator: PersonID?
        let shop: ShopID?
        let state: String
        let products: [ProductID]
        let pinned: ProductID?
        let createdAt: Instant

        var item: Item {
            Item(
                id: session.rawValue, kind: .liveRoom, shop: shop?.rawValue, creator: creator?.rawValue,
                products: products.map(\.rawValue), listedAt: createdAt.milliseconds)
        }
    }

    private struct SignalFact: Decodable {
        let session: LiveSessionID
        let person: PersonID
        let act: String
        let time: Instant
    }

    /// `nil` for what can't be read, and for sessions that are only announced: those are no room yet.
    init?(_ fact: Fact, _ decoder: JSONDecoder) {
        let data = Data(fact.payload.utf8)
        if fact.topic == Self.sessionTopic {
            guard let session = try? decoder.decode(SessionFact.self, from: data), session.state != "scheduled" else {
                return nil
            }
            self =
                session.state == "live"
                ? .opened(session.item, pinned: session.pinned?.rawValue) : .closed(session.session.rawValue)
        } else {
            guard let signal = try? decoder.decode(SignalFact.self, from: data),
                let act = LiveHighlights.Act(named: signal.act)
            else { return nil }
            self = .act(
                act, room: signal.session.rawValue, person: signal.person.rawValue, time: signal.time.milliseconds)
        }
    }
}

extension LiveHighlights.Act {
    fileprivate init?(named name: String) {
        guard let act = Self.allCases.first(where: { "\($0)" == name }) else { return nil }
        self = act
    }
}

extension Feed {
    /// Opens the rooms that are on air: a snapshot of the engine says that they are listed, not what is in them.
    func openRooms() async throws {
        _ = try await journal.replay(after: .start, topics: [LiveChange.sessionTopic]) { [self] facts in
            for case .room(let change) in FeedChange.changes(in: facts) { follow(change) }
        }
    }

    func apply(_ change: LiveChange, to engine: Matcher) {
        follow(change)
        switch change {
        case .opened(let item, _): engine.list(item)
        case .closed(let key):
            engine.withdraw(key)
            reserves.forgetAll()
        case .act: break
        }
    }

    private func follow(_ change: LiveChange) {
        rooms.withLock { rooms in
            switch change {
            case .opened(let item, let pinned): rooms.open(item.id, products: item.products, pinned: pinned)
            case .closed(let key): rooms.close(key)
            case .act(let act, let room, let person, let time): rooms.observe(act, by: person, in: room, at: time)
            }
        }
    }

    /// Cart and purchase tell of the rooms in which they happened.
    func observeInRooms(_ events: [Event]) {
        rooms.withLock { rooms in
            for event in events { rooms.observe(event) }
        }
    }

    /// How much is happening in a room, 0 …< 1; 0 for one that is not on air.
    public func highlight(of session: LiveSessionID) -> Float {
        rooms.withLock { $0.highlight(of: session.rawValue, at: source.now.milliseconds) }
    }
}
