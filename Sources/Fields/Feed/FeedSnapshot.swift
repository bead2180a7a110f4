import Foundation
import Journal
import Matching

/// The engine's state at a place of the journal, in a file; beside it, what was bought from slates and may still be regretted.
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
        adoptPurchases(of: path, at: data.prefix(16), by: matcher)
        return FeedSnapshot(
            position: Position(epoch: Int64(littleEndian: numbers.0), sequence: Int64(littleEndian: numbers.1)),
            matcher: matcher)
    }

    /// Writes the file as a whole: a crash leaves the old one.
    func write(to path: String) {
        var place = Data()
        withUnsafeBytes(of: position.epoch.littleEndian) { place.append(contentsOf: $0) }
        withUnsafeBytes(of: position.sequence.littleEndian) { place.append(contentsOf: $0) }
        let purchases = place + matcher.purchases()
        try? purchases.write(to: Self.purchases(of: path), options: .atomic)
        let state = place + matcher.snapshot()
        try? state.write(to: URL(fileURLWithPath: path), options: .atomic)
    }

    /// Numbers in it are those of one snapshot: beside another, or damaged, it says nothing.
    private static func adoptPurchases(of path: String, at place: Data, by matcher: Matcher) {
        guard let data = try? Data(contentsOf: purchases(of: path)), data.prefix(16) == place else { return }
        try? matcher.adopt(purchases: Array(data.dropFirst(16)))
    }

    private static func purchases(of path: String) -> URL { URL(fileURLWithPath: "\(path).purchases") }
}
