import Catalog
import Foundation
import Kernel
import People
import Store
import Testing

@testable import Importing

@Suite struct ImportTests {
    @Test func aWholeFolderIsImported() async throws {
        let (market, input) = (try await Market(), Scratch.market())
        let report = try await market.importing(input).run()
        #expect(report.isClean, "\(input.rejections())")
        #expect(report.warnings == [])
        let rows = Dictionary(uniqueKeysWithValues: report.tables.map { ($0.table, $0) })
        #expect(rows[.orders] == .init(table: .orders, read: 8, written: 8))
        #expect(rows[.variants] == .init(table: .variants, read: 6, written: 6))
        #expect(report.mediaCopied == 2)
        #expect(report.productsAnnounced == 3)
        // Each of four orders has a line at each of two shops.
        #expect(try await market.count("orders") == 8)
        #expect(try await market.count("order_lines") == 8)
        #expect(try await market.count("shop_staff") == 2)
        #expect(try await market.count("follows") == 1)
        #expect(try await market.count("reactions") == 1)
        #expect(
            try await Dataset.all(in: market.store)
                == [Dataset(namespace: "test-1", name: Localized(en: "Test", zh: "测试"), kind: .demo, currency: .cny)])
    }

    @Test func productsComeWholeAndTheirMediaIsThere() async throws {
        let (market, input) = (try await Market(), Scratch.market())
        _ = try await market.importing(input).run()
        let id = Names(namespace: "test-1").identifier("products", "p1", as: ProductKind.self)
        let products = try await market.store.read { try Catalog.products([id], at: Market.now, in: $0) }
        let product = try #require(products.first)
        #expect(product.title == Localized(en: "Tea, no. p1", zh: "茶p1"))
        #expect(product.attributes.map { $0.value(in: .zh) } == ["云南"])
        #expect(product.variants.map(\.sku) == ["A", "B"])
        #expect(
            product.card.price == Price(amount: Money(1000, .cny), list: Money(1500, .cny), member: Money(900, .cny)))
        let cover = try #require(product.media.first)
        #expect(cover.wholeMatch(of: /([0-9a-f]{2})\/\1[0-9a-f]{30}\.png/) != nil)
        #expect(FileManager.default.contents(atPath: "\(market.media)/\(cover)") == Scratch.png)
    }

    @Test func thePasswordSharedByDemoAccountsSignsIn() async throws {
        let (market, input) = (try await Market(), Scratch.market())
        _ = try await market.importing(input).run()
        let hashes: [String?] = try await market.store.read {
            try $0.rows("SELECT password_hash FROM people ORDER BY name").map { try $0.get(0) }
        }
        // One hash for the two that share it, none for the third.
        #expect(hashes[0] != nil && hashes[0] == hashes[1] && hashes[2] == nil)
    }

    @Test func theJournalLearnsOfGoodsBeforeWhatPeopleDid() async throws {
        let (market, input) = (try await Market(), Scratch.market())
        _ = try await market.importing(input).run()
        let topics = try await market.topics()
        let runs = topics.reduce(into: [String]()) { if $0.last != $1 { $0.append($1) } }
        #expect(
            runs == [
                "catalog.category_changed", "people.person_changed", "shops.shop_changed", "catalog.product_changed",
                "stock.availability_changed", "content.video_changed", "touchpoint", "orders.order_changed",
                "live.session_changed",
            ])
        #expect(topics.count { $0 == "catalog.product_changed" } == 3)
    }

    @Test func importingAgainChangesNothing() async throws {
        let (market, input) = (try await Market(), Scratch.market())
        _ = try await market.importing(input).run()
        let before = try await market.contents()
        let second = try await market.importing(input).run()
        #expect(second.tables.allSatisfy { $0.unchanged == $0.read && $0.read > 0 })
        #expect(second.mediaCopied == 0)
        #expect(try await market.contents() == before)

        // The same rows in files of another date, as a copy of the folder has them.
        let copy = Scratch.market()
        let report = try await market.importing(copy).run()
        #expect(report.tables.allSatisfy { $0.unchanged == $0.read })
        #expect(report.mediaCopied == 0)
        var after = try await market.contents()
        after["import_progress"] = before["import_progress"]
        #expect(after == before)
    }

    @Test func aChangedRowIsWrittenAndWhatMerchantsDidElsewhereStays() async throws {
        let (market, input) = (try await Market(), Scratch.market())
        _ = try await market.importing(input).run()
        try await market.store.write { try $0.run("UPDATE stock_levels SET available = 3 WHERE available = 10") }
        let stock = "variant,available\np1-a,10\np1-b,25\np2-a,10\np2-b,0\np3-a,10\np3-b,0\n"
        input.write("stock.csv", stock)
        let report = try await market.importing(input).run()
        let count = try #require(report.tables.first { $0.table == .stock })
        #expect(count == .init(table: .stock, read: 6, written: 1, unchanged: 5))
        #expect(report.productsAnnounced == 1)
        let levels: [Int] = try await market.store.read {
            try $0.rows("SELECT available FROM stock_levels ORDER BY available").map { try $0.get(0) }
        }
        #expect(levels == [0, 0, 3, 3, 3, 25])
    }

    @Test func jsonLinesSayTheSameAsCSV() async throws {
        let (csv, lines) = (try await Market(), try await Market())
        let (first, second) = (Scratch.market(), Scratch.market())
        for table in Table.allCases {
            let name = "\(second.path)/\(table.rawValue)"
            let input = try #require(try Folder(second.path).file("\(table.rawValue).csv"))
            let reader = try CSVReader(input)
            var text = ""
            while let record = try reader.next() {
                guard case .row(let row) = record else { continue }
                var object: [String: Any] = row.texts
                for column in ["amount", "quantity", "dwell_ms"] { object[column] = row[column].flatMap { Int($0) } }
                for column in ["hashtags", "media"] {
                    object[column] = row[column].map { $0.split(separator: "|").map(String.init) }
                }
                text += String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self) + "\n"
            }
            try FileManager.default.removeItem(atPath: name + ".csv")
            second.write("\(table.rawValue).jsonl", text)
        }
        #expect(try await csv.importing(first).run().isClean)
        let report = try await lines.importing(second).run()
        #expect(report.isClean, "\(second.rejections())")
        var (left, right) = (try await csv.contents(), try await lines.contents())
        for table in ["import_progress", "import_rows"] {
            left[table] = nil
            right[table] = nil
        }
        for (table, rows) in left where table != "variants" && table != "categories" {
            let isSame = right[table] == rows
            #expect(isSame, "\(table)")
        }
    }
}
