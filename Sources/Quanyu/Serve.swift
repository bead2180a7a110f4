import ArgumentParser
import Flows
import HTTP
import Hummingbird
import Kernel
import Logging
import Metrics

/// `quanyu serve`: runs the marketplace.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Runs the marketplace until it is told to stop.")

    @OptionGroup var installation: InstallationOptions

    @Option(help: "Address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "Port to listen on.")
    var port = 8080

    @Flag(help: "The site is reached over HTTPS (TLS ends in front of this server).")
    var secure = false

    @Option(help: "Log level: debug, info, warning, error.")
    var logLevel = Logger.Level.info

    @Flag(help: "Log every request.")
    var logRequests = false

    func run() async throws {
        let level = logLevel
        LoggingSystem.bootstrap { JSONLogHandler(label: $0, level: level) }
        let metrics = PrometheusFactory()
        MetricsSystem.bootstrap(metrics)
        let installation = try await Installation.open(installation)
        let (market, provider) = try installation.marketplace(callbackPort: port)
        let configuration = ServerConfiguration(
            host: host, port: port, isSecure: secure, logsEveryRequest: logRequests)
        let (router, _) = try Server.router(
            for: market, provider, installation, metrics, notice: try await installation.notice(), configuration)
        let logger = Logger(label: "quanyu")
        try await Server.application(router, market, configuration, logger: logger).runService()
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}

/// `quanyu migrate`: brings the tables up to date and ends.
struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Creates or updates the tables.")

    @OptionGroup var installation: InstallationOptions

    func run() async throws {
        let installation = try await Installation.open(installation)
        await installation.store.close()
        print("The tables are up to date.")
    }
}

/// `quanyu openapi`: prints the API document, for `docs/openapi.json`.
struct OpenAPI: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "openapi", abstract: "Prints the OpenAPI document of the JSON API.")

    @OptionGroup var installation: InstallationOptions

    func run() async throws {
        let installation = try await Installation.open(installation)
        let (market, provider) = try installation.marketplace(callbackPort: 8080)
        let (_, routes) = try Server.router(
            for: market, provider, installation, nil, notice: nil, ServerConfiguration())
        print(String(decoding: try OpenAPIDocument(routes: routes).json(), as: UTF8.self))
        await installation.store.close()
    }
}
