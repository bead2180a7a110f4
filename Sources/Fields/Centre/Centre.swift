import Foundation
import Journal
import Kernel
import MatchingText
import Store
import Synchronization

/// People find goods: search over products, shops, videos and creators.
///
/// The index is what the journal says. It is read at start and followed from then on; a change is found a moment later.
public final class Centre: Sendable {
    let store: any Store
    let source: Source
    let index = TextIndex()
    private let journal: Journal
    let library = Mutex(Library())
    private let applied = Mutex(Position.start)
    let behaviour = Mutex(SearchBehaviour())
    let shown = Mutex(ShownProducts())
    /// When synonyms were last looked for, milliseconds since 1970 UTC.
    let minedAt = Mutex(Int64(0))

    private static let topics = [
        "catalog.product_changed", "catalog.category_changed", "content.video_changed", "shops.shop_changed",
        "live.session_changed",
        "stock.availability_changed", "orders.order_changed",
    ]

    /// The room on a store and a journal.
    public init(store: any Store, journal: Journal, source: Source) {
        self.store = store
        self.journal = journal
        self.source = source
    }

    /// The room's tables.
    public static let migrations = [
        Migration(room: "centre", number: 1, file: PackageResources._001_centre_sql)
    ]

    /// Builds the index from the journal.
    public func load() async throws {
        let end = try await journal.replay(after: .start, topics: Self.topics) { [self] facts in
            library.withLock { library in for fact in facts { library.apply(fact) } }
            shown.withLock { $0.apply(facts) }
        }
        let documents = library.withLock { library in
            library.takeChanged()
        }
        index.upsert(documents.changed)
        index.compact()
        applied.withLock { $0 = end }
    }

    /// Follows the journal until cancelled.
    public func run() async {
        await withTaskGroup { group in
            group.addTask { [self] in await followCatalogue() }
            group.addTask { [self] in await learnFromBehaviour(journal) }
        }
    }

    private func followCatalogue() async {
        let start = applied.withLock { $0 }
        await journal.tail(after: start, topics: Self.topics) { [self] facts, _ in
            let documents = library.withLock { library in
                for fact in facts { library.apply(fact) }
                return library.takeChanged()
            }
            shown.withLock { $0.apply(facts) }
            if !documents.gone.isEmpty { index.remove(documents.gone) }
            if !documents.changed.isEmpty { index.upsert(documents.changed) }
            if index.segmentCount > 24 { index.compact() }
        }
    }

    /// Counts what people look for, so that unmet demand can be seen.
    public func remember(_ words: String, wasAnswered: Bool) async throws {
        let day = source.now.milliseconds / 86_400_000
        let words = String(words.lowercased().prefix(100))
        try await store.write { transaction in
            try transaction.send(
                """
                INSERT INTO search_log (words, day, searches, answered)
                VALUES (\(words), \(day), 1, \(wasAnswered))
                ON CONFLICT (words, day) DO UPDATE SET searches = search_log.searches + 1,
                    answered = search_log.answered + excluded.answered
                """)
        }
    }
}
