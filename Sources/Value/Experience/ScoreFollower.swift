import Foundation
import Journal
import Kernel
import Store

extension Experience {
    /// Keeps the score of shops from what happens to orders. Facts, sums and the position move in one transaction.
    public var scoreFollower: Subscription {
        Subscription(
            name: "experience-scores",
            topics: [
                "catalog.product_changed", "orders.order_changed", "after_sales.case_changed", SurveyAnswered.topic,
            ], batch: 500
        ) { try Self.score($0, in: $1) }
    }

    /// Forgets all sums, so that the follower makes them anew from the journal. While no node is running: a running one
    /// remembers how far it had come. Appeals and their answers stay, and hold in what is made anew.
    public static func forgetScores(in transaction: any Transaction) throws {
        for table in ["score_orders", "score_cases", "score_cells", "score_products"] {
            try transaction.run(SQL(stringLiteral: "DELETE FROM \(table)"))
        }
        try transaction.run("DELETE FROM journal_positions WHERE subscription = 'experience-scores'")
    }

    /// Orders that are known to scores.
    public static func scoredOrders(in transaction: any Transaction) throws -> Int {
        try transaction.value("SELECT COUNT(*) FROM score_orders", as: Int.self) ?? 0
    }

    /// Applies facts.
    package static func score(_ facts: [Fact], in transaction: any Transaction) throws {
        let decoder = JSONDecoder()
        var batch = ScoreBatch()
        var events: [ScoreEvent] = []
        for fact in facts {
            guard let event = ScoreEvent(fact, decoder) else { continue }
            if case .product(let product) = event {
                try transaction.run(
                    """
                    INSERT INTO score_products (product, category) VALUES (\(product.product), \(product.category))
                    ON CONFLICT (product) DO UPDATE SET category = excluded.category
                    """)
            } else {
                events.append(event)
            }
        }
        try batch.load(events, in: transaction)
        for event in events { try batch.apply(event, in: transaction) }
        try batch.save(in: transaction)
    }
}

/// What scores read from the journal.
enum ScoreEvent {
    struct Product: Decodable {
        let product: ProductID
        let category: CategoryID
    }
    case product(Product)
    case step(SurveyEvent.OrderStep)
    case afterSale(SurveyEvent.CaseStep)
    case answer(SurveyAnswered)

    /// `nil` for what can't be read, which would stop the follower.
    init?(_ fact: Fact, _ decoder: JSONDecoder) {
        switch fact.topic {
        case "catalog.product_changed":
            guard let found = SurveyEvent.read(fact, decoder, as: Product.self) else { return nil }
            self = .product(found)
        case "orders.order_changed":
            guard let found = SurveyEvent.read(fact, decoder, as: SurveyEvent.OrderStep.self) else { return nil }
            self = .step(found)
        case "after_sales.case_changed":
            guard let found = SurveyEvent.read(fact, decoder, as: SurveyEvent.CaseStep.self) else { return nil }
            self = .afterSale(found)
        case SurveyAnswered.topic:
            guard let found = SurveyEvent.read(fact, decoder, as: SurveyAnswered.self) else { return nil }
            self = .answer(found)
        default: return nil
        }
    }

    /// What an order is filed under.
    var firstProduct: ProductID? {
        if case .step(let step) = self { step.lines.first?.product } else { nil }
    }

    var order: OrderID? {
        switch self {
        case .product: nil
        case .step(let step): step.order
        case .afterSale(let step): step.order
        case .answer(let answer): answer.order
        }
    }
}

/// Orders that one unit of work changes: read at once, changed in memory, written at once with what that does to sums.
struct ScoreBatch {
    private var before: [OrderID: ScoredOrder] = [:]
    private var after: [OrderID: ScoredOrder] = [:]
    private var categories: [ProductID: CategoryID] = [:]

    /// Reads what events are about.
    mutating func load(_ events: [ScoreEvent], in transaction: any Transaction) throws {
        try loadOrders(Set(events.compactMap(\.order)).sorted(), in: transaction)
        try loadCategories(Set(events.compactMap(\.firstProduct)).sorted(), in: transaction)
    }

    private mutating func loadCategories(_ ids: [ProductID], in transaction: any Transaction) throws {
        for start in stride(from: 0, to: ids.count, by: 200) {
            let group = Array(ids[start..<min(start + 200, ids.count)])
            for row in try transaction.rows(
                "SELECT product, category FROM score_products WHERE product IN \(list: group)")
            {
                categories[try row.get(0)] = try row.get(1, as: CategoryID.self)
            }
        }
    }

    /// Reads orders; those that are not there yet begin empty, and left out where an appeal was accepted.
    mutating func loadOrders(_ ids: [OrderID], in transaction: any Transaction) throws {
        for start in stride(from: 0, to: ids.count, by: 200) {
            let group = Array(ids[start..<min(start + 200, ids.count)])
            for row in try transaction.rows("SELECT * FROM score_orders WHERE order_id IN \(list: group)") {
                let found = try ScoredOrder(row)
                before[found.order] = found
            }
            var accepted: Set<OrderID> = []
            for row in try transaction.rows(
                "SELECT order_id FROM score_appeals WHERE state = 'accepted' AND order_id IN \(list: group)")
            {
                accepted.insert(try row.get(0))
            }
            for id in group {
                var own = before[id] ?? ScoredOrder(id)
                own.isLeftOut = accepted.contains(id)
                after[id] = own
            }
        }
    }

