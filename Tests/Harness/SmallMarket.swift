import Foundation

/// A data folder with three shops, twelve products and, where ffmpeg is installed, three videos.
public final class SmallMarket: Sendable {
    /// Units of every variant at the start.
    public static let stock: Int64 = 500
    /// What every demo account signs in with.
    public static let password = "demo password"
    /// E-mail addresses of the owners of the three shops.
    public static let merchants = ["mei@demo.test", "bo@demo.test", "an@demo.test"]
    /// The e-mail address of a shopper who has bought something before.
    public static let shopper = "old@demo.test"

    /// The data folder.
    public let data: String
    /// The connection string of its PostgreSQL; `nil` for the SQLite file in the folder.
    public let postgres: String?
    private let folder: Scratch

    /// Writes the import folder and imports it into `data`, or into a folder of its own.
    public init(withVideos: Bool = false, data: String? = nil, postgres: String? = nil) async throws {
        folder = try Scratch()
        self.data = data ?? "\(folder.path)/data"
        self.postgres = postgres
        let source = "\(folder.path)/import"
        try FileManager.default.createDirectory(atPath: "\(source)/media", withIntermediateDirectories: true)
        let videos = withVideos ? try await Self.films(in: "\(source)/media") : []
        for (name, text) in Self.tables(videos: videos) {
            try text.write(toFile: "\(source)/\(name)", atomically: false, encoding: .utf8)
        }
        guard let picture = Data(base64Encoded: Self.picture) else { throw HarnessProblem("The picture is broken.") }
        try picture.write(to: URL(filePath: "\(source)/media/a.png"))
        let (end, output) = try await Child.run(
            try Executable.quanyu, ["import", source, "--scrypt-rounds", "1024", "--quiet"] + place)
        guard end == .exit(0) else {
            let rejected = (try? String(contentsOfFile: "\(source)/.quanyu/rejected.jsonl", encoding: .utf8)) ?? ""
            throw HarnessProblem("The import ended with \(end): \(output)\n\(rejected)")
        }
    }

    /// Where it lies, as options of `quanyu`.
    public var place: [String] { ["--data", data] + (postgres.map { ["--postgres", $0] } ?? []) }

    /// Films three seconds of a test picture, once a video.
    private static func films(in folder: String) async throws -> [String] {
        guard let ffmpeg = Executable.find("ffmpeg") else { return [] }
        var names: [String] = []
        for (index, colour) in ["green", "orange", "blue"].enumerated() {
            let path = "\(folder)/\(index).mp4"
            let arguments = [
                "-v", "error", "-f", "lavfi", "-i", "color=\(colour):size=180x320:rate=10:duration=1", "-c:v",
                "libx264",
                "-pix_fmt", "yuv420p", "-movflags", "+faststart", path,
            ]
            guard try await Child.run(ffmpeg, arguments).end == .exit(0) else { return [] }
            names.append("media/\(index).mp4")
        }
        return names
    }

    private static let goods: [(en: String, zh: String, category: String)] = [
        ("Mountain green tea", "高山绿茶", "tea"), ("Aged white tea", "陈年白茶", "tea"),
        ("Black tea from Anhui", "安徽红茶", "tea"),
        ("Porcelain tea cup", "青瓷茶杯", "ware"), ("Bamboo basket", "手编竹篮", "ware"), ("Clay teapot", "紫砂茶壶", "ware"),
        ("Wildflower honey", "百花蜂蜜", "food"), ("Dried mushrooms", "干香菇", "food"), ("Rice noodles", "手工米粉", "food"),
        ("Linen scarf", "亚麻围巾", "wear"), ("Silk shirt", "真丝衬衫", "wear"), ("Straw hat", "草编帽子", "wear"),
    ]

    private static func tables(videos: [String]) -> [String: String] {
        var products = "id,shop,category,title_en,title_zh,description_en,description_zh,brand,media\n"
        var variants = "id,product,spec_en,spec_zh,sku\n"
        var (prices, stock) = ("variant,amount,list_amount\n", "variant,available\n")
        for (index, good) in goods.enumerated() {
            products +=
                "p\(index),s\(index / 4),\(good.category),\(good.en),\(good.zh),A good thing.,好东西。,Moss,media/a.png\n"
            for half in 0..<(index % 3 == 0 ? 2 : 1) {
                variants += "v\(index)-\(half),p\(index),\(half == 0 ? "Small,小份" : "Large,大份"),SKU-\(index)-\(half)\n"
                prices += "v\(index)-\(half),\(1_990 + index * 500 + half * 1_000),\(9_900 + half)\n"
                stock += "v\(index)-\(half),\(Self.stock)\n"
            }
        }
        var films = "id,creator,caption_en,caption_zh,hashtags,media,duration_ms,products\n"
        for (index, path) in videos.enumerated() {
            films +=
                "f\(index),creator,How we make it \(index),制作过程\(index),tea|craft,\(path),1000,p\(index * 4)|p\(index * 4 + 1)\n"
        }
        return [
            "manifest.json": """
            {"format":"quanyu-import-1","namespace":"small","name_en":"Small market","name_zh":"小集市","kind":"demo","currency":"CNY"}
            """,
            "categories.csv": """
            id,parent,name_en,name_zh,emoji
            tea,,Tea,茶,🍵
            ware,,Ware,器皿,🏺
            food,,Food,食品,🍯
            wear,,Wear,服饰,🧣

            """,
            "people.csv": """
            id,name,role,handle,email,password
            m0,Mei,merchant,mei,\(merchants[0]),\(password)
            m1,Bo,merchant,bo,\(merchants[1]),\(password)
            m2,An,merchant,an,\(merchants[2]),\(password)
            creator,Yun,creator,yun,yun@demo.test,\(password)
            old,Lao,shopper,,\(shopper),\(password)

            """,
            "shops.csv": """
            id,name_en,name_zh,about_en,about_zh,owner
            s0,Moss & Stone,苔石,Tea from small gardens,小茶园,m0
            s1,Kiln,窑,Made by hand,手作,m1
            s2,Field,田野,From the field,来自田野,m2

            """,
            "orders.csv": """
            order,person,time,variant,quantity,amount,status
            o0,old,2026-03-01T08:00:00Z,v0-0,1,1990,completed

            """,
            "products.csv": products, "variants.csv": variants, "prices.csv": prices, "stock.csv": stock,
            "videos.csv": films,
        ]
    }

    /// One red pixel.
    private static let picture =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
}
