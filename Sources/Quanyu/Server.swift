import Flows
import Foundation
import HTTP
import Hummingbird
import Kernel
import Logging
import Payments
import ServiceLifecycle
import Sites
import Store

/// How a server is set up.
struct ServerConfiguration: Sendable {
    var host = "127.0.0.1"
    var port = 8080
    /// Whether people reach the site over HTTPS.
    var isSecure = false
    var logsEveryRequest = false
}

/// Puts rooms, API and pages behind one router; shared by `serve`, tests and benchmarks.
enum Server {
    /// The router of a marketplace.
    ///
    /// - Returns: the router and the described API routes.
    static func router(
        for market: Marketplace, _ provider: TestProvider?, _ installation: Installation, _ metrics: PrometheusFactory?,
        notice: Localized?, _ configuration: ServerConfiguration
    ) throws -> (Router<Context>, [RouteDescription]) {
        let router = Router(context: Context.self)
        let cookies = IdentityMiddleware(
            authenticator: market.people, signer: Signer(secret: installation.secret), source: market.source,
            isSecure: configuration.isSecure)
        router.add(middleware: RequestLogMiddleware(logsEveryRequest: configuration.logsEveryRequest))
        router.add(middleware: SecurityHeadersMiddleware(formTargets: [market.provider.payOrigin].compactMap(\.self)))
        // Outside for what goes wrong while finding out who asks, inside for everything else: pages need the identity.
        router.add(middleware: ProblemMiddleware())
        addOperation(to: router, market, metrics)
        let sites = Sites(market: market, cookies: cookies, testProvider: provider, notice: notice)
        router.add(middleware: cookies)
        router.add(middleware: ProblemMiddleware(page: sites.problemPage))
        router.add(
            middleware: FileMiddleware(
                installation.mediaFolder, urlBasePath: "/media",
                cacheControl: .init([(MediaType(type: .any), [.public, .maxAge(31_536_000), .immutable])]),
                searchForIndexHtml: false))
        let routes = try MarketplaceAPI(market).addRoutes(to: router, cookies: cookies)
        sites.addRoutes(to: router)
        return (router, routes)
    }

    /// The whole server as a service that loads first, then answers, and stops gracefully.
    static func application(
        _ router: Router<Context>, _ market: Marketplace, _ configuration: ServerConfiguration, logger: Logger
    ) -> some ApplicationProtocol {
        var application = Application(
            router: router,
            configuration: .init(
                address: .hostname(configuration.host, port: configuration.port), serverName: "Quanyu"),
            onServerRunning: { channel in
                logger.info("serving", metadata: ["address": "\(channel.localAddress.map { "\($0)" } ?? "")"])
            }, logger: logger)
        application.addServices(BackgroundWork(market: market))
        application.beforeServerStarts { try await market.load() }
        return application
    }

    /// What machines ask: is it alive, is it ready, how is it doing.
    private static func addOperation(to router: Router<Context>, _ market: Marketplace, _ metrics: PrometheusFactory?) {
        router.get("/health") { _, _ in "ok\n" }
        router.get("/ready") { _, _ in
            _ = try await market.store.read { try $0.value("SELECT 1", as: Int.self) }
            return "ready\n"
        }
        router.get("/metrics") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: metrics?.text() ?? "")))
        }
    }
}

/// Background work that ends when the server stops, so that nothing accepted is lost.
private struct BackgroundWork: Service {
    let market: Marketplace

    func run() async throws {
        await cancelWhenGracefulShutdown { await market.run() }
        await market.store.close()
    }
}
