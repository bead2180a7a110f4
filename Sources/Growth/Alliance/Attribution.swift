import Kernel
import Store

/// A creator brought somebody to a product.
public struct CreatorTouch: Sendable, Codable, Equatable {
    /// Who.
    public let creator: PersonID
    /// By what: `link:lnk_…`, `slate:slt_…/vid_…` for a card of a video, or `live:lvs_…` for a live session.
    public let cause: String
    /// When.
    public let at: Instant

    /// A touch.
    public init(creator: PersonID, cause: String, at: Instant) {
        self.creator = creator
        self.cause = cause
        self.at = at
    }
}

/// Why a commission has to be looked at before it is paid.
public enum FraudSignal: String, Sendable, Codable, CaseIterable {
    /// Buyer and creator are one person.
    case selfPurchase
    /// The goods go to where the creator's own orders go.
    case sameAddress
    /// Buyer and creator have used one browser.
    case sameDevice
}

/// What is known about buyer and creator when something is bought.
public struct BuyerEvidence: Sendable, Equatable {
    /// Who buys.
    public let buyer: PersonID
    /// Where it goes, as text.
    public let address: String
    /// Where the creator's own orders went, as texts.
    public let creatorAddresses: [String]
    /// Whether they have used one browser.
    public let sharesDevice: Bool

    /// What is known.
    public init(buyer: PersonID, address: String, creatorAddresses: [String], sharesDevice: Bool) {
        self.buyer = buyer
        self.address = address
        self.creatorAddresses = creatorAddresses
        self.sharesDevice = sharesDevice
    }
}

/// Who is credited with a sale, and whether that looks right. Pure.
public enum Attribution {
    /// The last touch within `window` before `now`; of two at one moment the one whose cause sorts last.
    public static func credited(_ touches: [CreatorTouch], at now: Instant, within window: Duration) -> CreatorTouch? {
        touches.filter { $0.at <= now && now < $0.at + window }
            .max { ($0.at, $0.cause) < ($1.at, $1.cause) }
    }

    /// What speaks against paying a commission.
    public static func signals(for creator: PersonID, _ evidence: BuyerEvidence) -> [FraudSignal] {
        if evidence.buyer == creator { return [.selfPurchase] }
        var signals: [FraudSignal] = []
        let address = normalised(evidence.address)
        if !address.isEmpty, evidence.creatorAddresses.map(normalised).contains(address) {
            signals.append(.sameAddress)
        }
        if evidence.sharesDevice { signals.append(.sameDevice) }
        return signals
    }

    /// Case, spaces and punctuation hide nothing.
    private static func normalised(_ address: String) -> String {
        String(address.lowercased().filter { $0.isLetter || $0.isNumber })
    }
}

extension Alliance {
    /// Keeps a touch; each is kept, whoever is credited later.
    public static func touch(
        _ touch: CreatorTouch, by person: PersonID, of product: ProductID, in transaction: any Transaction
    ) throws {
        try transaction.send(
            """
            INSERT INTO creator_touches (person, product, creator, cause, touched_at)
            VALUES (\(person), \(product), \(touch.creator), \(touch.cause), \(touch.at)) ON CONFLICT DO NOTHING
            """)
    }

    /// A person's touches of a product since a moment, oldest first.
    public static func touches(
        by person: PersonID, of product: ProductID, since: Instant, in transaction: any Transaction
    ) throws -> [CreatorTouch] {
        try transaction.rows(
            """
            SELECT creator, cause, touched_at FROM creator_touches
            WHERE person = \(person) AND product = \(product) AND touched_at >= \(since)
            ORDER BY touched_at DESC, creator, cause LIMIT 50
            """
        ).map { CreatorTouch(creator: try $0.get(0), cause: try $0.get(1), at: try $0.get(2)) }.reversed()
    }

    /// A visitor turned out to be a person: touches move, and the browser is remembered as used by that person.
    public static func recognise(
        _ visitor: PersonID, as person: PersonID, in transaction: any Transaction
    ) throws {
        try transaction.send(
            "INSERT INTO person_devices (device, person) VALUES (\(visitor), \(person)) ON CONFLICT DO NOTHING")
        try transaction.send(
            """
            INSERT INTO creator_touches (person, product, creator, cause, touched_at)
            SELECT \(person), product, creator, cause, touched_at FROM creator_touches WHERE person = \(visitor)
            ON CONFLICT DO NOTHING
            """)
        try transaction.send("DELETE FROM creator_touches WHERE person = \(visitor)")
    }

    /// Whether two persons have used one browser.
    public static func shareDevice(_ one: PersonID, _ other: PersonID, in transaction: any Transaction) throws -> Bool {
        try transaction.row(
            """
            SELECT 1 FROM person_devices a JOIN person_devices b ON a.device = b.device
            WHERE a.person = \(one) AND b.person = \(other) LIMIT 1
            """) != nil
    }
}
