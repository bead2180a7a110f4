import Foundation
import Kernel

/// One thing that a person did where goods and people meet. Every touchpoint can lead straight to a purchase.
public struct Touchpoint: FactContent, Equatable {
    public static let topic = "touchpoint"

    /// What was done.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        case impression, view, finish, like, unlike, favourite, unfavourite, share, follow, unfollow, open, cart, buy,
            search
        case notInterested = "not_interested"
        case report
    }

    /// What it was done to.
    public enum Subject: Hashable, Sendable {
        case product(ProductID)
        case video(VideoID)
        case live(LiveSessionID)
        case shop(ShopID)
        case creator(PersonID)
        case query(String)
    }

    /// Who did it; a visitor counts.
    public let person: PersonID
    /// When it happened.
    public let time: Instant
    /// What was done.
    public let kind: Kind
    /// What it was done to.
    public let subject: Subject
    /// The slate that caused it, if one did.
    public let slate: SlateID?
    /// How long the person stayed, in milliseconds.
    public let dwell: Int64?

    /// A touchpoint.
    public init(
        person: PersonID, time: Instant, kind: Kind, subject: Subject, slate: SlateID? = nil, dwell: Int64? = nil
    ) {
        self.person = person
        self.time = time
        self.kind = kind
        self.subject = subject
        self.slate = slate
        self.dwell = dwell
    }

    public var key: String { person.description }
}

extension Touchpoint.Subject: Codable, LosslessStringConvertible {
    /// The identifier's text form, or `query:` and the words.
    public var description: String {
        switch self {
        case .product(let id): id.description
        case .video(let id): id.description
        case .live(let id): id.description
        case .shop(let id): id.description
        case .creator(let id): id.description
        case .query(let words): "query:\(words)"
        }
    }

    /// Reads ``description``.
    public init?(_ text: String) {
        if let id = ProductID(text) {
            self = .product(id)
        } else if let id = VideoID(text) {
            self = .video(id)
        } else if let id = LiveSessionID(text) {
            self = .live(id)
        } else if let id = ShopID(text) {
            self = .shop(id)
        } else if let id = PersonID(text) {
            self = .creator(id)
        } else if text.hasPrefix("query:"), text.utf8.count <= 400 {
            self = .query(String(text.dropFirst(6)))
        } else {
            return nil
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let value = Self(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "is not a product, video, live session, shop, person or query:…")
        }
        self = value
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension Touchpoint {
    // Touchpoints come by the ten thousand a second, so their payload is a short line, not JSON:
    // person, time, kind, slate, dwell, subject; the subject stands last because a query may hold spaces.
    public func payload(with encoder: JSONEncoder) throws -> String {
        let slate = slate?.description ?? "-"
        let dwell = dwell.map(String.init) ?? "-"
        return "\(person) \(time.milliseconds) \(kind.rawValue) \(slate) \(dwell) \(subject)"
    }

    public static func read(_ payload: String, with decoder: JSONDecoder) throws -> Touchpoint {
        // By bytes: nothing here asks where a character ends.
        let parts = payload.utf8.split(
            separator: UInt8(ascii: " "), maxSplits: 5, omittingEmptySubsequences: false
        ).map(Substring.init)
        guard parts.count == 6, let person = PersonID(parts[0]), let time = Int64(parts[1]),
            let kind = Kind(rawValue: String(parts[2])), let subject = Subject(String(parts[5]))
        else {
            throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "not a touchpoint: \(payload)"))
        }
        return Touchpoint(
            person: person, time: Instant(milliseconds: time), kind: kind, subject: subject,
            slate: SlateID(parts[3]), dwell: Int64(parts[4]))
    }
}
