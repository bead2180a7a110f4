import Foundation
import Testing

@testable import Matching

@Suite("Learning from slates")
struct SlateLearningTests {
    /// Persons open what is of the category of their number, when it comes into view.
    private func run(_ matcher: Matcher, rounds: Int) {
        for round in 0..<rounds {
            for number in 0..<60 {
                let time = start + Int64(round) * day + Int64(number) * 1000
                var request = Request(person: Market.person(number), now: time, count: 20, seed: UInt64(round))
                request.learns = true
                request.repeatsSeen = true
                let slots = matcher.recommend(request).slots
                matcher.observe(
                    slots.map { Event(person: Market.person(number), subject: $0.item, kind: .impression, time: time) })
                matcher.observe(
                    slots.filter { Int($0.item % 500_000) % 10 == number % 10 }.map {
                        Event(person: Market.person(number), subject: $0.item, kind: .open, time: time + 5000)
                    })
            }
        }
    }

    @Test("probabilities are learned, calibrated, put in force and survive a file")
    func learns() throws {
        let matcher = Market.matcher()
        #expect(matcher.learnActions(version: "none") == nil)
        run(matcher, rounds: 4)
        #expect(matcher.impressionsLogged > 3000)
        let actions = try #require(matcher.learnActions(version: "v1"))
        #expect(actions.learned.contains(.open))
        let again = try JSONDecoder().decode(ActionModels.self, from: JSONEncoder().encode(actions))
        #expect(again == actions)
        matcher.adopt(actions)
        #expect(matcher.modelVersion.hasSuffix("/v1"))
        let slate = matcher.recommend(Request(person: Market.person(3), now: start + 10 * day, explores: false))
        #expect(slate.slots.count == 20 && slate.slots.allSatisfy { $0.score.isFinite })
    }

    @Test("a person who is forgotten leaves the ledger")
    func forgets() {
        let matcher = Market.matcher()
        run(matcher, rounds: 1)
        let before = matcher.impressionsLogged
        matcher.forget(Market.person(5))
        #expect(matcher.impressionsLogged < before)
        // What others were shown still takes its answers.
        #expect(matcher.impressionsLogged == before - 20)
    }

    @Test("a damaged ranking is refused")
    func damaged() throws {
        let text =
            #"{"models":{"1":{"model":{"edges":[],"trees":[],"base":0,"version":"x"},"slope":1,"shift":0}},"version":"x"}"#
        #expect(throws: (any Error).self) { try JSONDecoder().decode(ActionModels.self, from: Data(text.utf8)) }
    }
}
