import Foundation
import Kernel
import Store

/// What a room tells the journal.
public protocol FactContent: Codable, Sendable {
    /// The name under which followers find it, for example `orders.paid`.
    static var topic: String { get }
    /// Whom or what it is about; facts with one key keep their order everywhere.
    var key: String { get }
    /// The text that is kept; JSON unless a hot type writes its own.
    func payload(with encoder: JSONEncoder) throws -> String
    /// Reads what ``payload(with:)`` wrote.
    static func read(_ payload: String, with decoder: JSONDecoder) throws -> Self
}

extension FactContent {
    public func payload(with encoder: JSONEncoder) throws -> String {
        String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    public static func read(_ payload: String, with decoder: JSONDecoder) throws -> Self {
        try decoder.decode(Self.self, from: Data(payload.utf8))
    }
}

/// A place in the journal.
///
/// On SQLite the epoch is 0. On PostgreSQL it is the transaction number, because sequence numbers become visible in
/// another order than they were drawn.
public struct Position: Hashable, Sendable, Comparable, Codable {
    /// Transaction number on PostgreSQL, 0 on SQLite.
    public let epoch: Int64
    /// Number of the row.
    public let sequence: Int64

    /// The place of one row.
    public init(epoch: Int64, sequence: Int64) {
        self.epoch = epoch
        self.sequence = sequence
    }

    /// Before everything.
    public static let start = Position(epoch: -1, sequence: 0)

    public static func < (left: Self, right: Self) -> Bool {
        (left.epoch, left.sequence) < (right.epoch, right.sequence)
    }
}

/// Something that happened.
public struct Fact: Sendable {
    /// Where it stands.
    public let position: Position
    /// When it was appended.
    public let at: Instant
    /// Its topic.
    public let topic: String
    /// Whom or what it is about.
    public let key: String
    /// Its content as kept.
    public let payload: String

    init(_ row: SQLRow) throws {
        position = Position(epoch: try row.get(0), sequence: try row.get(1))
        at = try row.get(2)
        topic = try row.get(3)
        key = try row.get(4)
        payload = try row.get(5)
    }

    /// The content as `Content`, or `nil` when the fact has another topic.
    ///
    /// - Throws: a decoding error when the payload is not what the topic promises.
    public func content<Content: FactContent>(
        _ type: Content.Type = Content.self, with decoder: JSONDecoder = JSONDecoder()
    ) throws -> Content? {
        topic == Content.topic ? try Content.read(payload, with: decoder) : nil
    }
}
