import Catalog
import Kernel
import Live
import People
import Pricing
import Stock
import Store

/// Shows live sessions: cards in lists, and rooms.
public struct PresentLive: Sendable {
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// Sessions as cards, in the order given.
    public func cards(_ sessions: [LiveSession], in language: Language) async throws -> [LiveCardView] {
        let accounts = try await market.people.accounts(sessions.compactMap(\.host.creator))
        let shops = try await market.shops.shops(sessions.compactMap(\.host.shop))
        let shown = sessions.compactMap { $0.pinned ?? $0.products.first }
        let products = try await PresentCards(market).products(Array(Set(shown)), in: language)
        let counts = try await market.live.counts(of: sessions.map(\.id))
        return sessions.compactMap { session in
            let host: PartyView? =
                switch session.host {
                case .creator(let id): PartyView(accounts[id], id)
                case .shop(let id): shops[id].map { PartyView($0, language) }
                }
            guard let host else { return nil }
            let product = session.pinned ?? session.products.first
            return LiveCardView(
                session, host, counts[session.id] ?? LiveCounts(), products.first { $0.id == product }, language)
        }
    }

    /// Those of these sessions that are on air, in the order asked for.
    public func onAir(_ ids: [LiveSessionID], in language: Language) async throws -> [LiveCardView] {
        try await cards(try await market.live.sessions(ids).filter { $0.state == .live }, in: language)
    }

    /// Those of these sessions that are on air or come, in the order asked for.
    public func open(_ ids: [LiveSessionID], in language: Language) async throws -> [LiveCardView] {
        try await cards(try await market.live.sessions(ids).filter(\.state.isOpen), in: language)
    }

    /// A room, at most a second old; all its viewers share it.
    ///
    /// - Throws: ``NotFound``.
    public func room(_ id: LiveSessionID, in language: Language) async throws -> LiveRoomView {
        try await shown(id, in: language).view
    }

    func shown(_ id: LiveSessionID, in language: Language) async throws -> ShownLiveRoom {
        let now = market.source.now
        let key = ShownRoom(session: id, language: language, version: market.live.version)
        if let known = market.shownRooms.find(key, at: now) { return known }
        guard let session = try await market.live.sessions([id]).first else { throw NotFound("live session") }
        let reading = RoomReading(session, language, version: market.pricing.version)
        let room = try await read(reading)
        market.shownRooms.remember([key: room], at: now, version: market.shownRooms.version)
        return room
    }

    private func read(_ reading: RoomReading) async throws -> ShownLiveRoom {
        let cards = try await cards([reading.session], in: reading.language)
        let goods = try await PresentCards(market).products(reading.session.products, in: reading.language)
        let prices = try await market.store.read { [self] in try read(reading, in: $0) }
        let messages = try await market.live.messages(in: reading.session.id, limit: 50)
        let names = try await market.people.accounts(Array(Set(messages.map(\.person))))
        return try reading.room(cards, goods, prices, messages, names)
    }

    fileprivate final class RoomReading: Sendable {
        let session: LiveSession
        let language: Language
        let version: Int

        init(_ session: LiveSession, _ language: Language, version: Int) {
            self.session = session
            self.language = language
            self.version = version
        }

        func room(
            _ cards: [LiveCardView], _ goods: [ProductView], _ prices: RoomPrices, _ messages: [LiveMessage],
            _ names: [PersonID: Account]
        ) throws -> ShownLiveRoom {
            guard let card = cards.first else { throw NotFound("live session") }
            let bag = goods.map {
                LiveProductView(product: $0, liveAmount: prices.lowest[$0.id], isPinned: $0.id == session.pinned)
            }
            let said = messages.map {
                LiveMessageView(
                    id: $0.id, person: $0.person, name: names[$0.person]?.name ?? "—", body: $0.body, sentAt: $0.sentAt)
            }
            return ShownLiveRoom(LiveRoomView(card: card, variants: prices.variants, bag: bag, messages: said))
        }
    }

    fileprivate struct RoomPrices: Sendable {
        var variants: [LiveVariantView] = []
        var lowest: [ProductID: Int64] = [:]
    }

    /// What the session charges: of the bag the lowest live prices, of the product on show every variant.
    private func read(_ reading: RoomReading, in transaction: any Transaction) throws -> RoomPrices {
        let (session, now) = (reading.session, market.source.now)
        var prices = RoomPrices()
        let offers = try Pricing.livePrices(of: session.id, at: now, in: transaction)
        let found = try Catalog.variants(Array(offers.keys), at: now, in: transaction)
        for variant in found.values {
            guard let offer = offers[variant.id]?.price, let own = variant.price?.amount,
                own.currency == offer.currency, offer.amount < own.amount
            else { continue }
            prices.lowest[variant.product] = min(prices.lowest[variant.product] ?? .max, offer.amount)
        }
        guard let pinned = session.pinned,
            let product = try Catalog.products([pinned], at: now, in: transaction).first
        else { return prices }
        let shown = try LivePrices(
            of: product.variants, for: nil, version: reading.version, showing: [session.id], market, in: transaction)
        let available = try market.stock.available(product.variants.map(\.id), in: transaction)
        prices.variants = product.variants.compactMap { variant in
            guard let price = shown[variant.id] else { return nil }
            return LiveVariantView(
                variant: variant.id, spec: variant.spec.text(in: reading.language), amount: price.amount.amount,
                listAmount: price.list?.amount, currency: price.amount.currency,
                isLivePrice: shown.reasons[variant.id]?.rule == .live, available: available[variant.id] ?? 0)
        }
        return prices
    }
}

extension LiveCardView {
    init(
        _ session: LiveSession, _ host: PartyView, _ counts: LiveCounts, _ product: ProductView?, _ language: Language
    ) {
        self.init(
            id: session.id, state: session.state, title: session.title.text(in: language),
            cover: session.cover.map { "/media/\($0)" }, host: host, plannedAt: session.plannedAt,
            startedAt: session.startedAt, viewers: counts.viewers, likes: counts.likes, product: product,
            goods: session.products.count)
    }
}
