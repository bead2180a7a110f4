import Catalog
import Flows
import Foundation
import HTTP
import Kernel
import Store
import Testing

@Suite("A shop's goods as a table") struct GoodsTableTests {
    static let header = "product_code,title,title_zh,category,variant_code,spec,price,status\r\n"

    @Test("a check changes nothing; all or nothing; or what is right", arguments: TestStore.available)
    func modes(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.modes($0) }
    }

    static func modes(_ store: any Store) async throws {
        let fair = try await Fair(store)
        _ = try await GoodsTests.newProduct(fair)
        let text =
            header + "CUP,Cup,杯,Ware,CUP-S,Small,9.99,listed\r\nCUP,,,,CUP-L,Large,19.99,\r\n"
            + "BOWL,\"Bowl, \"\"big\"\"\",碗,Ware,BOWL-1,,cheap,listed\r\n" + "POT,Pot,壶,Nowhere,POT-1,,5,unlisted\r\n"
        for mode in [BringGoods.Mode.check, .all] {
            let report = try await bring(text, mode, fair)
            #expect(!report.isApplied && report.count(.created) == 1 && report.count(.refused) == 2)
            #expect(report.outcomes.compactMap(\.refusal).map(\.line) == [4, 5])
            #expect(try await goods(fair).count == 2, "nothing has changed")
        }
        let good = try await bring(text, .good, fair)
        #expect(good.isApplied && good.count(.created) == 1)
        let cup = try #require(try await goods(fair).first { $0.code == "CUP" })
        #expect(cup.status == .listed && cup.variants.map(\.price?.amount.amount) == [999, 1_999])
        // Mended, the rest comes; what is there stays, and the same table again changes nothing.
        let mended = text.replacing("cheap", with: "39").replacing("Nowhere", with: "Ware")
        let all = try await bring("\u{FEFF}" + mended.replacing("\r\n", with: "\n"), .all, fair)
        #expect(all.isApplied && all.count(.created) == 2 && all.count(.unchanged) == 1)
        #expect(try await goods(fair).first { $0.code == "BOWL" }?.title.en == "Bowl, \"big\"")
        let again = try await bring(mended, .all, fair)
        #expect(again.count(.unchanged) == 3 && again.isApplied)
        // One price and the status.
        let change = try await bring("product_code,variant_code,price,status\nCUP,CUP-L,25,unlisted\n", .all, fair)
        #expect(change.count(.changed) == 1 && change.outcomes[0].changes.count == 2)
        let changed = try #require(try await goods(fair).first { $0.code == "CUP" })
        #expect(changed.status == .unlisted && changed.variants.map(\.price?.amount.amount) == [999, 2_500])
    }

    @Test(
        "what goes out comes in as it was, formulas asleep; an old table overwrites nothing",
        arguments: TestStore.available)
    func roundTrip(kind: TestStore) async throws {
        try await kind.run(Marketplace.migrations) { try await Self.roundTrip($0) }
    }

    static func roundTrip(_ store: any Store) async throws {
        let fair = try await Fair(store)
        let patch = try await GoodsTests.newProduct(fair)
        for (index, title) in ["=1+1", "+86", "-x", "@me", "a\"b,c\nd", "'quoted", "茶\r\n"].enumerated() {
            var odd = patch
            (odd.code, odd.title) = ("N\(index)", Localized(en: title))
            odd.description = Localized(en: "=HYPERLINK(\"x\")\nsecond line")
            odd.variants = [VariantPatch(spec: Localized(en: "-1"), sku: "@\(index)", price: GoodsTests.price(501))]
            _ = try await KeepProducts(fair.market).create(odd, at: fair.shops[0], Command(by: fair.seller))
        }
        let text = try await file(fair)
        #expect(text.hasPrefix("\u{FEFF}product_code,") && text.contains("'=1+1") && text.contains("'@0"))
        #expect(!text.contains(",=") && !text.contains(",@") && !text.contains(",+"))
        let before = try await goods(fair)
        let report = try await bring(text, .all, fair)
        #expect(report.count(.unchanged) == 9 && report.isApplied, "\(report.outcomes.map(\.refusal))")
        #expect(try await goods(fair) == before)
        // Somebody changes a product after the table was made.
        let first = try #require(before.first { $0.code == "N0" })
        _ = try await KeepProducts(fair.market).edit(
            .init(first.id, of: fair.shops[0], version: first.version), GoodsPatch(brand: "Moss"),
            Command(by: fair.seller))
        let old = try await bring(text.replacing("5.01", with: "6.00"), .check, fair)
        #expect(old.outcomes.filter { $0.result == .refused }.map(\.code) == ["N0"])
    }

    @Test("files that are none, clashes within a table, strangers")
    func refusals() async throws {
        try await TestStore.sqlite.run(Marketplace.migrations) { try await Self.refusals($0) }
    }

    static func refusals(_ store: any Store) async throws {
        let fair = try await Fair(store)
        _ = try await GoodsTests.newProduct(fair)
        let rows = String(repeating: "X,,,,,,,\n", count: GoodsTable.lineLimit + 1)
        for bytes in [
            [], Array("title\nx\n".utf8), Array("product_code,product_code\n".utf8), Array("product_code,stock\n".utf8),
            [0xFF, 0xFE, 0x41, 0], Array("product_code\n".utf8) + [0xC4, 0xE3], Array((header + rows).utf8),
            Array(repeating: 65, count: GoodsTable.byteLimit + 1),
        ] as [[UInt8]] {
            #expect(throws: InvalidField.self) { try GoodsTable(bytes) }
        }
        let clash =
            header + "A,A,A,Ware,ONE,s,1,\nB,B,B,Ware,ONE,s,1,\n,C,C,Ware,TWO,s,1,\nA,Other,,,,,,\n\"broken\"x,\n"
        for mode in [BringGoods.Mode.check, .all] {
            let report = try await bring(clash, mode, fair)
            #expect(report.count(.refused) >= 3 && !report.isApplied)
        }
        let two = header + "A,A,A,Ware,ONE,s,1,\nB,B,B,Ware,ONE,s,1,\n"
        #expect(try await bring(two, .check, fair).outcomes.map(\.result) == [.created, .refused])
        #expect(try await bring(two, .all, fair).outcomes.map(\.result) == [.created, .refused])
        #expect(try await goods(fair).count == 2)
        let table = try GoodsTable(Array(two.utf8))
        await #expect(throws: NotFound("shop")) {
            try await BringGoods(fair.market)(table, at: fair.shops[0], .all, by: fair.buyer)
        }
        // Another shop's product is nobody's here.
        let foreign = try await bring("product_code,title\n\(fair.products[2]),Mine now\n", .all, fair)
        #expect(foreign.outcomes.map(\.result) == [.refused])
    }

    static func bring(_ text: String, _ mode: BringGoods.Mode, _ fair: Fair) async throws -> BringGoods.Report {
        try await BringGoods(fair.market)(
            try GoodsTable(Array(text.utf8)), at: fair.shops[0], mode, by: fair.seller)
    }

    static func goods(_ fair: Fair) async throws -> [Product] {
        let now = fair.market.source.now
        return try await fair.market.store.read { [shop = fair.shops[0]] in
            try Catalog.goods(of: shop, GoodsFilter(), limit: 100, at: now, in: $0)
        }
    }

    static func file(_ fair: Fair) async throws -> String {
        var text = ""
        for try await piece in try await SendGoods(fair.market).pieces(of: fair.shops[0], by: fair.seller) {
            text += piece
        }
        return text
    }
}
