import Testing

@testable import MatchingText

/// What a person can expect of the search box.
@Suite struct TextIndexTests {
    private func index(_ titles: [String]) -> TextIndex {
        let index = TextIndex()
        index.upsert(
            titles.enumerated().map { place, title in
                let isChinese = title.unicodeScalars.contains { $0.value >= 0x3400 }
                return Document(
                    id: UInt128(place), kind: .product, titleEnglish: isChinese ? "" : title,
                    titleChinese: isChinese ? title : "")
            })
        return index
    }

    private func ids(_ index: TextIndex, _ query: Query) -> [Int] {
        index.search(query).hits.map { Int($0.id) }
    }

    @Test func everyTwoCharacterStretchFindsItsGoods() {
        let titles = ["清华大学纪念T恤", "小红书同款连衣裙", "海飞丝去屑洗发水750ml", "新款女装秋季针织衫", "蓝月亮洗衣液", "𠮷野家牛肉饭"]
        let index = index(titles)
        for (place, title) in titles.enumerated() {
            let characters = Array(title)
            for start in 0..<characters.count - 1 {
                let pair = String(characters[start...start + 1])
                guard pair.unicodeScalars.allSatisfy({ $0.value >= 0x3400 }) else { continue }
                #expect(ids(index, Query(pair, mode: .all, correction: .off)).contains(place), "\(pair)")
            }
        }
    }

    @Test func widthCaseAccentsAndScriptAreFolded() {
        let index = index(["L'Oréal Shampoo", "清華大學紀念品", "Men's Running Shoes", "ＡＢＣ牛奶", "Vitamin B12"])
        #expect(ids(index, Query("LOREAL shampoos")) == [0])
        #expect(ids(index, Query("ｓｈａｍｐｏｏ")) == [0])
        #expect(ids(index, Query("清华大学")) == [1])
        #expect(ids(index, Query("紀念")) == [1])
        #expect(ids(index, Query("mens run shoe")) == [2])
        #expect(ids(index, Query("abc 牛奶")) == [3])
        #expect(ids(index, Query("b-12")) == [4])
        #expect(ids(index, Query("vitamin b 12")) == [4])
    }

    @Test func aCorrectionStandsTogetherWithItsNeighbours() {
        // “the” is everywhere; that it is frequent is no reason to put it beside “green”.
        let filler = (0..<40).map { "The box for the shelf \($0)" }
        let index = index(["Green tee shirt", "Green tee", "The green door"] + filler)
        #expect(index.search(Query("gren tse")).correctedText == "green tee")
    }

    @Test func aTypoIsCorrectedAndSaid() {
        let index = index(["Green tea", "Shampoo for cats", "Chocolate cookies", "洗发水", "Iced coffee"])
        for (typed, meant, place) in [
            ("shmapoo", "shampoo", 1), ("choclate cookeis", "chocolate cookies", 2), ("greentea", "green tea", 0),
            ("洗法水", "洗发水", 3), ("xifashui", "洗发水", 3), ("xi fa shui", "洗发水", 3), ("cofee", "coffee", 4),
        ] {
            let results = index.search(Query(typed))
            #expect(results.hits.map { Int($0.id) } == [place], "\(typed)")
            #expect(results.correctedText == meant)
        }
        let offered = index.search(Query("shmapoo", correction: .offer))
        #expect(offered.hits.isEmpty)
        #expect(offered.didYouMean == "shampoo")
        #expect(index.search(Query("shmapoo", correction: .off)).didYouMean == nil)
    }

    @Test func allWordsFirstThenAny() {
        let index = index(["red apple", "green apple", "red dress"])
        let both = index.search(Query("red apple"))
        #expect(both.hits.map(\.id) == [0])
        #expect(both.matchesAllWords)
        let either = index.search(Query("green dress"))
        #expect(Set(either.hits.map(\.id)) == [1, 2])
        #expect(!either.matchesAllWords)
        #expect(ids(index, Query("green dress", mode: .all)).isEmpty)
        #expect(ids(index, Query("the red of dress", mode: .all)) == [2])
    }

    @Test func anExactTitleNeverSinks() {
        let index = TextIndex()
        index.upsert([
            Document(id: 1, kind: .product, titleEnglish: "Apple"),
            Document(
                id: 2, kind: .product, titleEnglish: "Apple apple", brand: "Apple", tags: ["apple"],
                description: "apple apple", popularity: 1),
        ])
        let results = index.search(Query("APPLE", boost: { $0 == 2 ? 1_000 : 0 }))
        #expect(results.hits.map(\.id) == [1, 2])
        #expect(results.hits.map(\.isExact) == [true, false])
    }

    @Test func aPersonalBoostReordersEqualMatchesOnly() {
        let index = TextIndex()
        index.upsert(
            (1...3).map { Document(id: UInt128($0), kind: .product, titleEnglish: "Apple juice number \($0)") })
        #expect(index.search(Query("apple juice", boost: { $0 == 3 ? 1 : 0 })).hits.first?.id == 3)
        #expect(index.search(Query("apple juice", boost: { _ in .nan })).hits.count == 3)
    }

