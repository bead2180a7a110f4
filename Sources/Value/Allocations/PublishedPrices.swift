import Kernel
import Store

/// λ and μ that hold now, as the latest allocation in a currency published them.
public struct PublishedPrices: Sendable, Hashable {
    /// The currency of money and value.
    public let currency: Currency
    /// The allocation whose prices they are.
    public let allocation: AllocationID
    /// In the name of which decision it was made.
    public let decision: DecisionID
    /// λ: value that the last unit of money buys.
    public let money: Double
    /// μ: value, in minor units, given up for the last point of experience of one person.
    public let experience: Double
    /// Since when.
    public let publishedAt: Instant

    /// What an option is worth at these prices: v − λ·cost + μ·experience, in minor units a person.
    public func net(value: Double, cost: Double, experience points: Double) -> Double {
        value - money * cost + experience * points
    }
}

extension Allocations {
    /// The prices that hold now, one for each currency in which something was allocated.
    public static func prices(in transaction: any Transaction) throws -> [PublishedPrices] {
        try transaction.rows("SELECT * FROM allocation_prices ORDER BY currency").map {
            PublishedPrices(
                currency: try $0.get("currency"), allocation: try $0.get("allocation"),
                decision: try $0.get("decision"), money: try $0.get("money"), experience: try $0.get("experience"),
                publishedAt: try $0.get("published_at"))
        }
    }

    func publish(
        _ outcome: AllocationOutcome, of id: AllocationID, _ currency: Currency, by running: RunningDecision,
        in transaction: any Transaction
    ) throws {
        try transaction.send(
            """
            INSERT INTO allocation_prices (currency, allocation, decision, money, experience, published_at)
            VALUES (\(currency), \(id), \(running.id), \(outcome.money), \(outcome.experience), \(source.now))
            ON CONFLICT (currency) DO UPDATE SET allocation = excluded.allocation, decision = excluded.decision,
                money = excluded.money, experience = excluded.experience, published_at = excluded.published_at
            """)
    }
}
