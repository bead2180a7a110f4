import Catalog
import HTTP
import Kernel
import Media
import Store

/// A shop's staff shows what its goods look like.
public struct KeepPictures: Sendable {
    private let market: Marketplace

    /// Over the rooms of `market`.
    public init(_ market: Marketplace) { self.market = market }

    /// Takes pictures in and puts them behind those that a product has. A picture that it has already is not added again,
    /// so that nothing happens twice. Nobody's change can be overwritten by that, so no version is asked for.
    ///
    /// - Parameters:
    ///   - files: pictures as they were sent.
    ///   - target: its version does not matter.
    ///   - command: with a key, the same pictures are added once even if they were taken away meanwhile.
    /// - Throws: ``PictureProblem``, ``IdempotencyKeyReused``, ``NotFound``, ``Forbidden``, ``InvalidField``.
    public func add(
        _ files: [[UInt8]], alt: Localized, to target: KeepProducts.Target, _ command: Command
    ) async throws -> Product {
        try command.identity.require(.goods, at: target.shop)
        guard (1...GoodsDraft.pictureLimit).contains(files.count) else {
            throw InvalidField(
                "pictures", "must be 1–\(GoodsDraft.pictureLimit).", zh: "须为 1–\(GoodsDraft.pictureLimit) 张。")
        }
        guard let pictures = market.pictures else { throw PictureProblem.unavailable }
        // Nobody makes this server decode pictures for a product that is not theirs.
        let now = market.source.now
        _ = try await market.store.read { try Catalog.goods(target.product, of: target.shop, at: now, in: $0) }
        var paths: [String] = []
        for file in files { paths.append(try await pictures.keep(file)) }
        let job = Job(paths, alt, target, command)
        return try await market.store.write { [self] in try once(job, in: $0) }
    }

    /// Orders pictures, says what they show, and leaves out those that are not named.
    ///
    /// - Throws: ``GoodsChanged``, ``NotFound``, ``Forbidden``, ``InvalidField``.
    public func arrange(
        _ target: KeepProducts.Target, _ pictures: [ProductPicture], _ command: Command
    ) async throws -> Product {
        try await KeepProducts(market).edit(target, GoodsPatch(pictures: pictures), command)
    }

    /// Pictures for a product; a class, so that it is one thing to hand on.
    private final class Job: Sendable {
        let paths: [String]
        let alt: Localized
        let target: KeepProducts.Target
        let command: Command

        init(_ paths: [String], _ alt: Localized, _ target: KeepProducts.Target, _ command: Command) {
            self.paths = paths
            self.alt = alt
            self.target = target
            self.command = command
        }
    }

    /// What is asked is which pictures, so their names, which stand for their content, belong to the fingerprint.
    private func once(_ job: Job, in transaction: any Transaction) throws -> Product {
        let now = market.source.now
        let asked = "\(job.command.fingerprint) \(job.paths) \(job.alt.en) \(job.alt.zh)"
        _ = try transaction.once(job.command.key, fingerprint: asked, at: now) {
            _ = try put(job, in: transaction)
            return true
        }
        return try Catalog.goods(job.target.product, of: job.target.shop, at: now, in: transaction)
    }

    private func put(_ job: Job, in transaction: any Transaction) throws -> Product {
        let now = market.source.now
        let product = try Catalog.goods(job.target.product, of: job.target.shop, at: now, in: transaction)
        var added: [String] = []
        for path in job.paths where !product.media.contains(path) && !added.contains(path) { added.append(path) }
        guard !added.isEmpty else { return product }
        let target = KeepProducts.Target(product.id, of: product.shop, version: product.version)
        let patch = GoodsPatch(pictures: product.pictures + added.map { ProductPicture(path: $0, alt: job.alt) })
        _ = try KeepProducts(market).edit(target, patch, newPictures: added, by: job.command.identity, in: transaction)
        return try Catalog.goods(product.id, of: product.shop, at: now, in: transaction)
    }
}
