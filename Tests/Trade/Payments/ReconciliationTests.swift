import Kernel
import Sequences
import Testing

@testable import Payments

struct ReconciliationTests {
    /// What was done to one record on its way into the two books.
    private enum Fate: CaseIterable {
        case agrees, open, missingThere, missingHere, foreign, otherAmount, otherCurrency, doneOnlyThere, doneOnlyHere
        case twiceThere

        var fault: Reconciliation.Fault? {
            switch self {
            case .agrees, .open: nil
            case .missingThere: .missingThere
            case .missingHere, .foreign, .twiceThere: .missingHere
            case .otherAmount, .otherCurrency: .amountDiffers
            case .doneOnlyThere: .doneOnlyThere
            case .doneOnlyHere: .doneOnlyHere
            }
        }
    }

    private struct Books {
        var ours: [BookRecord] = []
        var theirs: [ProviderRecord] = []
        var faults: [String: Reconciliation.Fault] = [:]
        var matched = 0

        mutating func add(_ number: Int, _ fate: Fate, _ random: inout SplitMix) {
            let kind = ProviderRecord.Kind.allCases.randomElement(using: &random)!
            let (id, reference) = ("our\(number)", "ref\(number)")
            let amount = Money(.random(in: 1...9_999, using: &random), .cny)
            let other = fate == .otherCurrency ? Money(amount.amount, .usd) : Money(amount.amount + 1, .cny)
            let time = Instant(milliseconds: .random(in: 0...1_000_000, using: &random))
            if fate != .missingHere, fate != .foreign {
                ours.append(
                    BookRecord(
                        kind: kind, id: id, amount: amount, isDone: fate != .open && fate != .doneOnlyThere, time: time)
                )
            }
            if fate != .missingThere {
                let differs = fate == .otherAmount || fate == .otherCurrency
                theirs.append(
                    ProviderRecord(
                        kind: kind, reference: reference, ours: fate == .foreign ? nil : id,
                        amount: differs ? other : amount, isDone: fate != .open && fate != .doneOnlyHere, time: time))
            }
            if fate == .twiceThere {
                theirs.append(
                    ProviderRecord(
                        kind: kind, reference: reference + "b", ours: id, amount: amount, isDone: true, time: time))
            }
            if fate == .agrees || fate == .twiceThere { matched += 1 }
            if let fault = fate.fault { faults[id] = fault }
        }
    }

    @Test(arguments: 0..<300) func everyDifferenceIsNamedOnceAndNothingElse(_ seed: UInt64) {
        var random = SplitMix(state: seed)
        var books = Books()
        for number in 0..<Int.random(in: 0...40, using: &random) {
            books.add(number, Fate.allCases.randomElement(using: &random)!, &random)
        }
        let found = Reconciliation(
            ours: books.ours.shuffled(using: &random), theirs: books.theirs.shuffled(using: &random))
        #expect(found.matched == books.matched)
        #expect(found.differences.count == books.faults.count)
        for difference in found.differences {
            let id = difference.id ?? "our\(difference.reference!.dropFirst(3).prefix { $0 != "b" })"
            #expect(books.faults[id] == difference.fault, "\(difference)")
        }
        #expect(found.differences.map(\.time) == found.differences.map(\.time).sorted())
    }

    @Test(arguments: 0..<100) func totalsDifferByWhatDiffers(_ seed: UInt64) {
        var random = SplitMix(state: seed &+ 1_000)
        var books = Books()
        let fates: [Fate] = [.agrees, .open, .missingThere, .foreign, .otherAmount, .doneOnlyThere, .doneOnlyHere]
        for number in 0..<30 { books.add(number, fates.randomElement(using: &random)!, &random) }
        let found = Reconciliation(ours: books.ours, theirs: books.theirs)
        for total in found.totals {
            let differences = found.differences.filter { $0.kind == total.kind }
            let gap = differences.reduce(Int64(0)) { sum, difference in
                switch difference.fault {
                case .missingThere, .doneOnlyHere: sum + difference.ours!.amount
                case .missingHere, .doneOnlyThere: sum - difference.theirs!.amount
                case .amountDiffers: sum + difference.ours!.amount - difference.theirs!.amount
                }
            }
            #expect(total.ours - total.theirs == gap)
        }
    }
}
