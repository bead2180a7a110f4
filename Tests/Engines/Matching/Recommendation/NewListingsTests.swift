import Testing

@testable import Matching

@Suite("New listings")
struct NewListingsTests {
    @Test("stand in order of listing, whatever comes, goes and grows old", arguments: 1...5)
    func order(seed: UInt64) {
        var dice = Dice(seed: seed)
        var listings = NewListings()
        var reference: [Int32: Int64] = [:]
        for _ in 0..<2_000 {
            let (item, time) = (Int32(dice.roll(150)), Int64(dice.roll(20)))
            switch dice.roll(8) {
            case 0...3:
                // A listing moves: it leaves its old place first.
                if let old = reference[item] { listings.remove(item, listedAt: old) }
                listings.insert(item, listedAt: time)
                listings.insert(item, listedAt: time)
                reference[item] = time
            case 4...6:
                listings.remove(item, listedAt: reference[item] ?? time)
                reference[item] = nil
            default:
                let end = time / 4
                listings.removeAll(listedBefore: end)
                reference = reference.filter { $0.value >= end }
            }
            let wanted = reference.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key)
            #expect(Array(listings) == wanted)
        }
        #expect(NewListings(reference.map { .init(listedAt: $0.value, item: $0.key) }) == listings)
    }
}