    @Test func synonymsFindEachOther() {
        let index = index(["Cell phone holder", "手机支架", "Sofa", "Couch cover", "Mobile home"])
        index.addSynonyms([["cellphone", "mobile phone", "cell phone", "手机"], ["sofa", "couch"]])
        #expect(Set(ids(index, Query("mobile phone", mode: .all))) == [0, 1])
        #expect(Set(ids(index, Query("手机", mode: .all))) == [1, 0])
        #expect(ids(index, Query("sofa", mode: .all)) == [2, 3])
        #expect(ids(index, Query("sofa cover", mode: .all)) == [3])
    }

    @Test func suggestionsCompleteWordsAndPinyin() {
        let index = index(["Shampoo", "Shaving cream", "Cream cheese", "洗发水", "洗衣液"])
        #expect(index.suggest(prefix: "sha").map(\.text) == ["Shampoo", "Shaving cream"])
        #expect(index.suggest(prefix: "CREA").map(\.text) == ["Cream cheese", "Shaving cream"])
        #expect(Set(index.suggest(prefix: "洗").map(\.text)) == ["洗发水", "洗衣液"])
        #expect(index.suggest(prefix: "xif").map(\.text) == ["洗发水"])
        #expect(index.suggest(prefix: "xyy").map(\.text) == ["洗衣液"])
        #expect(index.suggest(prefix: "发水").map(\.text) == ["洗发水"])
        #expect(index.suggest(prefix: "").isEmpty)
        index.remove([3])
        #expect(index.suggest(prefix: "xif").isEmpty)
    }

    @Test func highlightsPointIntoTheOriginalText() {
        let index = TextIndex()
        index.upsert([
            Document(
                id: 1, kind: .product, titleEnglish: "The ＲＵＮＮＩＮＧ Shoe", titleChinese: "清華大學跑鞋",
                tags: ["run", "sport"], description: "no match")
        ])
        let hit = index.search(Query("runs 清华大学", highlights: true)).hits.first
        let marked = (hit?.highlights ?? []).map { highlight in
            highlight.ranges.map { String(decoding: Array(highlight.text.utf8)[$0], as: UTF8.self) }
        }
        #expect(marked == [["ＲＵＮＮＩＮＧ"], ["清華大學"], ["run"]])
        #expect(hit?.matchedFields == [.titleEnglish, .titleChinese, .tags])
    }

    @Test func strangeTextsAreAnsweredCalmly() {
        let index = index(["Green tea", "绿茶"])
        for text in ["!!!", "\u{0}\u{FFFD}", "’", "'s", "🍵", String(repeating: "茶叶 tea ", count: 5_000), "\u{301}"] {
            _ = index.search(Query(text, highlights: true))
            _ = index.suggest(prefix: text)
        }
        #expect(ids(index, Query("!!!")).isEmpty)
        #expect(index.search(Query("  ")).total == 2)
        #expect(index.search(Query("tea", offset: .max, limit: .max)).hits.isEmpty)
        #expect(index.search(Query("tea", limit: 0)).total == 1)
        #expect(TextIndex().search(Query("tea")).total == 0)
    }

    @Test func encodingKeepsEverythingAndRefusesDamage() throws {
        var generator = SeededGenerator(7)
        let index = TextIndex()
        for start in 0..<4 {
            index.upsert((0..<100).map { RandomCorpus.document(UInt128(start * 80 + $0), &generator) })
        }
        index.addSynonyms([["tea", "茶"]])
        index.remove([5, 6, 7])
        let bytes = index.encode()
        let copy = try TextIndex(encoded: bytes)
        index.compact()
        #expect(copy.count == index.count)
        #expect(copy.encode() == bytes)
        for _ in 0..<20 {
            let query = Query(RandomCorpus.text(1...3, &generator), countsFacets: true, highlights: true)
            #expect(copy.search(query) == index.search(query))
        }
        #expect(copy.suggest(prefix: "t") == index.suggest(prefix: "t"))
        #expect(throws: TextIndexProblem.unknownFormat) { try TextIndex(encoded: []) }
        for place in stride(from: 5, to: bytes.count, by: 997) {
            var damaged = bytes
            damaged[place] ^= 0x40
            #expect(throws: TextIndexProblem.damaged) { try TextIndex(encoded: damaged) }
        }
        #expect(throws: TextIndexProblem.damaged) { try TextIndex(encoded: Array(bytes.dropLast())) }
    }

    @Test func readersSeeWholeStatesWhileAWriterWorks() async {
        let index = TextIndex()
        index.upsert((0..<200).map { Document(id: UInt128($0), kind: .product, titleEnglish: "tea version zero") })
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for round in 1...60 {
                    index.upsert(
                        (0..<20).map {
                            Document(
                                id: UInt128(($0 * 7 + round * 13) % 200), kind: .product,
                                titleEnglish: "tea version \(round)")
                        })
                    if round % 20 == 0 { index.compact() }
                }
            }
            for _ in 0..<3 {
                group.addTask {
                    for _ in 0..<200 {
                        let results = index.search(Query("tea", limit: 300))
                        // Replacing keeps the number: a reader never sees a document twice or not at all.
                        #expect(results.total == 200)
                        #expect(Set(results.hits.map(\.id)).count == 200)
                        _ = index.suggest(prefix: "te")
                    }
                }
            }
        }
    }
}
