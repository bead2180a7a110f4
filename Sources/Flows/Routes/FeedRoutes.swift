import Content
import Feed
import Foundation
import HTTP
import Journal
import Kernel

/// What somebody did, as a program tells it; the person is the caller.
struct TouchpointBody: Documented {
    let kind: Touchpoint.Kind
    let subject: Touchpoint.Subject
    let slate: SlateID?
    /// Milliseconds of attention, 0…3 600 000.
    let dwell: Int64?
    static let example = TouchpointBody(
        kind: .open, subject: .product(Identifier(rawValue: 1)), slate: Identifier(rawValue: 2), dwell: 1_200)
}

/// Touchpoints in the order in which they happened, 1…500.
struct TouchpointsBody: Documented {
    let touchpoints: [TouchpointBody]
    static let example = TouchpointsBody(touchpoints: [.example])
}

/// How many touchpoints were made durable and applied.
struct AcceptedBody: Documented {
    let accepted: Int
    static let example = AcceptedBody(accepted: 1)
}

/// Why something was shown.
struct WhyBody: Documented {
    let reasons: [String]
    static let example = WhyBody(reasons: ["You bought this 3 times, about every 30 days."])
}

/// A comment to be written.
struct NewCommentBody: Documented {
    let body: String
    static let example = NewCommentBody(body: "Which size did you take?")
}

/// A comment with its writer.
struct CommentBody: Documented {
    let id: CommentID
    let writer: PartyView
    let body: String
    let createdAt: Instant
    static let example = CommentBody(
        id: Identifier(rawValue: 5), writer: .example, body: "Which size did you take?",
        createdAt: Instant(milliseconds: 0))
}

extension MarketplaceAPI {
    func addFeedRoutes(to api: API) {
        api.respond(
            .get, "/feed", "readFeed", "The next slate of the caller's For-You feed.", access: .visitor,
            query: [QueryParameter("count", "how many slots, 10 by default", .integer(1...30))], body: Nothing.self,
            answer: SlateView.self
        ) { [self] call in
            let count = try call.request.query("count", in: 1...30, default: 10)
            let slate = market.feed.forYou(try call.person, count: count)
            return try await cards.slateResponse(slate, in: call.context.language)
        }
        api.route(
            .get, "/feed/{slate}/{item}/why", "explainSlot", "Why an item stood in a slate of the caller.",
            access: .visitor
        ) { [self] call in
            let slate = try call.context.identifier("slate", "slate", as: SlateKind.self)
            guard let item = call.context.parameters.get("item").flatMap({ Touchpoint.Subject($0) }) else {
                throw NotFound("item")
            }
            let reasons = try await ExplainSlot(market)(item, in: slate, shownTo: try call.person)
            return WhyBody(reasons: reasons.map { $0.text(in: call.context.language) })
        }
        api.route(
            .post, "/touchpoints", "recordTouchpoints",
            "Records what the caller did. Answered when it is durable and known to the caller's next slate.",
            access: .visitor, body: TouchpointsBody.self, status: .accepted
        ) { [self] call in
            guard (1...500).contains(call.body.touchpoints.count) else {
                throw InvalidField("touchpoints", "must be 1–500.", zh: "每次须为 1–500 条。")
            }
            let (person, now) = (try call.person, market.source.now)
            let touchpoints = try call.body.touchpoints.map { try $0.touchpoint(of: person, at: now) }
            await market.feed.knows(
                try await market.feed.record(touchpoints, key: call.key, fingerprint: call.fingerprint))
            return AcceptedBody(accepted: touchpoints.count)
        }
        api.route(
            .get, "/following", "listFollowing", "Whom and which shops the caller follows.", access: .person(.content)
        ) { [self] call in
            let subjects = try await market.content.following(try call.person)
            return try await Page(items: parties(subjects, in: call.context.language))
        }
        for (method, isOn) in [(HTTPMethod.put, true), (.delete, false)] {
            api.route(
                method, "/follows/{subject}", isOn ? "follow" : "unfollow",
                isOn ? "Follows a creator or shop." : "Stops following.", access: .visitor
            ) { [self] call in
                guard let subject = call.context.parameters.get("subject").flatMap({ Touchpoint.Subject($0) }) else {
                    throw NotFound("creator or shop")
                }
                try await requireParty(subject)
                try await market.content.follow(subject, isOn: isOn, by: try call.person)
                return Nothing()
            }
            api.route(
                method, "/videos/{video}/like", isOn ? "like" : "unlike",
                isOn ? "Likes a video." : "Takes a like back.",
                access: .visitor
            ) { [self] call in
                let video = try await video(call.context)
                try await market.content.react(.like, to: .video(video), isOn: isOn, by: try call.person)
                return Nothing()
            }
        }
        api.route(.get, "/videos/{video}", "readVideo", "A video with its goods.", access: .visitor) { [self] call in
            let id = try await video(call.context)
            let views = try await cards.videos([id], for: try call.person, in: call.context.language)
            guard let view = views.first else { throw NotFound("video") }
            return view
        }
        api.route(.get, "/videos/{video}/comments", "listComments", "The newest comments.", access: .visitor) {
            [self] call in
            let comments = try await market.content.comments(on: try await video(call.context), limit: 50)
            let writers = try await market.people.accounts(Array(Set(comments.map(\.person))))
            return Page(items: comments.map { CommentBody($0, by: PartyView(writers[$0.person], $0.person)) })
        }
        api.route(
            .post, "/videos/{video}/comments", "writeComment", "Writes a comment.", access: .person(.content),
            body: NewCommentBody.self, status: .created
        ) { [self] call in
            let identity = try call.context.person()
            try writes.take("\(identity.person)")
            let video = try await video(call.context)
            let (body, now) = (call.body.body, market.source.now)
            let comment = try await market.store.write { [market] transaction in
                try transaction.once(call.key, fingerprint: call.fingerprint, at: now) {
                    try market.content.comment(body, on: video, by: identity.person, in: transaction)
                }
            }
            return CommentBody(comment, by: PartyView(id: "\(identity.person)", name: identity.name, image: nil))
        }
    }

