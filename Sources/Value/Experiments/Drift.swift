import Inference
import Kernel

/// Whether what was shipped still does what it was shipped for.
public enum Drift: String, Sendable, Codable, CaseIterable {
    /// It creates at least what was claimed.
    case holds
    /// It surely creates less than its experiment measured.
    case faded
    /// It surely creates less than was claimed.
    case short
    /// It surely does harm by now.
    case harmful
    /// Too little is known: nobody is held back, or not for long enough.
    case unknown

    /// Whether somebody should act.
    public var isDrift: Bool { self == .faded || self == .short || self == .harmful }
}

extension DecisionValue {
    /// How what holding people back shows now stands to what was claimed and measured, the gravest first.
    public var drift: Drift {
        guard let confirmed else { return .unknown }
        if confirmed.interval.upper < 0 { return .harmful }
        if confirmed.interval.upper < claimed { return .short }
        if let measured, Self.isLess(confirmed, than: measured) { return .faded }
        return confirmed.interval.lower >= claimed ? .holds : .unknown
    }

    /// Both were estimated, so both errors count; 1.96 errors is one look in forty by chance.
    private static func isLess(_ now: Effect, than then: Effect) -> Bool {
        let error = (now.standardError * now.standardError + then.standardError * then.standardError).squareRoot()
        return now.value - then.value < -1.96 * error
    }
}
