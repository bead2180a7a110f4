/// Finds a shortest sequence that still fails, by leaving commands out.
///
/// It doesn't run anything itself: whoever drives it tries ``candidate`` and says with ``answer(fails:)`` what came of
/// it, so that one rule serves pure models and models that wait for a database. First halves are left out, then
/// quarters, and so on to single commands (delta debugging: Zeller and Hildebrandt, 2002); at the end every command of
/// ``smallest`` is needed.
public struct Shrinking<Command: Sendable>: Sendable {
    /// The shortest sequence known to fail.
    public private(set) var smallest: [Command]
    private var width: Int
    private var start = 0
    private var hasShrunk = false

    /// - Parameter failing: a sequence that fails whenever it is run.
    public init(_ failing: [Command]) {
        smallest = failing
        width = max(1, failing.count / 2)
    }

    /// What to try next; `nil` when nothing more can be left out.
    public var candidate: [Command]? {
        guard width > 0, start < smallest.count else { return nil }
        return Array(smallest[..<start] + smallest[min(start + width, smallest.count)...])
    }

    /// Takes in whether ``candidate`` failed as well.
    public mutating func answer(fails: Bool) {
        guard let tried = candidate else { return }
        if fails {
            smallest = tried
            hasShrunk = true
        } else {
            start += width
        }
        guard start >= smallest.count else { return }
        start = 0
        if width > 1 {
            width /= 2
        } else if hasShrunk {
            // What was needed before may not be needed without the commands that went after it.
            hasShrunk = false
        } else {
            width = 0
        }
    }
}

/// A sequence that should hold and does not.
public struct Counterexample<Command: Sendable>: Error, CustomStringConvertible {
    /// The seed that the first failing sequence came from.
    public let seed: UInt64
    /// A sequence in which every command is needed for the failure.
    public let commands: [Command]
    /// What went wrong in it.
    public let failure: String

    public var description: String {
        "seed \(seed), minimal sequence of \(commands.count):\n"
            + commands.map { "  \($0)\n" }.joined() + failure
    }
}

/// Random sequences from seeds, each run against a model.
public struct Sequences<Command: Sendable>: Sendable {
    private let seeds: Range<UInt64>
    private let length: Int
    private let draw: @Sendable (inout SplitMix) -> Command

    /// - Parameters:
    ///   - length: commands in each sequence.
    ///   - draw: makes a command; what the command chooses while it runs has to be in it, so that it repeats.
    public init(_ seeds: Range<UInt64>, length: Int, draw: @escaping @Sendable (inout SplitMix) -> Command) {
        (self.seeds, self.length, self.draw) = (seeds, length, draw)
    }

    /// The sequence of a seed.
    public func commands(_ seed: UInt64) -> [Command] {
        var random = SplitMix(state: seed)
        return (0..<length).map { _ in draw(&random) }
    }

    /// Runs every sequence, and shrinks the first that fails.
    ///
    /// - Parameter run: runs a sequence from the beginning and throws where it and its model differ.
    /// - Returns: `nil` when all hold.
    public func counterexample(_ run: ([Command]) throws -> Void) -> Counterexample<Command>? {
        for seed in seeds {
            if let found = Self.counterexample(of: commands(seed), seed: seed, run) { return found }
        }
        return nil
    }

    /// Runs a sequence, and shrinks it if it fails.
    ///
    /// - Parameter seed: where it came from, to be told.
    public static func counterexample(
        of sequence: [Command], seed: UInt64, _ run: ([Command]) throws -> Void
    ) -> Counterexample<Command>? {
        guard var failure = failure(sequence, run) else { return nil }
        var shrinking = Shrinking(sequence)
        while let candidate = shrinking.candidate {
            let found = Self.failure(candidate, run)
            shrinking.answer(fails: found != nil)
            failure = found ?? failure
        }
        return Counterexample(seed: seed, commands: shrinking.smallest, failure: failure)
    }

    /// ``counterexample(of:seed:_:)`` for models that wait for a database.
    public static func slowCounterexample(
        of sequence: [Command], seed: UInt64, isolation: isolated (any Actor)? = #isolation,
        _ run: ([Command]) async throws -> Void
    ) async -> Counterexample<Command>? {
        guard var failure = await slowFailure(sequence, run) else { return nil }
        var shrinking = Shrinking(sequence)
        while let candidate = shrinking.candidate {
            let found = await slowFailure(candidate, run)
            shrinking.answer(fails: found != nil)
            failure = found ?? failure
        }
        return Counterexample(seed: seed, commands: shrinking.smallest, failure: failure)
    }

    private static func slowFailure(
        _ commands: [Command], isolation: isolated (any Actor)? = #isolation, _ run: ([Command]) async throws -> Void
    ) async -> String? {
        do {
            try await run(commands)
            return nil
        } catch { return "\(error)" }
    }

    private static func failure(_ commands: [Command], _ run: ([Command]) throws -> Void) -> String? {
        do {
            try run(commands)
            return nil
        } catch { return "\(error)" }
    }
}

/// Where a sequence and its model differ.
public struct Difference: Error, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }

    /// Throws unless `holds`.
    public static func unless(_ holds: Bool, _ sentence: @autoclosure () -> String) throws {
        guard holds else { throw Difference(sentence()) }
    }
}

/// SplitMix64 (Steele, Lea and Flood, 2014): numbers from a seed, so that a failure repeats.
public struct SplitMix: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(state: UInt64) { self.state = state }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
