import HTTP
import Kernel
import Live

/// A session to be announced.
struct NewLiveBody: Documented {
    let title: String
    /// The same in Chinese; absent takes the title.
    let titleChinese: String?
    /// Path of the cover below `/media`, as an upload of pictures answers it.
    let cover: String?
    let plannedAt: Instant
    /// The bag, in order; up to 100.
    let products: [ProductID]
    static let example = NewLiveBody(
        title: "Spring tea, live from the garden", titleChinese: "春茶直播", cover: "ab/0f3c.jpg",
        plannedAt: Instant(milliseconds: 0), products: [Identifier(rawValue: 1)])
}

/// What a product of the session is to be.
struct LiveProductBody: Documented {
    /// Absent shows nothing.
    let product: ProductID?
    static let example = LiveProductBody(product: Identifier(rawValue: 1))
}

/// A bag in its order.
struct LiveBagBody: Documented {
    let products: [ProductID]
    static let example = LiveBagBody(products: [Identifier(rawValue: 1)])
}

/// A price for a session.
struct LivePriceBody: Documented {
    /// Minor units of the currency of the variant's price, below it.
    let amount: Int64
    static let example = LivePriceBody(amount: 3_900)
}

/// Words that nobody may write.
struct BannedWordsBody: Documented {
    /// Up to 100 words of up to 40 characters.
    let words: [String]
    static let example = BannedWordsBody(words: ["fake", "假货"])
}

extension MarketplaceAPI {
    /// What hosts do.
    func addLiveHostRoutes(to api: API) {
        addPlanRoutes(to: api)
        addStageRoutes(to: api)
        addModerationRoutes(to: api)
    }

    private func addPlanRoutes(to api: API) {
        api.route(.get, "/me/live", "listOwnLive", "The caller's own sessions as a creator.", access: .person(.content))
        {
            [self] call in
            let sessions = try await market.live.sessions(of: .creator(try call.person), limit: 100)
            return Page(items: try await PresentLive(market).cards(sessions, in: call.context.language))
        }
        api.route(
            .post, "/me/live", "scheduleOwnLive", "A creator announces a session.", access: .role([.creator], .content),
            body: NewLiveBody.self, status: .created
        ) { [self] call in try await schedule(call, by: .creator(try call.person)) }
        api.route(
            .get, "/shops/{shop}/live", "listShopLive", "A shop's sessions, for its staff.", access: .person(.shops)
        ) { [self] call in
            let shop = try call.liveShop
            try call.context.person().require(.see, at: shop)
            let sessions = try await market.live.sessions(of: .shop(shop), limit: 100)
            return Page(items: try await PresentLive(market).cards(sessions, in: call.context.language))
        }
        api.route(
            .post, "/shops/{shop}/live", "scheduleShopLive", "A shop announces a session.", access: .person(.shops),
            body: NewLiveBody.self, status: .created
        ) { [self] call in try await schedule(call, by: .shop(try call.liveShop)) }
        for (word, operation, summary, kind) in [
            ("start", "startLive", "Goes on air.", HostLive.Step.Kind.start),
            ("end", "endLive", "Ends a session for good, and its prices with it.", .end),
            ("cancellation", "cancelLive", "Calls off a session that has not begun.", .cancel),
        ] {
            api.route(.post, "/live/{live}/\(word)", operation, summary, access: .person(.content)) { [self] call in
                try await step(kind, call)
            }
        }
    }

    private func schedule(_ call: Call<NewLiveBody>, by host: LiveHost) async throws -> LiveCardView {
        try HostLive.require(host, try call.context.person())
        let body = call.body
        let plan = try LivePlan(
            by: host, title: Localized(en: body.title, zh: body.titleChinese ?? ""), cover: body.cover,
            plannedAt: body.plannedAt, products: body.products)
        let session = try await HostLive(market).schedule(plan, try call.command)
        return try await card(session, call)
    }

    private func addStageRoutes(to api: API) {
        api.route(
            .put, "/live/{live}/bag", "orderBag", "Puts the bag in another order.", access: .person(.content),
            body: LiveBagBody.self
        ) { [self] call in try await step(.order(call.body.products), call) }
        api.route(
            .put, "/live/{live}/bag/{product}", "addToBag", "Puts a product into the bag.", access: .person(.content)
        ) { [self] call in try await step(.add(try call.liveProduct), call) }
        api.route(
            .delete, "/live/{live}/bag/{product}", "takeFromBag", "Takes a product and its live prices out of the bag.",
            access: .person(.content)
        ) { [self] call in try await step(.take(try call.liveProduct), call) }
        api.route(
            .put, "/live/{live}/pin", "pinProduct", "Shows a product of the bag, or nothing.",
            access: .person(.content),
            body: LiveProductBody.self
        ) { [self] call in try await step(.pin(call.body.product), call) }
        api.route(
            .put, "/live/{live}/prices/{variant}", "setLivePrice",
            "The shop that owns the variant sets what it costs in the session.", access: .person(.shops),
            body: LivePriceBody.self
        ) { [self] call in try await price(call.body.amount, call) }
        api.route(
            .delete, "/live/{live}/prices/{variant}", "endLivePrice", "Takes a live price away.",
            access: .person(.shops)
        ) { [self] call in try await price(nil, call) }
    }

    private func price<Body>(_ amount: Int64?, _ call: Call<Body>) async throws -> Nothing {
        let variant = try call.context.identifier("variant", "variant", as: VariantKind.self)
        try await SetLivePrice(market)(.init(amount, of: variant, in: try call.live), try call.command)
        return Nothing()
    }

    private func addModerationRoutes(to api: API) {
        api.route(
            .put, "/live/{live}/banned-words", "banWords", "Replaces the words that nobody may write in the session.",
            access: .person(.content), body: BannedWordsBody.self
        ) { [self] call in try await step(.ban(try BannedWords(call.body.words)), call) }
        for (method, isOn) in [(HTTPMethod.put, true), (.delete, false)] {
            api.route(
                method, "/live/{live}/mutes/{person}", isOn ? "muteInLive" : "unmuteInLive",
                isOn ? "Mutes somebody and takes away what they wrote." : "Lets somebody speak again.",
                access: .person(.content)
            ) { [self] call in
                let person = try call.context.identifier("person", "person", as: PersonKind.self)
                return try await step(isOn ? .mute(person) : .unmute(person), call)
            }
        }
        api.route(
            .delete, "/live/{live}/messages/{message}", "removeLiveMessage", "Takes a message away.",
            access: .person(.content)
        ) { [self] call in
            try await step(.remove(try call.context.identifier("message", "message", as: LiveMessageKind.self)), call)
        }
    }

    private func step<Body>(_ kind: HostLive.Step.Kind, _ call: Call<Body>) async throws -> LiveCardView {
        let session = try await HostLive(market)(.init(kind, in: try call.live), try call.command)
        return try await card(session, call)
    }

    private func card<Body>(_ session: LiveSession, _ call: Call<Body>) async throws -> LiveCardView {
        guard let card = try await PresentLive(market).cards([session], in: call.context.language).first else {
            throw NotFound("live session")
        }
        return card
    }
}

extension Call {
    fileprivate var liveShop: ShopID { get throws { try context.identifier("shop", "shop", as: ShopKind.self) } }
    fileprivate var liveProduct: ProductID {
        get throws { try context.identifier("product", "product", as: ProductKind.self) }
    }
}
