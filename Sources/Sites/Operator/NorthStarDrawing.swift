import Decisions
import Experiments
import Flows
import HTTP
import Inference
import Kernel
import NorthStar

/// The tree as its page shows it.
struct NorthStarDrawing {
    private let found: NorthStarView
    private let isCurrent: Bool
    private var tree: NorthStarTree { found.version.tree }

    init(_ found: NorthStarView, isCurrent: Bool) { (self.found, self.isCurrent) = (found, isCurrent) }

    func view(_ decisions: [Decision], _ context: Context) -> View {
        let titles = Dictionary(decisions.map { ($0.id, $0.terms.title) }) { first, _ in first }
        return [
            "isCurrent": isCurrent,
            "roots": tree.nodes.filter { $0.kind == .northStar }.map { node($0, context) },
            "results": tree.nodes.filter { $0.kind == .result }.map { node($0, context) },
            "strategies": tree.strategies.map { strategy($0, titles, context) },
        ]
    }

    /// Children stand in every figure, also where there are none: the template would look for them further out.
    private func node(_ node: NorthStarNode, _ context: Context) -> View {
        let children = tree.children(of: node.key)
        let slope = node.kind == .process ? verdict(of: node, context) : nil
        return [
            "key": node.key, "kind": node.kind.rawValue, "title": node.title.text(in: context.language),
            "definition": node.definition.text(in: context.language), "owner": node.owner, "unit": node.unit,
            "direction": context.words(node.isMoreGood ? .moreIsGood : .lessIsGood),
            "verdict": maybe(slope?.word), "slope": maybe(slope?.sentence), "hasChildren": !children.isEmpty,
            "children": children.map { self.node($0, context) },
        ]
    }

    private func verdict(of node: NorthStarNode, _ context: Context) -> (word: String, sentence: String) {
        let slope = found.slope(of: node)
        guard let slope, case .between(let interval) = slope.bounds else {
            return (context.words(.slopeUnknown), context.words(.slopeFew, "\(slope?.count ?? 0)"))
        }
        let word: NorthStarWord =
            switch slope.verdict {
            case .raises: .slopeRaises
            case .lowers: .slopeLowers
            case .unknown: .slopeUnknown
            }
        let sentence = context.words(
            .slopeText, Figures.signed(slope.slope), Figures.text(interval.lower), Figures.text(interval.upper),
            "\(slope.count)")
        return (context.words(word), sentence)
    }

    private func strategy(_ strategy: Strategy, _ titles: [DecisionID: String], _ context: Context) -> View {
        [
            "title": strategy.title,
            "serves": tree.node(strategy.serves)?.title.text(in: context.language) ?? strategy.serves,
            "start": DecisionFields.day(strategy.startsAt), "end": DecisionFields.day(strategy.endsAt),
            "resources": strategy.resources,
            "milestones": strategy.milestones.map {
                ["mark": $0.isReached ? "✓" : "○", "title": $0.title, "due": DecisionFields.day($0.due)] as View
            },
            "decisions": strategy.decisions.map {
                ["id": $0.description, "title": titles[$0] ?? "…\($0.description.suffix(8))"] as View
            },
        ]
    }

    /// The form, filled in with a figure that is to be changed.
    func form(of key: String?, _ context: Context) -> View {
        let node = key.flatMap { tree.node($0) }
        let kinds: [(NodeKind, NorthStarWord)] = [
            (.process, .kindProcess), (.pillar, .kindPillar), (.result, .kindResult), (.northStar, .kindStar),
        ]
        return [
            "edit": [
                "key": node?.key ?? "", "titleEn": node?.title.en ?? "", "titleZh": node?.title.zh ?? "",
                "definitionEn": node?.definition.en ?? "", "definitionZh": node?.definition.zh ?? "",
                "owner": node?.owner ?? "", "unit": node?.unit ?? "",
            ] as View,
            "editDown": node?.isMoreGood == false,
            "kinds": kinds.map { kind, word in
                ["value": kind.rawValue, "label": context.words(word), "isOn": node?.kind == kind] as View
            },
            "parents": tree.nodes.filter { $0.kind != .result }.map {
                [
                    "value": $0.key, "label": $0.title.text(in: context.language), "isOn": node?.parent == $0.key,
                ] as View
            },
            "metrics": Metric.all.map {
                [
                    "value": $0.name.rawValue, "label": $0.title.text(in: context.language),
                    "isOn": node?.metric == $0.name.rawValue,
                ] as View
            },
        ]
    }

    /// Every figure with what is known of it, one a line.
    var csv: String {
        var csv = CSVWriter(header: [
            "key", "kind", "parent", "title_en", "title_zh", "owner", "unit", "more_is_good", "metric", "verdict",
            "slope", "lower", "upper", "experiments",
        ])
        func field(_ value: Double?) -> CSVWriter.Field {
            value.flatMap { $0.isFinite ? CSVWriter.Field.figure($0) : nil } ?? .empty
        }
        for node in tree.nodes {
            let slope = node.kind == .process ? found.slope(of: node) : nil
            var interval: Interval?
            if case .between(let known)? = slope?.bounds { interval = known }
            let verdict = node.kind == .process ? (slope?.verdict ?? .unknown).rawValue : ""
            csv.append([
                .text(node.key), .text(node.kind.rawValue), .text(node.parent ?? ""), .text(node.title.en),
                .text(node.title.zh), .text(node.owner), .text(node.unit), .number(node.isMoreGood ? 1 : 0),
                .text(node.metric ?? ""), .text(verdict), field(slope?.slope), field(interval?.lower),
                field(interval?.upper), .number(Int64(slope?.count ?? 0)),
            ])
        }
        return csv.text
    }
}
