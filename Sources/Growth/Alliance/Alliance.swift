import Kernel
import Store

/// Who sells for whom and earns what: open commission plans, promotion links, attribution, and the commission of each
/// line as it was fixed at the sale. The money itself is in the books.
public final class Alliance: Sendable {
    let store: any Store
    let source: Source

    /// The room on a store.
    public init(store: any Store, source: Source) {
        self.store = store
        self.source = source
    }

    /// The room's tables.
    public static let migrations = [
        Migration(room: "alliance", number: 1, file: PackageResources._001_alliance_sql),
        Migration(room: "alliance", number: 2, file: PackageResources._002_reviews_sql),
    ]
}

/// A creator's link to a product.
public struct PromotionLink: Sendable, Equatable {
    /// The link.
    public let id: PromotionLinkID
    /// Whose it is.
    public let creator: PersonID
    /// Where it leads.
    public let product: ProductID
}

/// What an agency gets of its creators' commissions.
public struct AgencyMember: Sendable, Equatable {
    /// The agency.
    public let agency: AgencyID
    /// Its share.
    public let share: BasisPoints
}

extension Alliance {
    /// The creator's link to a product; there is one.
    public func link(
        of creator: PersonID, to product: ProductID, in transaction: any Transaction
    ) throws -> PromotionLink {
        try transaction.run(
            """
            INSERT INTO promotion_links (id, creator, product, created_at)
            VALUES (\(source.identifier(PromotionLinkKind.self)), \(creator), \(product), \(source.now))
            ON CONFLICT (creator, product) DO NOTHING
            """)
        let id: PromotionLinkID? = try transaction.value(
            "SELECT id FROM promotion_links WHERE creator = \(creator) AND product = \(product)")
        guard let id else { throw NotFound("promotion link") }
        return PromotionLink(id: id, creator: creator, product: product)
    }

    /// A creator's links to those of the products that they have one for.
    public func links(of creator: PersonID, to products: [ProductID]) async throws -> [ProductID: PromotionLinkID] {
        try await store.read { transaction in
            let rows = try transaction.rows(
                "SELECT product, id FROM promotion_links WHERE creator = \(creator) AND product IN \(list: products)")
            return Dictionary(
                try rows.map { (try $0.get(0), try $0.get(1)) }, uniquingKeysWith: { first, _ in first })
        }
    }

    /// A link.
    ///
    /// - Throws: ``NotFound``.
    public static func link(_ id: PromotionLinkID, in transaction: any Transaction) throws -> PromotionLink {
        guard let row = try transaction.row("SELECT creator, product FROM promotion_links WHERE id = \(id)") else {
            throw NotFound("promotion link")
        }
        return PromotionLink(id: id, creator: try row.get(0), product: try row.get(1))
    }

    /// Somebody followed a link.
    ///
    /// - Throws: ``NotFound``.
    public func follow(
        _ link: PromotionLinkID, by person: PersonID, in transaction: any Transaction
    ) throws -> PromotionLink {
        let found = try Self.link(link, in: transaction)
        try Self.touch(
            CreatorTouch(creator: found.creator, cause: "link:\(link)", at: source.now), by: person, of: found.product,
            in: transaction)
        return found
    }

    /// Puts a creator under an agency, or changes the agency's share; sales that were made keep theirs.
    ///
    /// - Throws: ``InvalidField``.
    public func join(
        _ creator: PersonID, to agency: AgencyID, share: BasisPoints, in transaction: any Transaction
    ) throws {
        guard (0...10_000).contains(share.value) else {
            throw InvalidField("share", "must lie between 0 and 10000 basis points.", zh: "分成比例须在 0 到 100% 之间。")
        }
        try transaction.send(
            """
            INSERT INTO agency_members (creator, agency, share, joined_at)
            VALUES (\(creator), \(agency), \(share.value), \(source.now))
            ON CONFLICT (creator) DO UPDATE SET agency = excluded.agency, share = excluded.share
            """)
    }

    /// The agency of a creator, or `nil`.
    public static func agency(of creator: PersonID, in transaction: any Transaction) throws -> AgencyMember? {
        try transaction.row("SELECT agency, share FROM agency_members WHERE creator = \(creator)").map {
            AgencyMember(agency: try $0.get(0), share: BasisPoints(try $0.get(1)))
        }
    }
}
