import Kernel

/// People who are alike in what they bought before, and a fifth of them drawn by chance: what an option is worth to them is
/// learnt from the other four fifths, so that nobody's own luck decides what they get (cross-fitting).
public struct Audience: Sendable, Hashable {
    /// How often somebody bought in the whole weeks before.
    public enum Purchases: Int, Sendable, CaseIterable {
        case none, one, several

        init(_ earlier: Earlier) {
            switch earlier.totals[.paidOrders] ?? 0 {
            case ..<1: self = .none
            case ..<2: self = .one
            default: self = .several
            }
        }

        /// What they are called.
        public var title: Localized {
            switch self {
            case .none: Localized(en: "No order lately", zh: "近期无订单")
            case .one: Localized(en: "One order lately", zh: "近期 1 单")
            case .several: Localized(en: "Several orders lately", zh: "近期多单")
            }
        }
    }

    /// Folds that people are drawn into.
    public static let folds = 5

    /// How often they bought.
    public let purchases: Purchases
    /// 0 ..< ``folds``.
    public let fold: Int

    /// An audience.
    public init(_ purchases: Purchases, fold: Int) { (self.purchases, self.fold) = (purchases, fold) }

    /// Every audience, those of one kind of buyer together.
    public static let all = Purchases.allCases.flatMap { kind in (0..<folds).map { Audience(kind, fold: $0) } }

    /// The name by which an allocation calls it.
    public var name: String { "orders-\(purchases.rawValue)/fold-\(fold + 1)" }

    /// The audience of a name.
    public init?(name: String) {
        guard let found = Self.all.first(where: { $0.name == name }) else { return nil }
        self = found
    }

    /// What it is called.
    public var title: Localized {
        let number = fold + 1
        let kind = purchases.title
        return Localized(en: "\(kind.en) · part \(number)", zh: "\(kind.text(in: .zh)) · 第 \(number) 份")
    }
}

extension AssignmentKey {
    /// The audience of a person.
    public func audience(of person: PersonID, _ earlier: Earlier) -> Audience {
        let fold = Int(hash("fold", person.rawValue) % UInt64(Audience.folds))
        return Audience(Audience.Purchases(earlier), fold: fold)
    }
}

extension Assignments {
    /// The audience of a person.
    public func audience(of person: PersonID, _ earlier: Earlier) -> Audience { key.audience(of: person, earlier) }

    /// Where in 0 ..< 10,000 a person lies for a question of its own label.
    public func bucket(_ label: String, of person: PersonID) -> Int { key.bucket(label, person.rawValue) }
}
