import Catalog
import Content
import Foundation
import Journal
import Kernel
import Live
import Orders
import People
import Pricing
import Shops
import Stock
import Store
import StorePostgres
import StoreSQLite
import Synchronization

@testable import Importing

/// A store that dies at a chosen write, before or after its commit, as a process under `kill -9` does.
final class MortalStore: Store {
    struct Killed: Error {}
    enum Death { case before, after }

    private let inner: any Store
    private let death: Death
    private let writesLeft: Mutex<Int>
    var dialect: Dialect { inner.dialect }

    init(_ inner: any Store, writes: Int, death: Death) {
        self.inner = inner
        self.death = death
        writesLeft = Mutex(writes)
    }

    func write<Result: Sendable>(
        _ work: @escaping @Sendable (any Transaction) throws -> Result
    ) async throws -> Result {
        let left = writesLeft.withLock {
            $0 -= 1
            return $0
        }
        if left < 0 || (left == 0 && death == .before) { throw Killed() }
        let result = try await inner.write(work)
        if left == 0 { throw Killed() }
        return result
    }

    func read<Result: Sendable>(_ work: @escaping @Sendable (any Transaction) throws -> Result) async throws -> Result {
        try await inner.read(work)
    }

    func close() async { await inner.close() }
}

/// A marketplace on a file of its own.
struct Market {
    static let now = Instant(rfc3339: "2026-11-24T00:00:00Z")!
    static let source = Source(now: { now }, random: { 4 })
    let folder = Scratch()
    let store: any Store

    init(on other: (any Store)? = nil) async throws {
        store = try other ?? SQLiteStore(path: folder.path + "/market.sqlite")
        try await store.migrate(
            storeMigrations + journalMigrations + People.migrations + Catalog.migrations + Stock.migrations
                + Shops.migrations + Content.migrations + Orders.migrations + Live.migrations
                + Pricing.migrations + Import.migrations)
    }

    var media: String { folder.path + "/media" }

    /// Runs `body` on PostgreSQL, in a schema of its own.
    static func onPostgres(_ connection: String, _ body: (Market) async throws -> Void) async throws {
        let schema = "quanyu_import_" + UUID().uuidString.prefix(8).lowercased()
        let admin = try PostgresStore(configuration: .init(connection: connection))
        try await admin.write { try $0.run(SQL(trusted: "CREATE SCHEMA \(schema)")) }
        let store = try PostgresStore(
            configuration: .init(connection: "\(connection) options='-c search_path=\(schema)'"))
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(try await Market(on: store))) } catch { outcome = .failure(error) }
        await store.close()
        try await admin.write { try $0.run(SQL(trusted: "DROP SCHEMA \(schema) CASCADE")) }
        await admin.close()
        try outcome.get()
    }

    func importing(_ input: Scratch, on other: (any Store)? = nil) -> Import {
        importing(input.path, on: other)
    }

    func importing(_ path: String, on other: (any Store)? = nil, source: Source = Market.source) -> Import {
        let store = other ?? store
        let journal = Journal(store: store)
        return Import(
            Import.Rooms(
                store: store, journal: journal, people: People(store: store, journal: journal, source: source),
                shops: Shops(store: store, journal: journal, source: source),
                catalog: Catalog(store: store, journal: journal, source: source),
                stock: Stock(store: store, journal: journal, source: source),
                content: Content(store: store, journal: journal, source: source),
                orders: Orders(store: store, journal: journal, source: source),
                live: Live(store: store, journal: journal, source: source),
                pricing: Pricing(store: store, source: source)),
            folder: path, mediaFolder: media, source: source)
    }

    /// Everything that the store holds, apart from random salts.
    func contents() async throws -> [String: [String]] {
        try await store.read { transaction in
            let tables = try transaction.rows(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
            ).map { try $0.get(0, as: String.self) }
            var contents: [String: [String]] = [:]
            for table in tables {
                let columns = try transaction.rows("SELECT name FROM pragma_table_info(\(table))")
                    .map { try $0.get(0, as: String.self) }.filter { $0 != "password_hash" }
                let list = columns.map { "CAST(\($0) AS TEXT)" }.joined(separator: ", ")
                contents[table] = try transaction.rows(SQL(trusted: "SELECT \(list) FROM \(table)")).map { row in
                    try columns.indices.map { canonical(try row.get($0, as: String?.self)) }.joined(separator: "|")
                }.sorted()
            }
            return contents
        }
    }

    /// JSON with its members in order: the encoder leaves them in any.
    private func canonical(_ text: String?) -> String {
        guard let text, text.first == "{" || text.first == "[",
            let value = try? JSONSerialization.jsonObject(with: Data(text.utf8)),
            let data = try? JSONSerialization.data(withJSONObject: value, options: .sortedKeys)
        else { return text ?? "NULL" }
        return String(decoding: data, as: UTF8.self)
    }

    func count(_ table: String) async throws -> Int {
        try await store.read { try $0.value(SQL(trusted: "SELECT COUNT(*) FROM \(table)")) ?? 0 }
    }

    func topics() async throws -> [String] {
        try await store.read { try $0.rows("SELECT topic FROM journal ORDER BY sequence").map { try $0.get(0) } }
    }
}

