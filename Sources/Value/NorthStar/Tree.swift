import HTTP
import Inference
import Kernel

/// What a figure is to the North Star.
public enum NodeKind: String, Sendable, Codable, CaseIterable {
    /// What everything is for: the global NPS.
    case northStar
    /// Good content, good goods, good service: what it consists of.
    case pillar
    /// What moves a pillar, as far as one knows.
    case process
    /// What follows, such as GMV: looked at, never aimed at.
    case result
}

/// A figure in the tree.
public struct NorthStarNode: Sendable, Hashable, Codable {
    /// Names it: 1–40 of a–z, 0–9 and _.
    public var key: String
    /// What it is to the North Star.
    public var kind: NodeKind
    /// What it hangs under; `nil` for the North Star and results.
    public var parent: String?
    /// What it is called.
    public var title: Localized
    /// The exact definition.
    public var definition: Localized
    /// Who answers for it.
    public var owner: String
    /// What it is counted in.
    public var unit: String
    /// Whether more of it is good.
    public var isMoreGood: Bool
    /// The metric of experiments that measures it, if one does.
    public var metric: String?

    /// A figure.
    public init(
        key: String, kind: NodeKind, parent: String?, title: Localized, definition: Localized, owner: String,
        unit: String, isMoreGood: Bool = true, metric: String? = nil
    ) {
        (self.key, self.kind, self.parent, self.title) = (key, kind, parent, title)
        (self.definition, self.owner, self.unit) = (definition, owner, unit)
        (self.isMoreGood, self.metric) = (isMoreGood, metric)
    }
}

/// Something to be seen on the way.
public struct StrategyMilestone: Sendable, Hashable, Codable {
    /// What will be seen.
    public var title: String
    /// By when.
    public var due: Instant
    /// Whether it was.
    public var isReached: Bool

    /// A milestone.
    public init(title: String, due: Instant, isReached: Bool = false) {
        (self.title, self.due, self.isReached) = (title, due, isReached)
    }
}

/// A way to raise something in the tree, with the decisions that hang on it.
public struct Strategy: Sendable, Hashable, Codable {
    /// What it is called; unique in the tree.
    public var title: String
    /// The key of what it serves.
    public var serves: String
    /// When it begins.
    public var startsAt: Instant
    /// When it ends; after ``startsAt``.
    public var endsAt: Instant
    /// What will be seen on the way.
    public var milestones: [StrategyMilestone]
    /// People, money, traffic.
    public var resources: String
    /// The decisions that hang on it.
    public var decisions: [DecisionID]

    /// A strategy.
    public init(
        title: String, serves: String, startsAt: Instant, endsAt: Instant, milestones: [StrategyMilestone] = [],
        resources: String, decisions: [DecisionID] = []
    ) {
        (self.title, self.serves, self.startsAt, self.endsAt) = (title, serves, startsAt, endsAt)
        (self.milestones, self.resources, self.decisions) = (milestones, resources, decisions)
    }
}

/// Good content, good goods, good service → the global NPS; process metrics below, strategies beside it.
public struct NorthStarTree: Sendable, Hashable, Codable {
    /// The figures.
    public var nodes: [NorthStarNode]
    /// The strategies.
    public var strategies: [Strategy]

    /// A tree.
    public init(nodes: [NorthStarNode], strategies: [Strategy] = []) {
        (self.nodes, self.strategies) = (nodes, strategies)
    }

    /// The figure of a key.
    public func node(_ key: String) -> NorthStarNode? { nodes.first { $0.key == key } }

    /// What hangs under a figure, in the order of the tree.
    public func children(of key: String) -> [NorthStarNode] { nodes.filter { $0.parent == key } }

    /// The figure that somebody means by a text: its key, or its title in either language.
    public func node(called text: String) -> NorthStarNode? {
        let wanted = Self.plain(text)
        return nodes.first { [$0.key, $0.title.en, $0.title.zh].map(Self.plain).contains(wanted) }
    }

    private static func plain(_ text: String) -> String {
        text.lowercased().filter { $0.isLetter || $0.isNumber }
    }

    /// The tree, checked.
    ///
    /// - Throws: `InvalidField`; ``NorthStarProblem/resultAsObjective(_:)`` for GMV and its like anywhere but among results.
    public func checked() throws -> NorthStarTree {
        guard (1...100).contains(nodes.count), strategies.count <= 50 else {
            throw InvalidField("nodes", "must be 1–100, with at most 50 strategies.", zh: "指标须为 1–100 个，策略最多 50 个。")
        }
        guard Set(nodes.map(\.key)).count == nodes.count else {
            throw InvalidField("key", "must be unique in the tree.", zh: "标识不能重复。")
        }
        guard nodes.count(where: { $0.kind == .northStar }) == 1 else {
            throw InvalidField("kind", "must be northStar for exactly one figure.", zh: "北极星有且只有一个。")
        }
        var tree = self
        tree.nodes = try nodes.map(checked)
        guard Set(strategies.map(\.title)).count == strategies.count else {
            throw InvalidField("title", "must be unique among strategies.", zh: "策略名称不能重复。")
        }
        tree.strategies = try strategies.map(checked)
        return tree
    }

