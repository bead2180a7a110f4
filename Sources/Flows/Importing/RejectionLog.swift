import Foundation

/// `DIR/.quanyu/rejected.jsonl`: one line for everything that was refused.
final class RejectionLog {
    /// One refused row.
    struct Line: Codable, Equatable, Sendable {
        /// The file in the folder.
        let file: String
        /// The row's number.
        let row: Int
        /// The column at fault; absent for the row as a whole.
        let column: String?
        /// Why.
        let reason: String
    }

    /// Where it is.
    let path: String
    /// Lines of each file that were kept from an import that was stopped.
    private(set) var kept: [String: Int] = [:]

    private let descriptor: Int32
    private let encoder = JSONEncoder()

    /// Opens the log of a folder.
    ///
    /// - Parameter positions: files that are read on behind a row: their lines up to it stay, all others go.
    /// - Throws: ``ImportProblem/unwritable(_:_:)``.
    init(in folder: Folder, keeping positions: [String: Int]) throws {
        path = "\(folder.path)/.quanyu/rejected.jsonl"
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // The old log stays until the new one holds what is kept of it.
        descriptor = try folder.reportFile("rejected.jsonl.new", flags: O_WRONLY | O_CREAT | O_TRUNC)
        if !positions.isEmpty, let old = try? folder.file(".quanyu/rejected.jsonl") {
            let decoder = JSONDecoder()
            try Self.eachLine(of: old) { bytes in
                guard let line = try? decoder.decode(Line.self, from: Data(bytes)),
                    line.row <= positions[line.file] ?? 0
                else { return }
                try write([line])
                kept[line.file, default: 0] += 1
            }
        }
        try folder.renameReport("rejected.jsonl.new", to: "rejected.jsonl")
    }

    deinit { _ = close(descriptor) }

    /// Adds lines; they are durable when this returns, so that a committed batch never lacks its report.
    func add(_ lines: [Line]) throws {
        guard !lines.isEmpty else { return }
        try write(lines)
        guard fsync(descriptor) == 0 else { throw ImportProblem.unwritable(path, text(errno)) }
    }

    private func write(_ lines: [Line]) throws {
        var bytes = Data()
        for line in lines {
            bytes += try encoder.encode(line)
            bytes.append(UInt8(ascii: "\n"))
        }
        try bytes.withUnsafeBytes { try writeAll($0, to: descriptor, path: path) }
    }

    private static func eachLine(of input: FileInput, _ body: (ArraySlice<UInt8>) throws -> Void) throws {
        var rest: [UInt8] = []
        while true {
            let chunk = try input.read(ReadingLimits.chunk)
            if chunk.isEmpty { return }
            rest += chunk
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                try body(rest[..<end])
                rest.removeFirst(end + 1)
            }
        }
    }
}
