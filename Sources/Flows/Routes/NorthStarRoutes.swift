import HTTP
import Hummingbird
import Inference
import Kernel
import NorthStar

extension NorthStarTree: Documented {
    public static let example: NorthStarTree = {
        var tree = NorthStarTree.first
        tree.nodes = Array(tree.nodes.prefix(5))
        tree.strategies = [
            Strategy(
                title: "Say what is late before anybody asks", serves: "good_service",
                startsAt: Instant(milliseconds: 1_800_000_000_000), endsAt: Instant(milliseconds: 1_808_000_000_000),
                milestones: [
                    StrategyMilestone(
                        title: "half of late parcels announced", due: Instant(milliseconds: 1_804_000_000_000))
                ], resources: "two people", decisions: [Identifier(rawValue: 14)])
        ]
        // Every optional member stands in the first figure, from which the document takes their shape.
        tree.nodes.swapAt(0, 4)
        return tree
    }()
}

/// What past decisions say of a process metric.
struct SlopeBody: Documented {
    let node: String
    /// `raises`, `lowers` or `unknown`.
    let verdict: ProxySlope.Verdict
    /// NPS points for one unit of the metric a person; absent when unknown altogether.
    let slope: Double?
    /// Its confidence set (90 %); absent when unbounded.
    let lower: Double?
    let upper: Double?
    /// Past experiments behind it; five are needed.
    let experiments: Int
    static let example = SlopeBody(
        node: "refunds", verdict: .lowers, slope: -12.4, lower: -20.1, upper: -3.2, experiments: 14)
}

/// A version of the tree.
struct NorthStarBody: Documented {
    /// 0 before anybody has written one.
    let version: Int64
    let tree: NorthStarTree
    let note: String
    let madeAt: Instant?
    /// One for each process metric.
    let slopes: [SlopeBody]
    static let example = NorthStarBody(
        version: 3, tree: .example, note: "Reports added", madeAt: Instant(milliseconds: 0), slopes: [.example])
}

/// The next version of the tree.
struct NewNorthStarBody: Documented {
    let tree: NorthStarTree
    /// The version that was changed; refused when there is a newer one.
    let after: Int64
    /// Why.
    let note: String
    static let example = NewNorthStarBody(tree: .example, after: 2, note: "Reports added")
}

/// A version in a list.
struct NorthStarVersionBody: Documented {
    let version: Int64
    let note: String
    let person: PersonID?
    let madeAt: Instant?
    static let example = NorthStarVersionBody(
        version: 3, note: "Reports added", person: Identifier(rawValue: 1), madeAt: Instant(milliseconds: 0))
}

/// How many experiments something was learnt from.
struct LearntBody: Documented {
    let experiments: Int
    static let example = LearntBody(experiments: 14)
}

extension MarketplaceAPI {
    func addNorthStarRoutes(to api: API) {
        let access = Access.role([.operator], .operate)
        api.route(
            .get, "/north-star", "readNorthStar",
            "The tree as it stands: figures, strategies, and each process metric's slope on the North Star.",
            access: access
        ) { [market] _ in NorthStarBody(try await KeepNorthStar(market).view()) }
        api.route(
            .get, "/north-star/versions", "listNorthStarVersions", "What there was, newest first.", access: access
        ) { [market] _ in
            let found = try await KeepNorthStar(market).versions()
            return Page(
                items: found.map {
                    NorthStarVersionBody(version: $0.number, note: $0.note, person: $0.person, madeAt: $0.madeAt)
                })
        }
        api.route(
            .get, "/north-star/versions/{version}", "readNorthStarVersion", "The tree as it was.", access: access
        ) { [market] call in
            guard let version = call.context.parameters.get("version").flatMap({ Int64($0) }) else {
                throw NotFound("version of the tree")
            }
            return NorthStarBody(try await KeepNorthStar(market).view(version: version))
        }
        api.route(
            .put, "/north-star", "writeNorthStar",
            "Adds the next version of the tree. GMV and its like are refused anywhere but among results.",
            access: access, body: NewNorthStarBody.self
        ) { [market] call in
            let body = call.body
            return NorthStarBody(
                try await KeepNorthStar(market).write(
                    body.tree, after: body.after, note: body.note, try call.command))
        }
        api.route(
            .post, "/north-star/slopes", "learnSlopes",
            "Learns from past experiments what each process metric does to the North Star.", access: access
        ) { [market] call in LearntBody(experiments: try await KeepNorthStar(market).learn(try call.command)) }
    }
}

extension NorthStarBody {
    init(_ view: NorthStarView) {
        self.init(
            version: view.version.number, tree: view.version.tree, note: view.version.note,
            madeAt: view.version.madeAt,
            slopes: view.version.tree.nodes.filter { $0.kind == .process }.map {
                SlopeBody($0.key, view.slope(of: $0))
            })
    }
}

extension SlopeBody {
    init(_ node: String, _ slope: ProxySlope?) {
        var interval: Interval?
        if case .between(let found)? = slope?.bounds { interval = found }
        self.init(
            node: node, verdict: slope?.verdict ?? .unknown,
            slope: slope.flatMap { $0.slope.isFinite ? $0.slope : nil }, lower: interval?.lower,
            upper: interval?.upper, experiments: slope?.count ?? 0)
    }
}
