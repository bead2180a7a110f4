import Foundation
import Journal
import Kernel
import Matching
import Store
import Synchronization

/// One place of a slate.
public struct FeedSlot: Sendable, Equatable {
    /// What is shown: a product, a video or a live room.
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
public struct FeedReason: Sendable, Equatable {
    /// The kind of reason.
    public enum Kind: String, Sendable, CaseIterable {
        case boughtBefore, seenBefore, becauseOf, justTapped, likeLooked, trending, following, affinity, context, new
        /// A live room: much is happening there, it is on air, or it shows something of interest.
        case highlight, onAir, pinned
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

/// What is ranked for a person and not shown yet. It is dropped at the person's next tap.
final class Reserves: Sendable {
    private struct Reserve {
        let ranked: Matching.Slate
        /// How many of the places were shown.
        var shown: Int
        let until: Instant
    }

    private let reserves = Mutex<[PersonID: Reserve]>([:])

    /// The next `count` places, and the model that ranked them; nil when there are not so many left.
    func take(_ count: Int, for person: PersonID, at now: Instant) -> (slots: ArraySlice<Slot>, model: String)? {
        reserves.withLock { reserves in
            guard let reserve = reserves[person], reserve.until > now,
                reserve.shown + count <= reserve.ranked.slots.count
            else { return nil }
            reserves[person]?.shown += count
            return (reserve.ranked.slots[reserve.shown..<reserve.shown + count], reserve.ranked.modelVersion)
        }
    }

    /// Keeps what was ranked, of which the first `shown` places are shown now.
    func keep(_ ranked: Matching.Slate, shown: Int, for person: PersonID, until: Instant) {
        reserves.withLock { reserves in
            if reserves.count > 20_000 { reserves.removeAll() }
            reserves[person] = Reserve(ranked: ranked, shown: min(shown, ranked.slots.count), until: until)
        }
    }

    /// Drops what is ranked for anybody: something in it may not be shown any more.
    func forgetAll() { reserves.withLock { $0.removeAll() } }

    func forget(_ people: Set<PersonID>) {
        guard !people.isEmpty else { return }
        reserves.withLock { reserves in for person in people { reserves[person] = nil } }
    }
}
