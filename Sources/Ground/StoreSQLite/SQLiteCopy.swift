import GRDB
import Store

extension SQLiteStore {
    /// Copies the database at `path` as it stands at this moment to a new file, while others go on reading and writing
    /// (`VACUUM INTO`).
    ///
    /// - Throws: ``StoreError`` when the file can't be read, or `copy` exists or can't be written.
    public static func copy(_ path: String, to copy: String) throws {
        do {
            var configuration = GRDB.Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(10)
            let database = try DatabaseQueue(path: path, configuration: configuration)
            try database.inDatabase { try $0.execute(sql: "VACUUM INTO ?", arguments: [copy]) }
            try database.close()
        } catch let error as DatabaseError {
            throw StoreError(sqlite: error)
        }
    }
}
