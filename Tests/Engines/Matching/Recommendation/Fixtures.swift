import Matching

let day: Int64 = 86_400_000
let start: Int64 = 1_750_000_000_000

/// A small market: goods and videos in categories, shops and creators, all keys apart.
enum Market {
    static func category(_ number: Int) -> Key { 1_000_000 + Key(number) }
    static func shop(_ number: Int) -> Key { 2_000_000 + Key(number) }
    static func creator(_ number: Int) -> Key { 3_000_000 + Key(number) }
    static func person(_ number: Int) -> Key { 4_000_000 + Key(number) }
    static func goods(_ number: Int) -> Key { Key(number) }
    static func video(_ number: Int) -> Key { 500_000 + Key(number) }

    /// Goods `n` is in category n % 10, shop n % 20; video `n` by creator n % 15 shows goods n.
    static func items(goods count: Int = 200, videos: Int = 60) -> [Item] {
        let products = (0..<count).map {
            Item(id: goods($0), shop: shop($0 % 20), category: category($0 % 10), listedAt: start - 400 * day)
        }
        let clips = (0..<videos).map {
            Item(
                id: video($0), kind: .video, creator: creator($0 % 15), category: category($0 % 10),
                products: [goods($0)], listedAt: start - 400 * day)
        }
        return products + clips
    }

    /// Persons who stay mostly within the category of their number.
    static func events(persons: Int = 80, each: Int = 40, seed: UInt64 = 7) -> [Event] {
        var random = Dice(seed: seed)
        var events: [Event] = []
        for number in 0..<persons {
            for step in 0..<each {
                let own = random.roll(10) < 8
                let item = own ? random.roll(20) * 10 + number % 10 : random.roll(200)
                let kinds: [Event.Kind] = [.impression, .open, .open, .cart, .buy]
                events.append(
                    Event(
                        person: person(number), subject: goods(item), kind: kinds[random.roll(5)],
                        time: start - Int64(each - step) * day / 2 + Int64(random.roll(3_600_000))))
            }
        }
        return events.sorted { ($0.time, $0.person) < ($1.time, $1.person) }
    }

    static func matcher(_ configuration: Configuration = Configuration()) -> Matcher {
        let matcher = Matcher(configuration: configuration)
        matcher.list(items())
        matcher.observe(events())
        return matcher
    }
}

/// A seeded die.
struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }

    mutating func roll(_ sides: Int) -> Int { Int(next() % UInt64(sides)) }
}
