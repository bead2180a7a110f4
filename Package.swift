// swift-tools-version: 6.1
import PackageDescription

// The map of the house: one target a room. Rooms never import rooms (docs/architecture.md).

let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTesting = Target.Dependency.product(name: "HummingbirdTesting", package: "hummingbird")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let realNumbers = Target.Dependency.product(name: "RealModule", package: "swift-numerics")

/// A room stands on Ground, and where it owns an engine's state, on that engine; its migrations are embedded.
func room(_ name: String, _ path: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(
        name: name, dependencies: ["Kernel", "Store", "Journal", "HTTP"] + dependencies, path: path,
        resources: [.embedInCode("Migrations")])
}

let package = Package(
    name: "quanyu",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "quanyu", targets: ["Quanyu"])],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
    ],
    targets: [
        // Ground
        .systemLibrary(name: "CLibPQ", path: "Sources/CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(
            name: "CGMime", path: "Sources/CGMime", pkgConfig: "gmime-3.0", providers: [.apt(["libgmime-3.0-dev"])]),
        .systemLibrary(name: "CCSV", path: "Sources/CCSV", providers: [.apt(["libcsv-dev"])]),
        .target(name: "CSV", dependencies: ["CCSV"], path: "Sources/Ground/CSV"),
        .target(name: "Kernel", path: "Sources/Ground/Kernel"),
        .target(name: "Store", dependencies: ["Kernel"], path: "Sources/Ground/Store"),
        .target(name: "StoreSQLite", dependencies: ["Kernel", "Store", grdb], path: "Sources/Ground/StoreSQLite"),
        .target(
            name: "StorePostgres", dependencies: ["Kernel", "Store", "CLibPQ"], path: "Sources/Ground/StorePostgres"),
        .target(name: "Journal", dependencies: ["Kernel", "Store"], path: "Sources/Ground/Journal"),
        .target(
            name: "HTTP",
            dependencies: [
                "CGMime", "Kernel", "Store", hummingbird, httpTypes, crypto, lifecycle, logging, metrics,
            ],
            path: "Sources/Ground/HTTP"),
        .target(name: "KeyedDraw", dependencies: [crypto], path: "Sources/Ground/KeyedDraw"),
        .target(name: "Media", dependencies: ["Kernel", crypto], path: "Sources/Ground/Media"),
        // People
        room("People", "Sources/People", [crypto, cryptoExtras]),
        // Trade
        room("Catalog", "Sources/Trade/Catalog"),
        room("Stock", "Sources/Trade/Stock"),
        room("Warehouse", "Sources/Trade/Warehouse"),
        room("Carts", "Sources/Trade/Carts"),
        room("Orders", "Sources/Trade/Orders"),
        room("Payments", "Sources/Trade/Payments", [crypto, httpClient]),
        room("Ledger", "Sources/Trade/Ledger", [crypto]),
        room("AfterSales", "Sources/Trade/AfterSales"),
        room("Coupons", "Sources/Trade/Coupons"),
        room("Pricing", "Sources/Trade/Pricing"),
        room("Webhooks", "Sources/Trade/Webhooks", [crypto, httpClient]),
        // Fields
        room("Shops", "Sources/Fields/Shops"),
        room("Live", "Sources/Fields/Live"),
        room("Content", "Sources/Fields/Content"),
        room("Feed", "Sources/Fields/Feed", ["Matching"]),
        room("Centre", "Sources/Fields/Centre", ["MatchingText"]),
        // Growth
        room("Alliance", "Sources/Growth/Alliance"),
        room("Membership", "Sources/Growth/Membership"),
        // Value
        room("Decisions", "Sources/Value/Decisions", ["Inference"]),
        room("Experiments", "Sources/Value/Experiments", ["Inference", "KeyedDraw"]),
        room("Allocations", "Sources/Value/Allocations", ["Inference"]),
        room("NorthStar", "Sources/Value/NorthStar", ["Inference"]),
        room("Experience", "Sources/Value/Experience", ["Inference", "KeyedDraw"]),
        // Flows
        .target(
            name: "Flows",
            dependencies: [
                "CSV", "Kernel", "Store", "Journal", "HTTP", "Media", "People", "Catalog", "Stock", "Carts", "Orders",
                "Payments",
                "Shops", "Ledger", "AfterSales", "Alliance", "Decisions", "Experiments", "Matching",
                "Inference", "Coupons", "Pricing", "Experience", "NorthStar", "Allocations", "Warehouse", "Webhooks",
                "Content", "Feed", "Centre", "Membership", "Live", hummingbird, httpTypes,
            ], path: "Sources/Flows", exclude: ["Importing"]),
        // Sites
        .target(
            name: "Sites",
            dependencies: [
                "Kernel", "Store", "Journal", "HTTP", "Media", "People", "Catalog", "Stock", "Carts", "Orders",
                "Payments",
                "Shops", "Coupons", "Pricing", "Warehouse", "Webhooks",
                "Content", "Feed", "Centre", "Live", "Ledger", "Alliance", "Membership", "AfterSales", "Decisions",
                "Experiments",
                "Inference", "Experience", "NorthStar", "Allocations",
                "Flows", mustache,
                hummingbird, httpTypes, crypto,
            ], path: "Sources/Sites", resources: [.embedInCode("Templates"), .embedInCode("Assets")]),
        .testTarget(
            name: "SitesTests",
            dependencies: ["Sites", "StoreSQLite", hummingbirdTesting, httpClient], path: "Tests/Sites"),
        // Engines
        .target(
            name: "CICU", path: "Sources/CICU",
            linkerSettings: [.linkedLibrary("icui18n"), .linkedLibrary("icuuc"), .linkedLibrary("icudata")]),
        .systemLibrary(name: "CStemmer", path: "Sources/CStemmer", providers: [.apt(["libstemmer-dev"])]),
        .target(name: "CVectors", path: "Sources/CVectors"),
        .target(name: "Matching", dependencies: ["CVectors"], path: "Sources/Engines/Matching/Recommendation"),
        .target(name: "MatchingText", dependencies: ["CICU", "CStemmer"], path: "Sources/Engines/Matching/Text"),
        .target(name: "Inference", dependencies: [realNumbers], path: "Sources/Engines/Inference"),
        .target(name: "World", dependencies: [realNumbers], path: "Sources/Engines/World"),
        .testTarget(name: "WorldTests", dependencies: ["World"], path: "Tests/Engines/World"),
        .target(
            name: "InferenceTrials", dependencies: ["Inference", "World", realNumbers],
            path: "Sources/Engines/InferenceTrials"),
        .testTarget(
            name: "InferenceTests", dependencies: ["Inference", "InferenceTrials", realNumbers],
            path: "Tests/Engines/Inference", resources: [.copy("Vectors"), .copy("Records")]),
        .testTarget(name: "MatchingTests", dependencies: ["Matching"], path: "Tests/Engines/Matching/Recommendation"),
        .testTarget(name: "MatchingTextTests", dependencies: ["MatchingText"], path: "Tests/Engines/Matching/Text"),
        // Flows
        .target(
            name: "Importing",
            dependencies: [
                "CSV", "Kernel", "Store", "Journal", "HTTP", "People", "Catalog", "Stock", "Shops", "Content",
                "Orders", "Live", "Pricing", crypto,
            ],
            path: "Sources/Flows/Importing", resources: [.embedInCode("Migrations")]),
        .testTarget(
            name: "ImportingTests", dependencies: ["Importing", "StoreSQLite", "StorePostgres"],
            path: "Tests/Flows/Importing"),
        .executableTarget(
            name: "Quanyu",
            dependencies: [
                "Kernel", "Store", "StoreSQLite", "StorePostgres", "HTTP", "People", "Catalog", "Stock", "Orders",
                "Payments", "Ledger", "Shops", "Feed", "Flows", "Importing", "CSV", "Inference", "InferenceTrials",
                "Journal", "Decisions", "Experiments", "Experience", "Content", "World", "Coupons",
                "Matching", "MatchingText", "Sites", hummingbird, httpClient, arguments, lifecycle, logging, metrics,
            ],
            path: "Sources/Quanyu"),
        .testTarget(name: "PricingTests", dependencies: ["Coupons", "Pricing"], path: "Tests/Trade/Pricing"),
        .testTarget(name: "WebhooksTests", dependencies: ["Kernel", "Webhooks"], path: "Tests/Trade/Webhooks"),
        .testTarget(
            name: "PaymentsTests", dependencies: ["Kernel", "Payments", "Sequences"], path: "Tests/Trade/Payments"),
        .testTarget(name: "WarehouseTests", dependencies: ["Warehouse"], path: "Tests/Trade/Warehouse"),
        // Random sequences against models, shown at their shortest when they fail.
        .target(name: "Sequences", path: "Tests/Sequences"),
        .testTarget(
            name: "LedgerTests", dependencies: ["Ledger", "StoreSQLite", "StorePostgres", "Sequences"],
            path: "Tests/Trade/Ledger"),
        .testTarget(name: "MediaTests", dependencies: ["Media", "HTTP"], path: "Tests/Ground/Media"),
        .testTarget(name: "KernelTests", dependencies: ["Kernel"], path: "Tests/Ground/Kernel"),
        // The built executable under test: what the suites share, then one suite a question.
        .target(name: "Harness", dependencies: [httpClient], path: "Tests/Harness"),
        .testTarget(
            name: "APITests", dependencies: ["Harness", "Quanyu"], path: "Tests/API", exclude: ["StripeStandIn"]),
        .testTarget(
            name: "FaultsTests", dependencies: ["Harness", "Quanyu", "Store", "StoreSQLite", "Sequences"],
            path: "Tests/Faults"),
        .testTarget(name: "JourneysTests", dependencies: ["Harness", "Quanyu"], path: "Tests/Journeys"),
        .testTarget(
            name: "SimulateTests", dependencies: ["Quanyu", "World", "Store", "StoreSQLite"], path: "Tests/Simulate"),
        .testTarget(name: "AnalyzeTests", dependencies: ["Quanyu", "Inference"], path: "Tests/Analyze"),
        .testTarget(
            name: "StoresTests",
            dependencies: [
                "Kernel", "Store", "StoreSQLite", "StorePostgres", "Journal", "HTTP", "Flows", "Decisions",
                "Experiments", "Feed", "Matching", "Inference", "Coupons", "Pricing", "Experience", "NorthStar",
                "Allocations", "Warehouse", "Webhooks", "Live", "Sequences", hummingbird, httpTypes, crypto,
            ],
            path: "Tests/Stores"),
        .testTarget(
            name: "ExperimentsTests", dependencies: ["Experiments", "Inference", "Kernel"],
            path: "Tests/Value/Experiments"),
        .testTarget(
            name: "ExperienceTests", dependencies: ["Experience", "Inference", "Kernel", "KeyedDraw"],
            path: "Tests/Value/Experience"),
        .testTarget(
            name: "TradeTests",
            dependencies: ["Flows", "StoreSQLite", "Alliance", "AfterSales", "Ledger", "Sequences"],
            path: "Tests/Trade/Flows"),
    ],
    swiftLanguageModes: [.v6]
)
