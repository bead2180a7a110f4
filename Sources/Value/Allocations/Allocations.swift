import Foundation
import Inference
import Journal
import Kernel
import Store

/// How much of the people's experience may be given up in a time, and what of it is gone.
public struct StoredBudget: Sendable, Hashable {
    /// Its number.
    public let id: Int64
    /// In the name of which decision it was set.
    public let decision: DecisionID
    /// Points of the North Star that may be given up and that are gone.
    public let budget: ExperienceBudget
    /// From when it holds.
    public let startsAt: Instant
    /// Until when.
    public let endsAt: Instant
}

/// What was spent, by whom and for what.
public struct ExperienceSpending: Sendable, Hashable {
    /// In the name of which decision.
    public let decision: DecisionID
    /// What for.
    public let what: String
    /// Points of the North Star.
    public let points: Double
    /// When.
    public let at: Instant
}

/// An allocation as it was made.
public struct StoredAllocation: Sendable, Hashable {
    /// The allocation.
    public let id: AllocationID
    /// In the name of which decision.
    public let decision: DecisionID
    /// What was asked.
    public let request: AllocationRequest
    /// What came out.
    public let outcome: AllocationOutcome
    /// When.
    public let createdAt: Instant
}

/// Money and traffic go where their measured value is highest, v − λ·cost + μ·experience, within a budget of money and one of
/// experience that is spent and runs out.
public final class Allocations: Sendable {
    let store: any Store
    let journal: Journal
    let source: Source

    /// The room on a store and a journal.
    public init(store: any Store, journal: Journal, source: Source) {
        (self.store, self.journal, self.source) = (store, journal, source)
    }

    /// The room's tables.
    public static let migrations = [
        Migration(room: "allocations", number: 1, file: PackageResources._001_allocations_sql),
        Migration(room: "allocations", number: 2, file: PackageResources._002_prices_sql),
    ]

    // MARK: The experience budget

    /// The budget that holds now; the one that was set last, where several do.
    public static func budget(at now: Instant, in transaction: any Transaction) throws -> StoredBudget? {
        try transaction.row(
            """
            SELECT * FROM experience_budgets WHERE starts_at <= \(now) AND ends_at > \(now) ORDER BY id DESC LIMIT 1
            """
        ).map(StoredBudget.init)
    }

    /// What was spent of a budget, newest first.
    public static func spending(of budget: Int64, in transaction: any Transaction) throws -> [ExperienceSpending] {
        try transaction.rows(
            "SELECT * FROM experience_spending WHERE budget = \(budget) ORDER BY position DESC LIMIT 100"
        ).map {
            ExperienceSpending(
                decision: try $0.get("decision"), what: try $0.get("what"), points: try $0.get("points"),
                at: try $0.get("spent_at"))
        }
    }

    /// Sets a budget. One that holds already goes on being what it was, with what is gone of it.
    ///
    /// - Parameter allowance: points of the North Star, 0…100.
    /// - Throws: `InvalidField`.
    public func setBudget(
        _ allowance: Double, from start: Instant, until end: Instant, by running: RunningDecision, person: PersonID,
        in transaction: any Transaction
    ) throws -> Int64 {
        guard allowance.isFinite, (0...100).contains(allowance) else {
            throw InvalidField("allowance", "must be 0–100 points.", zh: "须为 0–100 点。")
        }
        guard start < end else {
            throw InvalidField("endsAt", "must come after the beginning.", zh: "结束时间须晚于开始时间。")
        }
        let id = try transaction.value("SELECT COALESCE(MAX(id), 0) + 1 FROM experience_budgets", as: Int64.self) ?? 1
        try transaction.run(
            """
            INSERT INTO experience_budgets (id, decision, person, allowance, starts_at, ends_at, created_at)
            VALUES (\(id), \(running.id), \(person), \(allowance), \(start), \(end), \(source.now))
            """)
        return id
    }

