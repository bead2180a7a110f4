import Foundation
import Journal
import Kernel
import Matching
import Store
import Synchronization

/// One place of a slate.
public struct FeedSlot: Sendable, Codable, Equatable {
    /// What is shown: a product or a video.
    public let item: Touchpoint.Subject
    /// Which candidate source found it.
    public let source: String
    /// The ranking score; comparable within the slate.
    public let score: Float
    /// The probability with which it took this slot.
    public let propensity: Double
    /// Why it is here, strongest first.
    public let reasons: [FeedReason]
}

/// Why something is shown.
public struct FeedReason: Sendable, Codable, Equatable {
    /// The kind of reason.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        case boughtBefore, seenBefore, becauseOf, justTapped, trending, following, affinity, context, new
    }

    /// The kind.
    public let kind: Kind
    /// The item, shop, creator or category behind it.
    public let subject: String?
    /// How often (bought before).
    public let times: Int?
    /// Usual days between purchases (bought before).
    public let intervalDays: Int?
}

/// What was shown for one request.
public struct FeedSlate: Sendable, Equatable {
    /// The slate.
    public let id: SlateID
    /// For whom.
    public let person: PersonID
    /// Where: `feed`, `product`, …
    public let surface: String
    /// Which weights and which refresh of the model made it.
    public let model: String
    /// The slots, best first.
    public let slots: [FeedSlot]
    /// When.
    public let shownAt: Instant
    /// What is told of experiments when it is logged; not read back.
    var exposures: [Exposure] = []
}

extension FeedSlate {
    /// The slots as JSON, as ``FeedSlot`` decodes it. Written by hand: slates are logged by the thousand a second, and
    /// none of these strings can hold a character that JSON escapes.
    var slotsText: String {
        var text = "["
        text.reserveCapacity(slots.count * 200)
        for slot in slots {
            if text.utf8.count > 1 { text += "," }
            slot.write(to: &text)
        }
        return text + "]"
    }
}

extension FeedSlot {
    fileprivate func write(to text: inout String) {
        text += "{\"item\":\"\(item)\",\"source\":\"\(source)\",\"score\":\(score),\"propensity\":\(propensity)"
        text += ",\"reasons\":["
        for (index, reason) in reasons.enumerated() {
            if index > 0 { text += "," }
            reason.write(to: &text)
        }
        text += "]}"
    }
}

extension FeedReason {
    fileprivate func write(to text: inout String) {
        text += "{\"kind\":\"\(kind.rawValue)\""
        if let subject { text += ",\"subject\":\"\(subject)\"" }
        if let times { text += ",\"times\":\(times)" }
        if let intervalDays { text += ",\"intervalDays\":\(intervalDays)" }
        text += "}"
    }
}

/// What is ranked for a person and not shown yet. It is dropped at the person's next tap.
final class Reserves: Sendable {
    struct Reserve {
        var slots: ArraySlice<Slot>
        let model: String
        let until: Instant
    }

    private let reserves = Mutex<[PersonID: Reserve]>([:])

    func take(_ count: Int, for person: PersonID, at now: Instant) -> (slots: ArraySlice<Slot>, model: String)? {
        reserves.withLock { reserves in
            guard let reserve = reserves[person], reserve.until > now, reserve.slots.count >= count else { return nil }
            reserves[person]?.slots.removeFirst(count)
            return (reserve.slots.prefix(count), reserve.model)
        }
    }

    func keep(_ slots: ArraySlice<Slot>, model: String, for person: PersonID, until: Instant) {
        reserves.withLock { reserves in
            if reserves.count > 20_000 { reserves.removeAll() }
            reserves[person] = Reserve(slots: slots, model: model, until: until)
        }
    }

    func forget(_ people: Set<PersonID>) {
        guard !people.isEmpty else { return }
        reserves.withLock { reserves in for person in people { reserves[person] = nil } }
    }
}

/// Writes slates in batches: a slate is shown at once and is in the log a tenth of a second later.
final class SlateLog: Sendable {
    private let store: any Store
    private let journal: Journal
    private let waiting = Mutex<[FeedSlate]>([])
    private static let limit = 50_000

    init(store: any Store, journal: Journal) { (self.store, self.journal) = (store, journal) }

    func add(_ slate: FeedSlate) {
        waiting.withLock { if $0.count < Self.limit { $0.append(slate) } }
    }

    /// A slate that may not be written yet.
    func find(_ id: SlateID) -> FeedSlate? {
        waiting.withLock { $0.last { $0.id == id } }
    }

    func run() async {
        while (try? await Task.sleep(for: .milliseconds(100))) != nil { await flush() }
    }

    func flush() async {
        let slates = waiting.withLock { Array($0.prefix(2_000)) }
        guard !slates.isEmpty else { return }
        let written: Void? = try? await store.write { [journal] transaction in
            let exposures = slates.flatMap(\.exposures)
            if let last = exposures.last { try journal.append(exposures, at: last.time, in: transaction) }
            for slate in slates {
                let slots = slate.slotsText
                try transaction.send(
                    """
                    INSERT INTO slates (id, person, surface, model, slots, shown_at)
                    VALUES (\(slate.id), \(slate.person), \(slate.surface), \(slate.model), \(slots), \(slate.shownAt))
                    """)
            }
        }
        if written != nil { waiting.withLock { $0.removeFirst(slates.count) } }
    }
}
