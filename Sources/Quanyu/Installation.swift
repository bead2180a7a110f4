import ArgumentParser
import AsyncHTTPClient
import Flows
import Foundation
import HTTP
import Importing
import Kernel
import Payments
import People
import Store
import StorePostgres
import StoreSQLite

/// Where a marketplace lives: the options that every command shares.
struct InstallationOptions: ParsableArguments {
    @Option(help: "Folder of the marketplace: database, media and secrets.")
    var data = "data"

    @Option(help: "PostgreSQL connection string; without it the SQLite file in the data folder is used.")
    var postgres: String?

    @Option(help: "Work factor of scrypt for passwords, a power of two.")
    var scryptRounds = 1 << 14
}

/// A marketplace on this machine: its folder, store and secrets. The only place that picks a store.
struct Installation: Sendable {
    let folder: String
    let store: any Store
    let secret: String
    private let scryptRounds: Int

    /// Opens the folder, creating what is missing, and brings the tables up to date.
    ///
    /// - Throws: ``StoreError`` when the database can't be opened, or a file error.
    static func open(_ options: InstallationOptions) async throws -> Installation {
        let folder = options.data
        try FileManager.default.createDirectory(atPath: "\(folder)/media", withIntermediateDirectories: true)
        let store: any Store =
            if let postgres = options.postgres {
                try PostgresStore(configuration: .init(connection: postgres))
            } else {
                try SQLiteStore(path: "\(folder)/quanyu.sqlite")
            }
        try await store.migrate(Marketplace.migrations + Import.migrations)
        return Installation(
            folder: folder, store: store, secret: try secret(in: folder), scryptRounds: options.scryptRounds)
    }

    /// Where media are kept.
    var mediaFolder: String { "\(folder)/media" }

    /// What every page says when the data are not live, or `nil`.
    func notice() async throws -> Localized? {
        let sets = try await Dataset.all(in: store).filter { $0.kind != .live }
        guard !sets.isEmpty else { return nil }
        let names = Localized(
            en: sets.map(\.name.en).joined(separator: ", "), zh: sets.map(\.name.zh).joined(separator: "、"))
        return Localized(
            en: "Simulated: goods, people and history come from “\(names.en)”. No money moves.",
            zh: "模拟数据：商品、用户与历史均来自「\(names.zh)」，不涉及真实资金。")
    }

    /// The rooms, with Stripe if its keys are in the environment, else with the test provider calling back to a server
    /// on `port`.
    ///
    /// - Throws: ``ValidationError`` when only a part of Stripe's settings is there.
    func marketplace(
        callbackPort: Int, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> (Marketplace, TestProvider?) {
        if let stripe = try stripe(environment) { return (market(stripe, environment), nil) }
        let provider = TestProvider(
            store: store, source: .system, secret: "test provider \(secret)",
            callback: "http://127.0.0.1:\(callbackPort)\(API.root)/webhooks/test", client: .shared)
        return (market(provider, environment), provider)
    }

    private func stripe(_ environment: [String: String]) throws -> StripeProvider? {
        guard let key = environment["QUANYU_STRIPE_KEY"] else { return nil }
        guard let secret = environment["QUANYU_STRIPE_WEBHOOK_SECRET"], let site = environment["QUANYU_SITE"],
            let origin = URL(string: site), origin.scheme != nil, origin.host() != nil
        else {
            throw ValidationError(
                "QUANYU_STRIPE_KEY is set. Set QUANYU_STRIPE_WEBHOOK_SECRET (the endpoint's whsec_…) and QUANYU_SITE "
                    + "(where people reach this site, such as https://shop.example) too.")
        }
        guard
            let capture = StripeProvider.Configuration.Capture(
                rawValue: environment["QUANYU_STRIPE_CAPTURE"] ?? "automatic")
        else { throw ValidationError("QUANYU_STRIPE_CAPTURE is automatic or manual.") }
        let url = environment["QUANYU_STRIPE_URL"]
        let account = StripeProvider.Configuration(
            key: key, webhookSecret: secret, url: url ?? "https://api.stripe.com",
            site: site.hasSuffix("/") ? String(site.dropLast()) : site, capture: capture)
        return StripeProvider(
            store: store, source: .system, configuration: account, client: .shared,
            payOrigin: url ?? "https://checkout.stripe.com")
    }

    private func market(_ provider: any PaymentProvider, _ environment: [String: String]) -> Marketplace {
        var people = People.Configuration()
        people.scryptRounds = scryptRounds
        return Marketplace(
            store: store, source: .system, people: people, feedSnapshot: "\(folder)/feed.snapshot", provider: provider,
            privateWebhooks: environment["QUANYU_PRIVATE_WEBHOOKS"] == "yes", mediaFolder: mediaFolder)
    }

    /// The server's secret, made at the first start and readable by its owner only.
    private static func secret(in folder: String) throws -> String {
        let path = "\(folder)/secret"
        if let data = FileManager.default.contents(atPath: path), data.count >= 64 {
            return String(decoding: data, as: UTF8.self)
        }
        let secret = Source.system.secret(bytes: 32)
        guard
            FileManager.default.createFile(
                atPath: path, contents: Data(secret.utf8), attributes: [.posixPermissions: 0o600])
        else { throw ValidationError("The file \(path) can't be written. Check the folder's permissions.") }
        return secret
    }
}
