import Foundation
import Journal
import Matching

/// The engine's state at a place of the journal, in a file.
struct FeedSnapshot {
    let position: Position
    let matcher: Matcher

    init(position: Position, matcher: Matcher) {
        self.position = position
        self.matcher = matcher
    }

    /// Reads a file; `nil` when it is missing or damaged, since the journal can always be read from its start.
    static func read(from path: String) -> FeedSnapshot? {
        guard let data = FileManager.default.contents(atPath: path), data.count > 16 else { return nil }
        let numbers = data.prefix(16).withUnsafeBytes {
            ($0.loadUnaligned(as: Int64.self), $0.loadUnaligned(fromByteOffset: 8, as: Int64.self))
        }
        guard let matcher = try? Matcher(snapshot: Array(data.dropFirst(16))) else { return nil }
        return FeedSnapshot(
            position: Position(epoch: Int64(littleEndian: numbers.0), sequence: Int64(littleEndian: numbers.1)),
            matcher: matcher)
    }

    /// Writes the file as a whole: a crash leaves the old one.
    func write(to path: String) {
        var data = Data()
        withUnsafeBytes(of: position.epoch.littleEndian) { data.append(contentsOf: $0) }
        withUnsafeBytes(of: position.sequence.littleEndian) { data.append(contentsOf: $0) }
        data.append(contentsOf: matcher.snapshot())
        try? data.write(to: URL(fileURLWithPath: path), options: .atomic)
    }
}
