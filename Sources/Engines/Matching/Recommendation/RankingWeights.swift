/// The public, versioned weights of ranking.
///
/// A weight says what one unit of a predicted action or signal is worth in the score. Dissatisfaction costs. Sales value
/// (GMV) is not a weight, and ``init(text:)`` refuses a file that names one: it follows from good goods and is never the aim.
public struct RankingWeights: Sendable, Hashable {
    /// What a line of the file cannot be.
    public enum Problem: Error, Hashable, Sendable {
        /// Not `name = number`.
        case malformed(line: Int)
        /// A name that the engine does not rank by; GMV, revenue and price are among them on purpose.
        case unknown(name: String)
    }

    /// Names this set in every slate.
    public var version = "2026-11"

    // Worth of the actions, in units of a like. They weigh evidence when it is learned.
    public var view = 0.2
    public var finish = 0.6
    public var like = 1.0
    public var favourite = 2.0
    public var share = 2.0
    public var follow = 2.0
    public var open = 1.0
    public var cart = 2.0
    public var buy = 3.0
    public var search = 1.0

    // Worth of the signals, in log-odds.
    public var repurchase = 1.0
    public var similarity = 1.0
    public var session = 1.6
    public var nearness = 0.2
    public var popularity = 0.35
    public var freshness = 0.3
    public var affinity = 0.5
    public var following = 1.2
    public var context = 1.8
    /// For each halving of an item's share of the month, where only what is new to the person is asked for: the long tail
    /// gets its place as long as that costs no accuracy.
    public var novelty = 0.07

    /// Above 0, what a learned ranking says of long habits takes the place of ``repurchase``, ``similarity``, ``popularity``
    /// and ``freshness``. 0 unless a decision brings it, as any other weight.
    public var learned = 0.0

    // What costs.
    public var fatigue = 0.7
    public var notInterested = 4.0
    public var report = 12.0
    public var refund = 2.5
    public var lateDelivery = 1.5
    public var complaint = 4.0
    public var damping = 1.5

    /// The weights in force.
    public static let current = RankingWeights()

    /// Every name with its place.
    private static let fields: [(name: String, path: WritableKeyPath<RankingWeights, Double> & Sendable)] = [
        ("view", \.view), ("finish", \.finish), ("like", \.like), ("favourite", \.favourite), ("share", \.share),
        ("follow", \.follow), ("open", \.open), ("cart", \.cart), ("buy", \.buy), ("search", \.search),
        ("repurchase", \.repurchase), ("similarity", \.similarity), ("session", \.session), ("nearness", \.nearness),
        ("popularity", \.popularity), ("freshness", \.freshness), ("affinity", \.affinity),
        ("following", \.following), ("context", \.context),
        ("novelty", \.novelty), ("learned", \.learned), ("fatigue", \.fatigue),
        ("notInterested", \.notInterested), ("report", \.report), ("refund", \.refund),
        ("lateDelivery", \.lateDelivery), ("complaint", \.complaint), ("damping", \.damping),
    ]

    /// The defaults.
    public init() {}

    /// Reads a weights file: one `name = number` a line, `version = text`, `#` begins a remark.
    public init(text: String) throws(Problem) {
        self.init()
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let content = line.prefix { $0 != "#" }.filter { !$0.isWhitespace }
            if content.isEmpty { continue }
            let parts = content.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !parts[1].isEmpty else { throw .malformed(line: number + 1) }
            if parts[0] == "version" {
                version = parts[1]
                continue
            }
            guard let field = Self.fields.first(where: { $0.name == parts[0] }) else {
                throw .unknown(name: parts[0])
            }
            guard let value = Double(parts[1]), value.isFinite else { throw .malformed(line: number + 1) }
            self[keyPath: field.path] = value
        }
    }

    /// The file that ``init(text:)`` reads back to the same weights.
    public var text: String {
        "version = \(version)\n" + Self.fields.map { "\($0.name) = \(self[keyPath: $0.path])\n" }.joined()
    }

    /// What an event of a kind teaches about its item, in units of a like; 0 for what teaches nothing good.
    func evidence(of event: Event) -> Double {
        switch event.kind {
        // A glance is no interest: five seconds count half, half a minute and more in full.
        case .view: view * min(2, Double(max(0, event.dwell)) / 10_000)
        case .finish: finish
        case .like: like
        case .favourite: favourite
        case .share: share
        case .open: open
        case .cart: cart
        case .buy: buy
        case .search: search
        default: 0
        }
    }
}
