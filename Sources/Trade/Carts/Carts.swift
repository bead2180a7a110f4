import Journal
import Kernel
import Store

/// A line of a cart: what somebody means to buy, and what it cost when they saw it.
public struct CartLine: Sendable, Equatable {
    /// The variant.
    public let variant: VariantID
    /// Its product.
    public let product: ProductID
    /// Its shop.
    public let shop: ShopID
    /// Units, 1…``Carts/maximumQuantity``.
    public let quantity: Int64
    /// What one unit cost when it was put in, in minor units.
    public let shownAmount: Int64
    /// The slate that led here, if one did.
    public let slate: SlateID?
    /// When it was put in.
    public let addedAt: Instant

    /// A line.
    public init(
        variant: VariantID, product: ProductID, shop: ShopID, quantity: Int64, shownAmount: Int64, slate: SlateID?,
        addedAt: Instant
    ) {
        self.variant = variant
        self.product = product
        self.shop = shop
        self.quantity = quantity
        self.shownAmount = shownAmount
        self.slate = slate
        self.addedAt = addedAt
    }
}

/// The cart has no room for another line.
public struct CartFull: Problem, Equatable {
    public init() {}

    public var details: ProblemDetails {
        ProblemDetails(
            .conflict, "cart-full", "The cart holds \(Carts.maximumLines) different goods at most. Remove some first.",
            zh: "购物车最多放 \(Carts.maximumLines) 种商品，请先移除一些。")
    }
}

/// What people mean to buy, over all shops. A visitor has a cart too, and keeps it when signing in.
public final class Carts: Sendable {
    /// Different variants in one cart.
    public static let maximumLines = 200
    /// Units of one variant.
    public static let maximumQuantity: Int64 = 999

    private let store: any Store

    /// The room on a store.
    public init(store: any Store) { self.store = store }

    /// The room's tables.
    public static let migrations = [
        Migration(room: "carts", number: 1, file: PackageResources._001_carts_sql)
    ]

    /// The lines of a cart, newest first.
    public static func lines(of person: PersonID, in transaction: any Transaction) throws -> [CartLine] {
        try transaction.rows("SELECT * FROM cart_lines WHERE person = \(person) ORDER BY added_at DESC, variant").map {
            CartLine(
                variant: try $0.get("variant"), product: try $0.get("product"), shop: try $0.get("shop"),
                quantity: try $0.get("quantity"), shownAmount: try $0.get("shown_amount"), slate: try $0.get("slate"),
                addedAt: try $0.get("added_at"))
        }
    }

    /// How many units lie in a cart.
    public func count(of person: PersonID) async throws -> Int {
        try await store.read {
            try $0.value("SELECT COALESCE(SUM(quantity), 0) FROM cart_lines WHERE person = \(person)") ?? 0
        }
    }

    /// Puts units into the cart, on top of those already there.
    ///
    /// - Throws: ``InvalidField`` for a quantity out of range, ``CartFull``.
    public static func add(_ line: CartLine, to person: PersonID, in transaction: any Transaction) throws {
        try checkQuantity(line.quantity)
        let count: Int = try transaction.value("SELECT COUNT(*) FROM cart_lines WHERE person = \(person)") ?? 0
        let isThere =
            try transaction.row(
                "SELECT 1 FROM cart_lines WHERE person = \(person) AND variant = \(line.variant)") != nil
        guard isThere || count < maximumLines else { throw CartFull() }
        try transaction.send(
            """
            INSERT INTO cart_lines (person, variant, product, shop, quantity, shown_amount, slate, added_at)
            VALUES (\(person), \(line.variant), \(line.product), \(line.shop), \(line.quantity), \(line.shownAmount),
                \(line.slate), \(line.addedAt))
            ON CONFLICT (person, variant) DO UPDATE SET shown_amount = excluded.shown_amount,
                quantity = CASE WHEN cart_lines.quantity + excluded.quantity > \(maximumQuantity)
                THEN \(maximumQuantity) ELSE cart_lines.quantity + excluded.quantity END
            """)
    }

    /// Sets the units of a line; 0 removes it.
    ///
    /// - Throws: ``NotFound`` when there is no such line, ``InvalidField`` for a quantity out of range.
    public static func setQuantity(
        _ quantity: Int64, of variant: VariantID, for person: PersonID, in transaction: any Transaction
    ) throws {
        if quantity != 0 { try checkQuantity(quantity) }
        let changed =
            quantity == 0
            ? try transaction.run("DELETE FROM cart_lines WHERE person = \(person) AND variant = \(variant)")
            : try transaction.run(
                "UPDATE cart_lines SET quantity = \(quantity) WHERE person = \(person) AND variant = \(variant)")
        guard changed == 1 else { throw NotFound("cart line") }
    }

    /// Takes a line out.
    ///
    /// - Returns: its units; `nil` when there is no such line.
    public static func remove(
        _ variant: VariantID, from person: PersonID, in transaction: any Transaction
    ) throws -> Int64? {
        try transaction.value(
            "DELETE FROM cart_lines WHERE person = \(person) AND variant = \(variant) RETURNING quantity")
    }

    /// Takes lines out after they were ordered.
    public static func remove(_ variants: [VariantID], from person: PersonID, in transaction: any Transaction) throws {
        try transaction.send("DELETE FROM cart_lines WHERE person = \(person) AND variant IN \(list: variants)")
    }

    /// Gives a visitor's lines to the person who signed in; a variant in both carts keeps the larger quantity.
    public static func merge(_ visitor: PersonID, into person: PersonID, in transaction: any Transaction) throws {
        try transaction.run(
            """
            INSERT INTO cart_lines (person, variant, product, shop, quantity, shown_amount, slate, added_at)
            SELECT \(person), variant, product, shop, quantity, shown_amount, slate, added_at FROM cart_lines
            WHERE person = \(visitor)
            ON CONFLICT (person, variant) DO UPDATE SET quantity =
                CASE WHEN cart_lines.quantity > excluded.quantity THEN cart_lines.quantity ELSE excluded.quantity END
            """)
        try transaction.send("DELETE FROM cart_lines WHERE person = \(visitor)")
    }

    private static func checkQuantity(_ quantity: Int64) throws {
        guard (1...maximumQuantity).contains(quantity) else {
            throw InvalidField(
                "quantity", "must be 1–\(maximumQuantity).", zh: "数量须为 1–\(maximumQuantity)。")
        }
    }
}
