import InferenceTrials
import Kernel
import Payments
import Synchronization

/// Time and randomness of a simulated marketplace: both stand still until they are asked or moved.
final class SimulatedClock: Sendable {
    private let state: Mutex<(now: Instant, random: SeededRandom)>

    /// The first simulated day, 2026-01-01 in UTC.
    static let start = Instant(milliseconds: 1_767_225_600_000)

    init(seed: UInt64) { state = Mutex((Self.start, SeededRandom(seed: seed))) }

    /// What the rooms take for the machine's clock and generator.
    var source: Source {
        Source(
            now: { [self] in state.withLock { $0.now } }, random: { [self] in state.withLock { $0.random.next() } })
    }

    /// Goes to an hour of a day; never back.
    func go(toDay day: Int, hour: Int64) {
        let target = Self.start + .days(Int64(day)) + .hours(hour)
        state.withLock { $0.now = max($0.now, target) }
    }

    /// Lets some seconds pass.
    func pass(seconds: Int64) { state.withLock { $0.now = $0.now + .seconds(seconds) } }
}

/// A payment company in the simulation's own process: whoever begins to pay has paid. No money moves.
struct SimulatedProvider: PaymentProvider {
    let name = "test"
    let signatureHeader = "Simulated-Signature"

    func begin(_ intent: PaymentIntent, returnTo url: String) async throws -> String { url }
    func read(webhook body: String, signature: String?) throws -> ProviderEvent? {
        throw WebhookRefused("a simulation has no webhooks.")
    }
    func read(kept body: String) throws -> ProviderEvent? {
        throw WebhookRefused("a simulation has no webhooks.")
    }
    func records(in period: Range<Instant>) async throws -> [ProviderRecord] { [] }
    func status(of intent: PaymentIntent) async throws -> ProviderEvent? {
        ProviderEvent(id: "status-\(intent.id)", intent: intent.id, state: .succeeded, amount: intent.amount)
    }
    func refund(_ refund: RefundID, of intent: PaymentIntent, amount: Money) async throws {}
}
