/// A place in a list that is ordered by time, and by identifier where times are equal: where the next page begins.
public struct TimeCursor<Kind: IdentifierKind>: Sendable, LosslessStringConvertible {
    /// The time of the last thing of the page before.
    public let time: Instant
    /// The text form of its identifier, which is what databases compare.
    public let id: String

    /// After this thing.
    public init(time: Instant, id: Identifier<Kind>) {
        self.time = time
        self.id = id.description
    }

    /// Reads ``description``.
    public init?(_ text: String) {
        let parts = text.split(separator: ".")
        guard parts.count == 2, let milliseconds = Int64(parts[0]), let id = Identifier<Kind>(parts[1]) else {
            return nil
        }
        self.init(time: Instant(milliseconds: milliseconds), id: id)
    }

    public var description: String { "\(time.milliseconds).\(id)" }
}
