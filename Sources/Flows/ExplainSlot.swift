import Feed
import Journal
import Kernel

/// Says in words why something was shown, from the log of the slate in which it stood.
public struct ExplainSlot: Sendable {
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// The strongest reasons, strongest first, in both languages.
    ///
    /// - Throws: ``NotFound`` when the slate was not shown to `person` or did not hold the item.
    public func callAsFunction(
        _ item: Touchpoint.Subject, in slate: SlateID, shownTo person: PersonID
    ) async throws -> [Localized] {
        let slate = try await market.feed.slate(slate, shownTo: person)
        guard let slot = slate.slots.first(where: { $0.item == item }) else { throw NotFound("item in this slate") }
        var sentences: [Localized] = []
        for reason in slot.reasons { sentences.append(try await sentence(for: reason)) }
        guard sentences.isEmpty else { return sentences }
        return [Localized(en: "Picked from what people like right now.", zh: "从大家正在看的内容中挑选。")]
    }

    private func sentence(for reason: FeedReason) async throws -> Localized {
        let name = try await reason.subject.flatMap { UInt128($0, radix: 16) }.asyncFlatMap(name)
        switch reason.kind {
        case .boughtBefore:
            let times = reason.times ?? 1
            guard let days = reason.intervalDays, days > 0 else {
                return Localized(en: "You bought this before.", zh: "你买过这件商品。")
            }
            return Localized(
                en: "You bought this \(times) times, about every \(days) days.", zh: "你买过 \(times) 次，大约每 \(days) 天一次。")
        case .seenBefore: return Localized(en: "You were interested in this before.", zh: "你之前对它感兴趣。")
        case .becauseOf:
            guard let name else { return Localized(en: "It goes with things you bought.", zh: "与你买过的商品相配。") }
            return Localized(en: "Because of “\(name.en)” in your history.", zh: "因为你看过或买过「\(name.zh)」。")
        case .justTapped:
            guard let name else { return Localized(en: "It is like what you just looked at.", zh: "与你刚刚看的相似。") }
            return Localized(en: "You just looked at “\(name.en)”.", zh: "你刚刚看了「\(name.zh)」。")
        case .likeLooked:
            guard let name else { return Localized(en: "It is like what you looked at.", zh: "与你看过的相似。") }
            return Localized(en: "It is like “\(name.en)”, which you looked at.", zh: "与你看过的「\(name.zh)」相似。")
        case .trending: return Localized(en: "Many people want this right now.", zh: "最近很多人感兴趣。")
        case .following:
            guard let name else { return Localized(en: "You follow its maker.", zh: "你关注了作者。") }
            return Localized(en: "You follow \(name.en).", zh: "你关注了 \(name.zh)。")
        case .affinity, .context:
            guard let name else { return Localized(en: "It fits your interests.", zh: "符合你的兴趣。") }
            return Localized(en: "You like \(name.en).", zh: "你喜欢「\(name.zh)」。")
        case .highlight:
            return Localized(
                en: "Live now, and much is happening there at the moment.", zh: "正在直播，此刻直播间很热闹。")
        case .onAir: return Localized(en: "It is live now.", zh: "正在直播。")
        case .pinned:
            guard let name else { return Localized(en: "It shows something that you like.", zh: "正在讲解你感兴趣的商品。") }
            return Localized(en: "It is showing “\(name.en)” now, which you like.", zh: "正在讲解你感兴趣的「\(name.zh)」。")
        case .new:
            return Localized(en: "It is new: everything new gets a first look.", zh: "新内容：每件新品都会获得首次展示的机会。")
        }
    }

    /// The name behind an engine's key, whatever it is.
    private func name(of key: UInt128) async throws -> Localized? {
        if let card = try await market.catalog.cards([ProductID(rawValue: key)]).first { return card.title }
        if let shop = try await market.shops.shop(ShopID(rawValue: key)) { return shop.name }
        let categories = try await market.catalog.categories()
        if let category = categories.first(where: { $0.id.rawValue == key }) { return category.name }
        if let person = try await market.people.account(PersonID(rawValue: key)) { return Localized(en: person.name) }
        return try await market.content.videos([VideoID(rawValue: key)]).first?.caption
    }
}

extension Optional {
    fileprivate func asyncFlatMap<Result>(_ transform: (Wrapped) async throws -> Result?) async rethrows -> Result? {
        guard let self else { return nil }
        return try await transform(self)
    }
}
