import Foundation
import Journal
import Matching

/// The engine's state at a place of the journal, and what was bought from slates and may still be regretted, in one file.
struct FeedSnapshot {
    let position: Position
    let matcher: Matcher

    init(position: Position, matcher: Matcher) {
        self.position = position
        self.matcher = matcher
    }

    /// Reads a file; `nil` when it is missing or damaged, since the journal can always be read from its start.
    static func read(from path: String) -> FeedSnapshot? {
        guard let data = FileManager.default.contents(atPath: path), data.count > head else { return nil }
        let numbers = data.prefix(head).withUnsafeBytes { bytes in
            (0..<3).map { Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * $0, as: Int64.self)) }
        }
        let rest = data.dropFirst(head)
        guard (0...Int64(rest.count)).contains(numbers[2]),
            let matcher = try? Matcher(snapshot: Array(rest.dropFirst(Int(numbers[2]))))
        else { return nil }
        // Purchases that can't be read are lost for learning; nothing else rests on them.
        try? matcher.adopt(purchases: Array(rest.prefix(Int(numbers[2]))))
        return FeedSnapshot(position: Position(epoch: numbers[0], sequence: numbers[1]), matcher: matcher)
    }

    /// Epoch and sequence of the place, and the length of the purchases.
    private static let head = 24

    /// Writes the file as a whole: a crash leaves the old one.
    func write(to path: String) {
        // The numbers in the purchases are those of the state: both are of one moment.
        let moment = matcher.copy()
        let purchases = moment.purchases()
        var data = Data()
        for number in [position.epoch, position.sequence, Int64(purchases.count)] {
            withUnsafeBytes(of: number.littleEndian) { data.append(contentsOf: $0) }
        }
        data += purchases
        data += moment.snapshot()
        try? data.write(to: URL(fileURLWithPath: path), options: .atomic)
        // Where earlier versions kept them.
        try? FileManager.default.removeItem(atPath: "\(path).purchases")
    }
}
