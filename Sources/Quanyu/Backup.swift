import ArgumentParser
import Foundation
import StoreSQLite

/// `quanyu backup OUT`: a consistent copy of a marketplace while it runs.
struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copies a marketplace while it runs.",
        discussion: """
            OUT is a new folder with everything that `quanyu serve --data OUT` needs: database, media and the secret that \
            signs cookies, so keep it private. Media that never change are linked where the disk allows it. With PostgreSQL \
            the database is left to pg_dump, and the rest is copied.
            """)

    @OptionGroup var installation: InstallationOptions

    @Argument(help: "The new folder.")
    var out: String

    func run() throws {
        let files = FileManager.default
        let folder = installation.data
        guard files.fileExists(atPath: "\(folder)/secret") else {
            throw ValidationError("\(folder) is no marketplace: it holds no secret. Name its folder with --data.")
        }
        guard !files.fileExists(atPath: out) else {
            throw ValidationError("\(out) exists already. Name a folder that does not.")
        }
        // Complete or not there at all: a copy that was cut off must not look like a backup.
        let unfinished = out + ".unfinished"
        try? files.removeItem(atPath: unfinished)
        try files.createDirectory(
            atPath: "\(unfinished)/media", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        if installation.postgres == nil {
            try SQLiteStore.copy("\(folder)/quanyu.sqlite", to: "\(unfinished)/quanyu.sqlite")
        }
        // After the database: every file that it names is there by then.
        let media = try copyMedia(from: "\(folder)/media", to: "\(unfinished)/media")
        try files.copyItem(atPath: "\(folder)/secret", toPath: "\(unfinished)/secret")
        try files.moveItem(atPath: unfinished, toPath: out)
        let database = installation.postgres == nil ? "Database, secret" : "Secret (use pg_dump for the database)"
        print("\(database) and \(media) media files are in \(out).")
    }

    private func copyMedia(from source: String, to target: String) throws -> Int {
        let files = FileManager.default
        guard let paths = files.enumerator(atPath: source) else { return 0 }
        var count = 0
        for case let path as String in paths {
            var isFolder: ObjCBool = false
            _ = files.fileExists(atPath: "\(source)/\(path)", isDirectory: &isFolder)
            if isFolder.boolValue {
                try files.createDirectory(atPath: "\(target)/\(path)", withIntermediateDirectories: true)
                continue
            }
            do {
                // A file's name is the hash of its content, so it never changes and two names may share it.
                try files.linkItem(atPath: "\(source)/\(path)", toPath: "\(target)/\(path)")
            } catch {
                try files.copyItem(atPath: "\(source)/\(path)", toPath: "\(target)/\(path)")
            }
            count += 1
        }
        return count
    }
}
