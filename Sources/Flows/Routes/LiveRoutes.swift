import Foundation
import HTTP
import Kernel
import Live

/// A message to be written in a session.
struct NewLiveMessageBody: Documented {
    /// 1–200 characters.
    let body: String
    static let example = NewLiveMessageBody(body: "How much is the small one?")
}

extension MarketplaceAPI {
    /// What everybody may do in live rooms.
    func addLiveRoutes(to api: API) {
        api.route(
            .get, "/live", "listLive", "Sessions on air, then those that come.", access: .visitor
        ) { [self] call in
            let sessions = try await market.live.onAir(limit: 60) + market.live.coming(limit: 60)
            return Page(items: try await PresentLive(market).cards(sessions, in: call.context.language))
        }
        api.route(
            .get, "/live/{live}", "readLiveRoom",
            "A live room: what is on show at what price, the bag, the newest messages.", access: .visitor
        ) { [self] call in
            try await PresentLive(market).room(try call.live, in: call.context.language)
        }
        api.route(
            .put, "/live/{live}/watch", "watchLive",
            """
            The caller is in the room: for fifteen minutes from now on, while it is on air, its prices are the caller's. \
            Repeat it every twenty seconds to count as a viewer.
            """, access: .visitor
        ) { [self] call in
            try await WatchLive(market)(try call.visit)
            return Nothing()
        }
        api.route(.put, "/live/{live}/like", "likeLive", "Likes a session on air.", access: .visitor) { [self] call in
            try await WatchLive(market).like(try call.visit)
            return Nothing()
        }
        api.route(
            .post, "/live/{live}/messages", "sayInLive", "Writes a message in a session on air.",
            access: .person(.content), body: NewLiveMessageBody.self
        ) { [self] call in
            try await WatchLive(market).say(call.body.body, try call.visit, key: call.key)
            return Nothing()
        }
        api.respond(
            .get, "/live/{live}/events", "followLive",
            """
            The room as server-sent events while it is on air: `room` at each change, with what `GET /live/{live}` answers, \
            and `end`. The caller counts as watching while they are read.
            """, access: .visitor, body: Nothing.self, answer: LiveRoomView.self
        ) { [self] call in
            let visit = try call.visit
            guard let session = try await market.live.sessions([visit.session]).first else {
                throw NotFound("live session")
            }
            guard session.state == .live else { throw LiveProblem.notLive }
            let events = WatchLive(market).events(visit, in: call.context.language) { room in
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.withoutEscapingSlashes]
                return ServerSentEvent("room", String(decoding: try encoder.encode(room), as: UTF8.self))
            }
            return ServerSentEvent.response(events)
        }
    }
}

extension Call {
    /// The session in the path.
    var live: LiveSessionID {
        get throws { try context.identifier("live", "live session", as: LiveSessionKind.self) }
    }

    /// The caller in that session.
    fileprivate var visit: LiveVisit { get throws { LiveVisit(try live, try person) } }
}
