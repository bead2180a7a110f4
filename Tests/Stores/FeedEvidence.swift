import Flows
import Kernel
import Testing

@testable import Feed
@testable import Matching

extension Studio {
    /// Whoever judges weights by the log finds the rooms of a slate where they were, since they were on air then.
    func requireJudged(_ slate: FeedSlate) async throws {
        let evidence = try await market.feed.evidence(slatesSince: Instant(milliseconds: 0))
        let judged = SlateReplay(configuration: Configuration()).run(evidence.steps, slates: evidence.slates)
        for slot in slate.slots where slot.source == "live" {
            let odds = judged.filter { place in
                let shown = evidence.slates[place.slate]
                return shown.time == slate.shownAt.milliseconds && shown.slots[place.position].item == slot.item.key
            }
            #expect(odds.count == 1 && odds.allSatisfy { abs($0.target - slot.propensity) < 1e-9 }, "\(odds)")
        }
    }
}
