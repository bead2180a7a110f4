import Kernel
import Sequences
import Testing

@testable import Ledger

/// The rules of posting alone, in memory: what each side gains by sales, refunds and withdrawn commissions, beside sums
/// that a person could do on paper.
@Suite("Posting rules against a model") struct PostingModelTests {
    enum Step: Sendable {
        case sell(seed: UInt64)
        /// Takes a part of a line back; lines are counted from the last.
        case takeBack(line: Int, seed: UInt64)
        case takeRest(line: Int)
        case withdrawCommission(line: Int)
    }

    /// A line as it was sold and as it stands.
    struct Line {
        let sold: LineAmounts
        var left: LineRemainder
        var returned = LineAmounts()
    }

    private static let sequences = Sequences<Step>(0..<10_000, length: 20) { random in
        let line = Int.random(in: 0..<4, using: &random)
        return switch Int.random(in: 0..<8, using: &random) {
        case 0, 1: .sell(seed: random.next())
        case 2: .takeRest(line: line)
        case 3: .withdrawCommission(line: line)
        default: .takeBack(line: line, seed: random.next())
        }
    }

    @Test("10,000 sequences: every side has what paper says, all sides sum to zero, and a line ends where it began")
    func rules() {
        let found = Self.sequences.counterexample { try Self.run($0) }
        #expect(found == nil, "\(found?.description ?? "")")
    }

    @Test("A rule that forgets the agency is caught with one sale")
    func brokenRule() throws {
        let found = Self.sequences.counterexample { steps in
            try Self.run(steps) { amounts, included in
                var gains = amounts.gains(taxIncluded: included)
                gains[.agency] = nil
                return gains
            }
        }
        #expect(try #require(found).commands.count == 1)
    }

    private static func run(
        _ steps: [Step],
        gains: (LineAmounts, Bool) -> [Side: Int64] = { $0.gains(taxIncluded: $1) }
    ) throws {
        var lines: [Line] = []
        var (books, paper): ([Side: Int64], [Side: Int64]) = ([:], [:])
        func post(_ amounts: LineAmounts, _ included: Bool, _ sign: Int64) throws {
            for (side, gain) in gains(amounts, included) { books[side, default: 0] += sign * gain }
            for (side, gain) in onPaper(amounts, included) { paper[side, default: 0] += sign * gain }
            for side in paper.keys where books[side, default: 0] != paper[side] {
                throw Difference("\(side): \(books[side, default: 0]) in the books, \(paper[side] ?? 0) on paper")
            }
            try Difference.unless(books.values.reduce(0, +) == 0, "the sides sum to \(books.values.reduce(0, +))")
        }
        for step in steps {
            switch step {
            case .sell(let seed):
                var random = Seeded(seed)
                let terms = LineTerms.any(&random)
                let amounts = try terms.amounts()
                let left = LineRemainder(
                    quantity: terms.quantity, amounts: amounts, taxIncluded: terms.tax.isIncluded)
                lines.append(Line(sold: amounts, left: left))
                try post(amounts, left.taxIncluded, 1)
            case .takeBack(let number, let seed):
                guard number < lines.count else { continue }
                var random = Seeded(seed)
                let line = lines[lines.count - 1 - number]
                guard let part = try? line.left.part(.any(line.left, &random)) else { continue }
                try post(part.amounts, line.left.taxIncluded, -1)
                try lines[lines.count - 1 - number].giveBack(part)
            case .takeRest(let number):
                guard number < lines.count else { continue }
                let line = lines[lines.count - 1 - number]
                let part = try line.left.part(.everything)
                try post(part.amounts, line.left.taxIncluded, -1)
                try lines[lines.count - 1 - number].giveBack(part)
                let rest = lines[lines.count - 1 - number]
                try Difference.unless(rest.returned == rest.sold && rest.left.amounts.isEmpty, "\(rest) is not empty")
            case .withdrawCommission(let number):
                guard number < lines.count else { continue }
                let line = lines[lines.count - 1 - number]
                var part = LineAmounts()
                for component in [Component.commission, .agencyShare] { part[component] = line.left.amounts[component] }
                try post(part, line.left.taxIncluded, -1)
                try lines[lines.count - 1 - number].giveBack((0, part))
            }
        }
    }

    /// What each side gains, told apart from the code under test.
    private static func onPaper(_ a: LineAmounts, _ included: Bool) -> [Side: Int64] {
        let tax = a[.tax] + a[.shippingTax]
        let (shopPays, creatorPays) = (a[.shopDiscount] + a[.shopShipping], a[.creatorDiscount] + a[.creatorShipping])
        let platformPays = a[.platformDiscount] + a[.platformShipping]
        let listed = a[.price] + a[.shipping]
        return [
            .buyer: -(listed - shopPays - creatorPays - platformPays + (included ? 0 : tax)),
            .shop: listed - shopPays - a[.fee] - a[.commission] - (included ? tax : 0),
            .creator: a[.commission] - a[.agencyShare] - creatorPays,
            .agency: a[.agencyShare], .fees: a[.fee], .subsidy: -platformPays, .tax: tax,
        ]
    }
}

extension PostingModelTests.Line {
    /// - Throws: ``Difference`` when more of a component would go back than is left.
    mutating func giveBack(_ part: (quantity: Int64, amounts: LineAmounts)) throws {
        for component in Component.allCases {
            let isWithin = (0...left.amounts[component]).contains(part.amounts[component])
            try Difference.unless(isWithin, "\(component): \(part.amounts[component]) of \(left.amounts[component])")
        }
        returned = returned + part.amounts
        left = left.without(part)
    }
}