    private func checked(_ node: NorthStarNode) throws -> NorthStarNode {
        guard node.key.wholeMatch(of: /[a-z0-9_]{1,40}/) != nil else {
            throw InvalidField("key", "must be 1–40 of a–z, 0–9 and _.", zh: "标识须为 1–40 位小写字母、数字或下划线。")
        }
        var node = node
        func text(_ raw: String, _ field: String, _ length: ClosedRange<Int>) throws -> String {
            try ValidatedText(raw, field: field, length: length).value
        }
        node.title = Localized(
            en: try text(node.title.en, "title", 1...80), zh: try text(node.title.zh, "title", 0...80))
        node.definition = Localized(
            en: try text(node.definition.en, "definition", 1...500),
            zh: try text(node.definition.zh, "definition", 0...500))
        node.owner = try text(node.owner, "owner", 1...80)
        node.unit = try text(node.unit, "unit", 1...40)
        let parent = node.parent.flatMap { self.node($0) }
        switch node.kind {
        case .northStar, .result:
            guard node.parent == nil else {
                throw InvalidField("parent", "must be absent here.", zh: "此类指标没有上级。")
            }
        case .pillar:
            guard parent?.kind == .northStar else {
                throw InvalidField("parent", "must be the North Star.", zh: "上级须为北极星。")
            }
        case .process:
            guard let parent, parent.kind == .pillar || parent.kind == .process, !isUnderItself(node) else {
                throw InvalidField("parent", "must be a pillar or another process metric.", zh: "上级须为支柱或其他过程指标。")
            }
        }
        if node.kind != .result {
            for name in [node.title.en, node.title.zh, node.key.replacing("_", with: " ")] {
                if let word = DecisionLint.tradeResult(in: name) { throw NorthStarProblem.resultAsObjective(word) }
            }
        }
        return node
    }

    private func isUnderItself(_ node: NorthStarNode) -> Bool {
        var seen: Set<String> = [node.key]
        var next = node.parent
        while let key = next {
            guard seen.insert(key).inserted else { return true }
            next = self.node(key)?.parent
        }
        return false
    }

    private func checked(_ strategy: Strategy) throws -> Strategy {
        var strategy = strategy
        strategy.title = try ValidatedText(strategy.title, field: "title", length: 1...120).value
        strategy.resources = try ValidatedText(strategy.resources, field: "resources", length: 1...500).value
        guard let served = node(strategy.serves) else {
            throw InvalidField("serves", "must be the key of a figure in the tree.", zh: "须为树中指标的标识。")
        }
        if served.kind == .result { throw NorthStarProblem.resultAsObjective(served.title.en) }
        if let word = DecisionLint.tradeResult(in: strategy.title) { throw NorthStarProblem.resultAsObjective(word) }
        guard strategy.startsAt < strategy.endsAt else {
            throw InvalidField("endsAt", "must come after the beginning.", zh: "结束时间须晚于开始时间。")
        }
        guard strategy.milestones.count <= 20, strategy.decisions.count <= 100 else {
            throw InvalidField(
                "milestones", "must be at most 20, with at most 100 decisions.", zh: "里程碑最多 20 个，决策最多 100 个。")
        }
        strategy.milestones = try strategy.milestones.map { milestone in
            var milestone = milestone
            milestone.title = try ValidatedText(milestone.title, field: "milestones", length: 1...200).value
            return milestone
        }
        return strategy
    }
}

/// What the tree refuses.
public enum NorthStarProblem: Problem, Equatable {
    /// GMV and its like follow from value; they can be shown as results and never be aimed at.
    case resultAsObjective(String)
    /// Somebody else changed the tree meanwhile.
    case changedMeanwhile

    public var details: ProblemDetails {
        switch self {
        case .resultAsObjective(let word):
            ProblemDetails(
                .invalid, "result-as-objective",
                "“\(word)” is a result: it follows when people are served well, and can rise while they are served worse. "
                    + "Keep it as a result, and aim at what people get.",
                zh: "“\(word)”是经营结果：服务好用户之后自然而来，用户体验变差时也可能上升。请作为结果展示，目标应是用户得到什么。")
        case .changedMeanwhile:
            ProblemDetails(
                .conflict, "tree-changed", "Somebody else has changed the tree. Reload and look again.",
                zh: "指标树已被他人修改，请刷新后再试。")
        }
    }
}
