import Testing

@testable import MatchingText

@Suite("What searching teaches")
struct SearchBehaviourTests {
    private static let minute: Int64 = 60_000

    /// Persons who search `first`, find nothing, search `second` and open `item`.
    private static func reformulate(
        _ behaviour: inout SearchBehaviour, _ first: String, _ second: String, persons: Range<Int>, item: UInt128,
        pause: Int64 = minute
    ) {
        for person in persons {
            let start = Int64(person) * 100 * minute
            behaviour.observe(search: first, by: UInt128(person), at: start)
            behaviour.observe(search: second, by: UInt128(person), at: start + pause)
            behaviour.observe(tap: item, by: UInt128(person), at: start + pause + 1000)
        }
    }

    @Test("reformulations that end in the same tap are synonyms, by what differs between them")
    func synonyms() {
        var behaviour = SearchBehaviour()
        Self.reformulate(&behaviour, "red sneakers", "Red  trainers", persons: 0..<5, item: 7)
        for person in 100..<103 {
            behaviour.observe(search: "red sneakers", by: UInt128(person), at: 0)
            behaviour.observe(tap: 7, by: UInt128(person), at: 1000)
        }
        #expect(behaviour.synonyms() == [["sneakers", "trainers"]])
    }

    @Test("Chinese words that never led anywhere need more people, then stand for what was meant")
    func chinese() {
        var behaviour = SearchBehaviour()
        Self.reformulate(&behaviour, "番茄", "西红柿", persons: 0..<4, item: 9)
        #expect(behaviour.synonyms().isEmpty)
        Self.reformulate(&behaviour, "番茄", "西红柿", persons: 4..<5, item: 9)
        #expect(behaviour.synonyms() == [["番茄", "西红柿"].sorted()])
    }

    @Test("one person, other taps, a long pause and a word left out teach nothing")
    func nothing() {
        var behaviour = SearchBehaviour()
        for round in 0..<10 {
            Self.reformulate(&behaviour, "cup", "mug", persons: 1..<2, item: UInt128(round))
        }
        Self.reformulate(&behaviour, "red shoes", "shoes", persons: 10..<20, item: 3)
        Self.reformulate(&behaviour, "lamp", "light", persons: 20..<30, item: 4, pause: 6 * Self.minute)
        Self.reformulate(&behaviour, "tea", "coffee", persons: 30..<40, item: 5)
        for person in 200..<210 {
            behaviour.observe(search: "tea", by: UInt128(person), at: 0)
            behaviour.observe(tap: 6, by: UInt128(person), at: 1000)
        }
        #expect(behaviour.synonyms().isEmpty)
    }

    @Test("mined synonyms find the documents of the others, and mining twice adds nothing")
    func inTheIndex() {
        let index = TextIndex()
        index.upsert([Document(id: 1, kind: .product, titleEnglish: "Trail trainers", titleChinese: "")])
        #expect(index.search(Query("sneakers", mode: .all, correction: .off)).hits.isEmpty)
        index.addSynonyms([["sneakers", "trainers"]])
        index.addSynonyms([["sneakers", "trainers"]])
        #expect(index.search(Query("sneakers", mode: .all, correction: .off)).hits.map(\.id) == [1])
        #expect(index.snapshot.synonyms.texts.count == 1)
    }

    @Test("the prompt under a video is what its viewers came to search for, more than others do")
    func prompts() {
        var behaviour = SearchBehaviour()
        for person in 0..<6 {
            behaviour.observe(watch: 50, by: UInt128(person), at: 0)
            behaviour.observe(search: "camp stove", by: UInt128(person), at: 5 * Self.minute)
        }
        for person in 6..<12 {
            behaviour.observe(watch: 50, by: UInt128(person), at: 0)
            behaviour.observe(search: "milk", by: UInt128(person), at: 5 * Self.minute)
        }
        for person in 20..<400 { behaviour.observe(search: "milk", by: UInt128(person), at: 0) }
        behaviour.observe(watch: 51, by: 900, at: 0)
        behaviour.observe(search: "camp stove", by: 900, at: 40 * Self.minute)
        #expect(behaviour.prompts(under: 50) == ["camp stove", "milk"])
        #expect(behaviour.prompts(under: 51).isEmpty)
        #expect(behaviour.prompts(under: 52).isEmpty)
    }

    @Test("memory stays within its limit")
    func bounded() {
        var settings = SearchBehaviour.Settings()
        settings.limit = 100
        var behaviour = SearchBehaviour(settings: settings)
        for number in 0..<2000 {
            behaviour.observe(watch: UInt128(number), by: UInt128(number % 150), at: Int64(number))
            behaviour.observe(search: "words \(number)", by: UInt128(number % 150), at: Int64(number) + 1)
            behaviour.observe(tap: 1, by: UInt128(number % 150), at: Int64(number) + 2)
        }
        #expect(behaviour.synonyms().isEmpty)
    }
}
