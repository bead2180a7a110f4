import Sequences
import Testing

/// The finder of minimal sequences, on rules that were broken on purpose.
@Suite("A failing sequence is shown at its shortest") struct ShrinkingTests {
    enum Step: Equatable, Sendable { case put(Int), take(Int), look }

    /// A shelf that loses a unit when something is taken twice in a row after five units or more were put.
    private func brokenShelf(_ steps: [Step]) throws {
        var (shelf, model) = (0, 0)
        var last: Step?
        for step in steps {
            switch step {
            case .put(let units): (shelf, model) = (shelf + units, model + units)
            case .take(let units):
                if case .take = last, shelf >= 5 { shelf -= 1 }
                (shelf, model) = (shelf - units, model - units)
            case .look: break
            }
            last = step
            try Difference.unless(shelf == model, "the shelf has \(shelf), the model \(model)")
        }
    }

    private static let steps = Sequences<Step>(0..<10_000, length: 40) { random in
        switch Int.random(in: 0..<6, using: &random) {
        case 0: .put(Int.random(in: 1...3, using: &random))
        case 1: .take(Int.random(in: 0...1, using: &random))
        default: .look
        }
    }

    @Test("Of forty steps those remain without which the fault does not show")
    func brokenRule() throws {
        let found = try #require(Self.steps.counterexample(brokenShelf))
        #expect(throws: Difference.self) { try brokenShelf(found.commands) }
        for index in found.commands.indices {
            var without = found.commands
            without.remove(at: index)
            #expect(throws: Never.self) { try brokenShelf(without) }
        }
        // At least five units, at most one to a step of three; two takings beside each other; nothing else.
        #expect((4...7).contains(found.commands.count) && !found.commands.contains(.look), "\(found)")
        #expect(found.description.contains("minimal sequence of \(found.commands.count)"))
        #expect(found.failure.hasPrefix("the shelf has"))
    }

    @Test("A rule that holds has no counterexample, and a fault that is always there needs no command")
    func edges() {
        #expect(Self.steps.counterexample { _ in } == nil)
        let always = Self.steps.counterexample { _ in throw Difference("always") }
        #expect(always?.commands == [] && always?.seed == 0)
    }

    @Test("Commands that are only needed together stay together, wherever they are", arguments: [2, 17, 100])
    func pairs(length: Int) {
        for first in 0..<length - 1 {
            let second = first + 1 + (length - first - 2) / 2
            var shrinking = Shrinking(Array(0..<length))
            while let candidate = shrinking.candidate {
                shrinking.answer(fails: candidate.contains(first) && candidate.contains(second))
            }
            #expect(shrinking.smallest == [first, second])
        }
    }
}
