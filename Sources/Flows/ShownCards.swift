import Foundation
import HTTP
import Kernel
import Store

/// A card in one language, as a value and as the JSON of the API: made once, shown to many.
final class ShownCard<View: Card>: Sendable {
    let view: View
    /// The card's ``Card/steady`` part as a JSON object.
    let json: [UInt8]
    /// ``Marketplace/cardStamp`` when it was made.
    let stamp: Int

    init(_ view: View, stamp: Int) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        self.view = view
        self.stamp = stamp
        json = [UInt8](try encoder.encode(view.steady))
    }
}

/// What can be kept as JSON between two requests.
protocol Card: Documented {
    associatedtype Steady: Encodable
    /// What is the same for everybody and changes rarely.
    var steady: Steady { get }
}

extension ProductView: Card {
    var steady: ProductView { self }
}

extension VideoView: Card {
    /// A video without its counts.
    struct Steady: Encodable {
        let id: VideoID
        let caption: String
        let hashtags: [String]
        let media: String
        let poster: String?
        let durationMilliseconds: Int64
        let creator: PartyView
        let products: [ProductView]
    }

    var steady: Steady {
        Steady(
            id: id, caption: caption, hashtags: hashtags, media: media, poster: poster,
            durationMilliseconds: durationMilliseconds, creator: creator, products: products)
    }
}

/// The cards that were shown a moment ago.
///
/// A card is made again when a room of this node says that something changed, and after five seconds in any case.
final class ShownCards: Sendable {
    let products = Shelf<ProductID, ProductView>()
    let videos = Shelf<VideoID, VideoView>()

    /// Cards of one kind in every language.
    final class Shelf<ID: Hashable & Sendable, View: Card>: Sendable {
        private struct Key: Hashable {
            let id: ID
            let language: Language
        }

        private let recent = Recent<Key, ShownCard<View>>(lifetime: .seconds(5), limit: 50_000)

        /// The cards of `ids`; those that are not kept are made by `make`, which leaves out what may not be shown.
        func cards(
            _ ids: [ID], in language: Language, at now: Instant, stamp: Int,
            make: ([ID]) async throws -> [(ID, View)]
        ) async throws -> [ID: ShownCard<View>] {
            let version = recent.version
            let (known, due) = recent.look(ids.map { Key(id: $0, language: language) }, at: now)
            var shown: [ID: ShownCard<View>] = [:]
            shown.reserveCapacity(ids.count)
            for (key, card) in known where card.stamp == stamp { shown[key.id] = card }
            let wanted = ids.filter { shown[$0] == nil } + due.map(\.id).filter { shown[$0] != nil }
            guard !wanted.isEmpty else { return shown }
            var made: [Key: ShownCard<View>] = [:]
            for id in wanted { shown[id] = nil }
            for (id, view) in try await make(wanted) {
                let card = try ShownCard(view, stamp: stamp)
                made[Key(id: id, language: language)] = card
                shown[id] = card
            }
            recent.remember(made, at: now, version: version)
            return shown
        }
    }
}

extension Marketplace {
    /// Changes whenever this node learns of a change to something that a card shows.
    var cardStamp: Int {
        // Each of them only grows, so the sum never returns to an earlier value.
        catalog.cardVersion + shops.version + content.videoVersion + people.accountVersion
    }
}