    mutating func apply(_ event: ScoreEvent, in transaction: any Transaction) throws {
        guard let id = event.order, var own = after[id] else { return }
        switch event {
        case .product: return
        case .step(let step):
            own.apply(step, category: event.firstProduct.flatMap { categories[$0] })
        case .afterSale(let step):
            let marks: [(String, Bool, WritableKeyPath<ScoredOrder, Int64>)] = [
                ("ended", step.isEnded, \.endedCases), ("disputed", step.state == "disputed", \.disputedCases),
                ("quality", step.isAboutGoods && step.state == "completed", \.qualityCases),
            ]
            for (mark, holds, path) in marks where holds {
                let isNew = try transaction.run(
                    """
                    INSERT INTO score_cases (case_id, mark) VALUES (\(step.id), \(mark))
                    ON CONFLICT (case_id, mark) DO NOTHING
                    """)
                own[keyPath: path] += Int64(isNew)
            }
        case .answer(let answer):
            guard let part = ScorePart(rawValue: answer.journey.rawValue) else { return }
            own.asked[part] = Int64(answer.score)
        }
        after[id] = own
    }

    /// Writes orders and moves the sums by what has changed.
    func save(in transaction: any Transaction) throws {
        var moved: [CellKey: ScoreSum] = [:]
        for (id, own) in after.sorted(by: { $0.key < $1.key }) {
            let old = before[id] ?? ScoredOrder(id)
            guard old != own || before[id] == nil else { continue }
            for part in ScorePart.allCases {
                for (order, sign) in [(old, Int64(-1)), (own, 1)] {
                    guard let points = order.points(part), let day = order.day, let shop = order.shop else { continue }
                    for name in ["\(shop)", ""] {
                        let key = CellKey(
                            shop: name, category: order.category.map { "\($0)" } ?? "", day: day, part: part)
                        moved[key, default: ScoreSum()] += ScoreSum(orders: sign, points: sign * points)
                    }
                }
            }
            try own.save(in: transaction)
        }
        // Sorted, so that two nodes take rows in one order.
        for (key, sum) in moved.sorted(by: { $0.key < $1.key }) where sum != ScoreSum() {
            try transaction.send(
                """
                INSERT INTO score_cells (shop, category, day, part, orders, points)
                VALUES (\(key.shop), \(key.category), \(key.day), \(key.part.rawValue), \(sum.orders), \(sum.points))
                ON CONFLICT (shop, category, day, part) DO UPDATE SET orders = score_cells.orders + excluded.orders,
                    points = score_cells.points + excluded.points
                """)
        }
    }

    /// A cell; the empty shop stands for all of them.
    private struct CellKey: Hashable, Comparable {
        let shop: String
        let category: String
        let day: Int64
        let part: ScorePart

        static func < (left: Self, right: Self) -> Bool {
            (left.shop, left.category, left.day, left.part.rawValue)
                < (right.shop, right.category, right.day, right.part.rawValue)
        }
    }
}

extension ScoredOrder {
    init(_ row: SQLRow) throws {
        self.init(try row.get("order_id"))
        shop = ShopID(try row.get("shop", as: String.self))
        category = CategoryID(try row.get("category", as: String.self))
        paidAt = try row.get("paid_at")
        shippedAt = try row.get("shipped_at")
        completedAt = try row.get("completed_at")
        cancelledAt = try row.get("cancelled_at")
        qualityCases = try row.get("quality_cases")
        disputedCases = try row.get("disputed_cases")
        endedCases = try row.get("ended_cases")
        for part in ScorePart.allCases {
            asked[part] = try row.get("asked_\(part.rawValue)", as: Int64?.self)
        }
        isLeftOut = try row.get("is_left_out")
    }

    fileprivate func save(in transaction: any Transaction) throws {
        try transaction.send(
            """
            INSERT INTO score_orders (order_id, shop, category, paid_at, shipped_at, completed_at, cancelled_at,
                quality_cases, disputed_cases, ended_cases, asked_logistics, asked_goods, asked_service, is_left_out,
                day, goods, logistics, service)
            VALUES (\(order), \(shop.map { "\($0)" } ?? ""), \(category.map { "\($0)" } ?? ""), \(paidAt),
                \(shippedAt), \(completedAt), \(cancelledAt), \(qualityCases), \(disputedCases), \(endedCases),
                \(asked[.logistics]), \(asked[.goods]), \(asked[.service]), \(isLeftOut), \(day), \(points(.goods)),
                \(points(.logistics)), \(points(.service)))
            ON CONFLICT (order_id) DO UPDATE SET shop = excluded.shop, category = excluded.category,
                paid_at = excluded.paid_at, shipped_at = excluded.shipped_at, completed_at = excluded.completed_at,
                cancelled_at = excluded.cancelled_at, quality_cases = excluded.quality_cases,
                disputed_cases = excluded.disputed_cases, ended_cases = excluded.ended_cases,
                asked_logistics = excluded.asked_logistics, asked_goods = excluded.asked_goods,
                asked_service = excluded.asked_service, is_left_out = excluded.is_left_out, day = excluded.day,
                goods = excluded.goods, logistics = excluded.logistics, service = excluded.service
            """)
    }
}
