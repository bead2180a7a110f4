import CLibPQ
import Foundation
import Kernel
import Store

/// One libpq connection in non-blocking pipeline mode. Confined to the thread that made or took it.
final class PostgresConnection {
    private enum Expected {
        case statement
        case preparation(of: String)
    }

    private let handle: OpaquePointer
    private var names: [String: String] = [:]
    private var namesGiven = 0
    /// What was sent and not answered yet, oldest first.
    private var expected: [Expected] = []
    /// What failed in the present unit of work and was not undone.
    private(set) var failure: StoreError?
    /// Whether the present unit of work met another one and may succeed when it is tried again.
    private(set) var hadConflict = false
    /// What its statements read and change.
    let tables = StatementTables()

    init(_ connection: String) throws(StoreError) {
        guard let handle = PQconnectdb(connection) else { throw .unavailable("no memory for a connection") }
        guard PQstatus(handle) == CONNECTION_OK else {
            let reason = String(cString: PQerrorMessage(handle))
            PQfinish(handle)
            throw .unavailable(reason)
        }
        self.handle = handle
        PQsetnonblocking(handle, 1)
        PQenterPipelineMode(handle)
    }

    deinit { PQfinish(handle) }

    /// Whether the connection still stands.
    var isUsable: Bool { PQstatus(handle) == CONNECTION_OK }

    /// Starts a unit of work.
    func begin(_ command: String) throws {
        hadConflict = false
        failure = nil
        try send(SQL(trusted: command))
    }

    /// Sends a statement; its error, if any, is thrown by the next call that waits.
    func send(_ sql: SQL) throws {
        if let failure { throw failure }
        let name = try prepare(sql.text)
        let sent = withCStrings(sql.parameters.map(\.postgresText)) { values in
            PQsendQueryPrepared(handle, name, Int32(sql.parameters.count), values, nil, nil, 0)
        }
        guard sent == 1 else { throw lost() }
        expected.append(.statement)
    }

    /// Sends a statement and waits for its answer and those of the statements before it.
    func answer(to sql: SQL) throws -> PostgresAnswer {
        try send(sql)
        guard PQsendFlushRequest(handle) == 1 else { throw lost() }
        try flush()
        var answer: PostgresAnswer?
        while !expected.isEmpty { answer = try readAnswer() }
        if let failure { throw failure }
        guard let answer else { throw lost() }
        return answer
    }

    /// Ends the unit of work with `command` and waits until that is done.
    func finish(_ command: String) throws {
        try send(SQL(trusted: command))
        try synchronise()
        if let failure { throw failure }
    }

    /// Undoes whatever is open and leaves the connection ready for the next unit of work.
    func rollback() {
        // An error here means that the connection is lost; the thread replaces it before its next unit of work.
        try? synchronise()
        failure = nil
        try? send(SQL(trusted: "ROLLBACK"))
        try? synchronise()
        failure = nil
    }

    private func prepare(_ text: String) throws -> String {
        if let name = names[text] { return name }
        namesGiven += 1
        let name = "s\(namesGiven)"
        guard PQsendPrepare(handle, name, numbered(text), 0, nil) == 1 else { throw lost() }
        names[text] = name
        expected.append(.preparation(of: text))
        return name
    }

    /// Reads the results of the oldest statement that is not answered yet.
    private func readAnswer() throws -> PostgresAnswer? {
        let subject = expected.removeFirst()
        var answer: PostgresAnswer?
        var succeeded = true
        while let result = try nextResult() {
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_FATAL_ERROR:
                note(result)
                succeeded = false
            case PGRES_PIPELINE_ABORTED: succeeded = false
            default: answer = PostgresAnswer(result)
            }
        }
        // A name whose preparation failed or was skipped does not exist on the server.
        if !succeeded, case .preparation(let text) = subject { names[text] = nil }
        return answer
    }

    /// Reads everything up to the end of the pipeline.
    private func synchronise() throws {
        guard PQpipelineSync(handle) == 1 else { throw lost() }
        try flush()
        while !expected.isEmpty { _ = try readAnswer() }
        guard let result = try nextResult() else { throw lost() }
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_PIPELINE_SYNC else { throw lost() }
    }

    private func note(_ result: OpaquePointer) {
        let state = PQresultErrorField(result, Int32(UInt8(ascii: "C"))).map { String(cString: $0) } ?? ""
        // 42P07: another node made the same table after this snapshot was taken.
        if ["40001", "40P01", "42P07"].contains(state) { hadConflict = true }
        if failure == nil {
            failure = StoreError(state: state, message: String(cString: PQresultErrorMessage(result)))
        }
    }

    private func nextResult() throws -> OpaquePointer? {
        while PQisBusy(handle) == 1 {
            try wait(for: Int16(POLLIN))
            guard PQconsumeInput(handle) == 1 else { throw lost() }
        }
        return PQgetResult(handle)
    }

    private func flush() throws {
        while true {
            switch PQflush(handle) {
            case 0: return
            case 1:
                try wait(for: Int16(POLLIN | POLLOUT))
                guard PQconsumeInput(handle) == 1 else { throw lost() }
            default: throw lost()
            }
        }
    }

    private func wait(for events: Int16) throws {
        var descriptor = pollfd(fd: PQsocket(handle), events: events, revents: 0)
        while poll(&descriptor, 1, -1) < 0 {
            guard errno == EINTR else { throw lost() }
        }
    }

    private func lost() -> StoreError {
        .unavailable(String(cString: PQerrorMessage(handle)))
    }
}

/// `?` of the common dialect as `$1`, `$2` …; question marks inside quoted text stay.
func numbered(_ text: String) -> String {
    var numbered = ""
    var count = 0
    var isQuoted = false
    for character in text {
        if character == "'" { isQuoted.toggle() }
        if character == "?", !isQuoted {
            count += 1
            numbered += "$\(count)"
        } else {
            numbered.append(character)
        }
    }
    return numbered
}

/// Calls `body` with C strings that live as long as the call; `nil` stays a null pointer.
private func withCStrings<Result>(
    _ values: [String?], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
) -> Result {
    let copies = values.map { $0.flatMap { strdup($0) } }
    defer { for copy in copies { free(copy) } }
    return copies.map { $0.map { UnsafePointer($0) } }.withUnsafeBufferPointer { body($0.baseAddress) }
}