    /// Spends what a decision may cost the experience, or blocks it: the lower end of the interval must be affordable.
    ///
    /// Without a budget nothing is spent.
    ///
    /// - Returns: points that were spent.
    /// - Throws: ``AllocationProblem/budgetSpent(bound:left:)``.
    @discardableResult
    public func spend(
        _ effect: Interval, for what: String, by running: RunningDecision, in transaction: any Transaction
    ) throws -> Double {
        guard let stored = try Self.budget(at: source.now, in: transaction) else { return 0 }
        var budget = stored.budget
        do {
            try budget.spend(effect)
        } catch {
            throw AllocationProblem.budgetSpent(bound: effect.lower, left: stored.budget.left)
        }
        let points = budget.spent - stored.budget.spent
        guard points > 0 else { return 0 }
        // The condition decides, so that two who spend at once can't both have the last point.
        let spent = try transaction.run(
            """
            UPDATE experience_budgets SET spent = \(budget.spent)
            WHERE id = \(stored.id) AND spent = \(stored.budget.spent)
            """)
        guard spent == 1 else { throw StoreError.contention }
        try transaction.send(
            """
            INSERT INTO experience_spending (budget, position, decision, what, points, spent_at)
            SELECT \(stored.id), COUNT(*) + 1, \(running.id), \(what), \(points), \(source.now)
            FROM experience_spending WHERE budget = \(stored.id)
            """)
        return points
    }

    // MARK: Allocations

    /// Allocates under the money of the request, its floor and what the experience budget has left, and spends of that what
    /// the choice may cost.
    ///
    /// - Throws: `InvalidField`, ``AllocationProblem``.
    public func allocate(
        _ request: AllocationRequest, by running: RunningDecision, person: PersonID, in transaction: any Transaction
    ) throws -> AllocationID {
        let request = try request.checked()
        let left = try Self.budget(at: source.now, in: transaction)?.budget.left
        let outcome = try AllocationSolver(request, left: left).solve()
        // Only what is given up costs anything; rounding in the last digit must not block what was fitted to the floor.
        let harm = min(0, outcome.meanExperience)
        let bound = left.map { max(harm, -$0) } ?? harm
        try spend(Interval(bound, max(0, bound)), for: request.name, by: running, in: transaction)
        let id = source.identifier(AllocationKind.self)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        try transaction.send(
            """
            INSERT INTO allocations (id, decision, person, request, outcome, created_at)
            VALUES (\(id), \(running.id), \(person),
                \(String(decoding: try encoder.encode(request), as: UTF8.self)),
                \(String(decoding: try encoder.encode(outcome), as: UTF8.self)), \(source.now))
            """)
        try publish(outcome, of: id, request.currency, by: running, in: transaction)
        try journal.append(AllocationMade(id: id, decision: running.id), at: source.now, in: transaction)
        return id
    }

    /// An allocation.
    ///
    /// - Throws: `NotFound`.
    public static func find(_ id: AllocationID, in transaction: any Transaction) throws -> StoredAllocation {
        guard let row = try transaction.row("SELECT * FROM allocations WHERE id = \(id)") else {
            throw NotFound("allocation")
        }
        return try StoredAllocation(row)
    }

    /// Allocations, newest first.
    public static func list(limit: Int, in transaction: any Transaction) throws -> [StoredAllocation] {
        try transaction.rows("SELECT * FROM allocations ORDER BY created_at DESC, id DESC LIMIT \(limit)")
            .map(StoredAllocation.init)
    }
}

/// Something was allocated: ranking, coupons and traffic read its prices.
public struct AllocationMade: FactContent {
    public static let topic = "value.allocation_made"
    /// The allocation.
    public let id: AllocationID
    /// In the name of which decision.
    public let decision: DecisionID
    public var key: String { id.description }
}

extension StoredBudget {
    init(_ row: SQLRow) throws {
        id = try row.get("id")
        decision = try row.get("decision")
        budget = ExperienceBudget(allowance: try row.get("allowance"), spent: try row.get("spent"))
        startsAt = try row.get("starts_at")
        endsAt = try row.get("ends_at")
    }
}

extension StoredAllocation {
    init(_ row: SQLRow) throws {
        id = try row.get("id")
        decision = try row.get("decision")
        request = try JSONDecoder().decode(
            AllocationRequest.self, from: Data(try row.get("request", as: String.self).utf8))
        outcome = try JSONDecoder().decode(
            AllocationOutcome.self, from: Data(try row.get("outcome", as: String.self).utf8))
        createdAt = try row.get("created_at")
    }
}