/// A folder that goes with its last user.
final class Scratch: Sendable {
    let path = FileManager.default.temporaryDirectory.path + "/importing-\(UUID().uuidString)"

    init() { try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ text: String) { write(name, Data(text.utf8)) }

    func write(_ name: String, _ data: Data) {
        let file = URL(fileURLWithPath: path).appendingPathComponent(name)
        try? FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try? data.write(to: file)
    }

    /// What was refused, as `file:row column reason`.
    func rejections() -> [String] {
        let data = FileManager.default.contents(atPath: path + "/.quanyu/rejected.jsonl") ?? Data()
        return data.split(separator: UInt8(ascii: "\n")).compactMap { line in
            (try? JSONDecoder().decode(RejectionLog.Line.self, from: line)).map {
                "\($0.file):\($0.row) \($0.column ?? "-") \($0.reason)"
            }
        }
    }

    static let png = Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) + Data(repeating: 7, count: 100)
    static let mp4 = Data([0, 0, 0, 24]) + Data("ftypisom".utf8) + Data(repeating: 9, count: 300_000)

    static let manifest = """
        {"format": "quanyu-import-1", "namespace": "test-1", "name_en": "Test", "name_zh": "测试", "kind": "demo",
        "currency": "CNY"}
        """

    /// A small market with `products` products, one row of every kind at least.
    static func market(products: Int = 3, orders: Int = 4) -> Scratch {
        let folder = Scratch()
        folder.write("manifest.json", manifest)
        folder.write("media/a.png", png)
        folder.write("media/v.mp4", mp4)
        folder.write("categories.csv", "id,parent,name_en,name_zh,emoji\nfood,,Food,食品,🍎\ntea,food,Tea,茶,🍵\n")
        folder.write(
            "people.csv",
            """
            id,name,role,handle,email,password,avatar,language
            ann,Ann,shopper,ann,ann@example.com,quanyu-demo,media/a.png,en
            bo,"Bo ""the tea"" Li",creator,bo,bo@example.com,quanyu-demo,,zh
            mei,Mei,merchant,mei,,,,zh

            """)
        folder.write(
            "shops.csv", "id,name_en,name_zh,owner,logo\ns1,Tea House,茶舍,mei,media/a.png\ns2,Other,另一家,mei,\n")
        let ids = (1...products).map { "p\($0)" }
        folder.write(
            "products.csv",
            "id,shop,category,title_en,title_zh,attributes,attributes_zh,media,created_at\n"
                + ids.enumerated().map {
                    "\($1),s\($0 % 2 + 1),tea,\"Tea, no. \($1)\",茶\($1),Origin=Yunnan,产地=云南,media/a.png,1767225600000\n"
                }.joined())
        folder.write(
            "variants.csv",
            "id,product,spec_en,spec_zh,sku\n"
                + ids.map { "\($0)-a,\($0),50 g,50克,A\n\($0)-b,\($0),100 g,,B\n" }.joined())
        folder.write(
            "prices.csv",
            "variant,amount,list_amount,member_amount,currency\n"
                + ids.map { "\($0)-a,1000,1500,900,CNY\n\($0)-b,1800,,,\n" }.joined())
        folder.write("stock.csv", "variant,available\n" + ids.map { "\($0)-a,10\n\($0)-b,0\n" }.joined())
        folder.write(
            "videos.csv",
            "id,creator,caption_en,hashtags,media,poster,duration_ms,products\nv1,bo,Tea time,tea|茶,media/v.mp4,media/a.png,5000,p1|p2\n"
        )
        folder.write("follows.csv", "person,subject_kind,subject,time\nann,creator,bo,1767225600000\n")
        folder.write(
            "live_sessions.csv",
            """
            id,host_kind,host,title_en,title_zh,planned_at,state,products,pinned,prices
            l1,creator,bo,Tea tonight,今晚喝茶,2026-03-01T12:00:00Z,live,p1|p2,p1,p1-a=800
            l2,shop,s2,Tea tomorrow,,2026-03-02T12:00:00Z,,p1,,

            """)
        folder.write(
            "touchpoints.csv",
            """
            id,person,time,kind,subject_kind,subject,dwell_ms
            t1,ann,2026-03-01T08:00:00Z,view,video,v1,4000
            t2,ann,2026-03-01T08:00:05Z,like,video,v1,
            t3,ann,2026-03-01T08:00:09Z,search,query,oolong tea,
            t4,ann,2026-03-01T08:00:10.250Z,open,product,p1,900

            """)
        folder.write(
            "orders.csv",
            "order,person,time,variant,quantity,amount\n"
                + (1...orders).map { order in
                    ids.prefix(2).map { "o\(order),ann,\(1_770_000_000_000 + order),\($0)-a,2,2000\n" }.joined()
                }.joined())
        return folder
    }
}
