import CVectors

/// Where a person's last taps point to in the embedding: one interest, or two when the taps lie far apart.
struct Interests {
    struct Interest {
        fileprivate(set) var sum: [Float]
        /// Taps that make it up, the last first.
        fileprivate(set) var taps: ContiguousArray<Int32>

        /// Of length 1.
        var direction: [Float] {
            let square = quanyu_product(sum, sum, Int64(sum.count))
            let scale = square > 0 ? 1 / square.squareRoot() : 0
            return sum.map { $0 * scale }
        }
    }

    private(set) var all: ContiguousArray<Interest> = []

    /// Taps fade with their age, days, and from one to the next.
    private static let halfLife: Float = 14
    private static let fade: Float = 0.93
    /// Cosine above which a tap belongs to an interest.
    private static let nearness: Float = 0.35

    init() {}

    init(_ person: Person, _ embedding: Embedding, now: Int64) {
        var weight: Float = 1
        for tap in person.taps.reversed() {
            let days = Float(max(0, now - tap.time)) / 86_400_000
            let strength = weight * power2(-days / Self.halfLife) * min(1, tap.weight)
            weight *= Self.fade
            if strength < 0.001 { continue }
            let vector = embedding.items.direction(tap.item)
            if quanyu_product(vector, vector, Int64(vector.count)) > 0 { add(vector, strength, tap.item) }
        }
    }

    private mutating func add(_ vector: [Float], _ strength: Float, _ item: Int32) {
        var best = -1, highest = -Float.infinity
        for (place, interest) in all.enumerated() {
            let cosine = quanyu_product(interest.direction, vector, Int64(vector.count))
            if cosine > highest { (best, highest) = (place, cosine) }
        }
        if best < 0 || highest < Self.nearness && all.count < 2 {
            best = all.count
            all.append(Interest(sum: [Float](repeating: 0, count: vector.count), taps: []))
        }
        quanyu_add(vector, strength, &all[best].sum, Int64(vector.count))
        all[best].taps.append(item)
    }
}