    private func video(_ context: Context) async throws -> VideoID {
        let id = try context.identifier("video", "video", as: VideoKind.self)
        guard try await market.content.videos([id]).first?.isListed == true else { throw NotFound("video") }
        return id
    }

    private func requireParty(_ subject: Touchpoint.Subject) async throws {
        switch subject {
        case .shop(let id) where try await market.shops.shop(id) != nil: return
        case .creator(let id) where try await market.people.account(id)?.roles.contains(.creator) == true: return
        default: throw NotFound("creator or shop")
        }
    }

    private func parties(_ subjects: [Touchpoint.Subject], in language: Language) async throws -> [PartyView] {
        let shopIDs = subjects.compactMap { if case .shop(let id) = $0 { id } else { nil } }
        let creatorIDs = subjects.compactMap { if case .creator(let id) = $0 { id } else { nil } }
        let shops = try await market.shops.shops(shopIDs)
        let creators = try await market.people.accounts(creatorIDs)
        return subjects.compactMap { subject in
            switch subject {
            case .shop(let id): shops[id].map { PartyView($0, language) }
            case .creator(let id): PartyView(creators[id], id)
            default: nil
            }
        }
    }
}

extension TouchpointBody {
    /// What a browser may claim; the rest is recorded where it happens.
    private static let reportable: Set<Touchpoint.Kind> = [
        .impression, .view, .finish, .share, .open, .notInterested, .report, .search,
    ]

    fileprivate func touchpoint(of person: PersonID, at now: Instant) throws -> Touchpoint {
        guard Self.reportable.contains(kind) else {
            throw InvalidField(
                "kind", "\(kind.rawValue) is recorded by its own route.", zh: "\(kind.rawValue) 须通过对应接口完成。")
        }
        if let dwell, !(0...3_600_000).contains(dwell) {
            throw InvalidField("dwell", "must be 0–3600000 milliseconds.", zh: "须为 0–3600000 毫秒。")
        }
        return Touchpoint(person: person, time: now, kind: kind, subject: subject, slate: slate, dwell: dwell)
    }
}

extension CommentBody {
    fileprivate init(_ comment: Comment, by writer: PartyView) {
        self.init(id: comment.id, writer: writer, body: comment.body, createdAt: comment.createdAt)
    }
}
