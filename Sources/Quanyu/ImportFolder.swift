import ArgumentParser
import Flows
import Foundation
import Importing
import Kernel

/// `quanyu import DIR`: reads a folder in the import format (docs/import.md).
struct ImportFolder: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Reads shops, goods, people and history from a folder.",
        discussion: """
            Every row is checked. Refused rows are written to DIR/.quanyu/rejected.jsonl with their reasons, and the rest \
            goes on. It can be stopped and started again, and importing the same folder twice changes nothing. \
            Exit code: 0 when nothing was refused, 2 when something was.
            """)

    @OptionGroup var installation: InstallationOptions

    @Argument(help: "The folder, with manifest.json in it.")
    var folder: String

    @Flag(help: "Say nothing but the result.")
    var quiet = false

    func run() async throws {
        let installation = try await Installation.open(installation)
        let (market, _) = try installation.marketplace(callbackPort: 8080)
        let start = ContinuousClock.now
        let rooms = Import.Rooms(
            store: market.store, journal: market.journal, people: market.people, shops: market.shops,
            catalog: market.catalog, stock: market.stock, content: market.content, orders: market.orders,
            live: market.live, pricing: market.pricing)
        let quiet = quiet
        let report: ImportReport
        do {
            report = try await Import(rooms, folder: folder, mediaFolder: installation.mediaFolder, source: .system)
                .run { if !quiet { Self.show($0) } }
        } catch let problem as any Problem {
            await installation.store.close()
            throw ValidationError(problem.details.detail)
        }
        await installation.store.close()
        Self.show(report, in: ContinuousClock.now - start)
        if !report.isClean { throw ExitCode(2) }
    }

    private static func show(_ progress: ImportProgress) {
        let line =
            "\(progress.table.rawValue): \(progress.rows) rows, \(Int(progress.rowsPerSecond))/s, \(Int(progress.fraction * 100)) %\n"
        FileHandle.standardError.write(Data(line.utf8))
    }

    private static func show(_ report: ImportReport, in time: Duration) {
        for table in report.tables {
            print(
                "\(table.table.rawValue): \(table.read) read, \(table.written) written, \(table.unchanged) unchanged, "
                    + "\(table.refused) refused")
        }
        for warning in report.warnings { print("warning: \(warning)") }
        if !report.isClean { print("Refused rows and their reasons are in \(report.rejections).") }
        print("Imported in \(time.formatted(.units(allowed: [.minutes, .seconds], fractionalPart: .show(length: 1)))).")
    }
}
