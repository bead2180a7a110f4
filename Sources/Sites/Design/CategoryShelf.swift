import Catalog
import Kernel
import Synchronization

/// The categories, read at most twice a minute: every mall and search page names some.
final class CategoryShelf: Sendable {
    private let catalog: Catalog
    private let source: Kernel.Source
    private let known = Mutex<(categories: [Category], until: Instant)>(([], Instant(milliseconds: 0)))

    init(catalog: Catalog, source: Kernel.Source) {
        self.catalog = catalog
        self.source = source
    }

    /// All categories in the operator's order.
    func all() async throws -> [Category] {
        let now = source.now
        if let fresh = known.withLock({ $0.until > now ? $0.categories : nil }) { return fresh }
        let categories = try await catalog.categories()
        known.withLock { $0 = (categories, now + .seconds(30)) }
        return categories
    }

    /// A category and those above it, topmost first; empty when there is no such category.
    static func path(to id: CategoryID, in categories: [Category]) -> [Category] {
        var path: [Category] = []
        var next: CategoryID? = id
        while let id = next, path.count < 6, let category = categories.first(where: { $0.id == id }) {
            path.insert(category, at: 0)
            next = category.parent
        }
        return path
    }
}
