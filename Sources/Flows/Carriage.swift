import Kernel

/// Who carries goods, and under which number.
public struct Carriage: Sendable, Equatable {
    /// The carrier's name.
    public let carrier: String
    /// Its number.
    public let tracking: String

    /// Checks what somebody typed.
    ///
    /// - Throws: ``InvalidField`` for a name or number that is not 1–60 characters.
    public init(carrier: String, tracking: String) throws {
        self.carrier = try ValidatedText(carrier, field: "carrier", length: 1...60).value
        self.tracking = try ValidatedText(tracking, field: "tracking", length: 1...60).value
    }
}
