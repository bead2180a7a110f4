import ArgumentParser
import Foundation
import Matching

/// `quanyu bench matching`: how ingest, latency and memory grow with the number of items and persons. Synthetic, and labelled so.
struct BenchMatching: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "matching",
        abstract: "The matching engine from ten thousand to a million items and persons (synthetic).")

    @Option(help: "Sizes: items and persons each.") var sizes = "10000,100000,1000000"
    @Option(help: "Events a person.") var each = 10
    @Flag(inversion: .prefixedNo, help: "Renew the item-to-item model before asking.") var refreshes = true
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let numbers = sizes.split(separator: ",").compactMap { Int($0) }.filter { (100...2_000_000).contains($0) }
        guard !numbers.isEmpty else {
            throw ValidationError("--sizes must be numbers of 100–2,000,000, with commas between.")
        }
        var report = BenchReport("matching (synthetic)")
        for size in numbers { measure(size, &report) }
        try report.show(json: json)
    }

    private static let now: Int64 = 1_750_000_000_000
    /// Events told at once; all of them together would be measured as the engine's memory.
    private static let batch = 100_000

    private func measure(_ size: Int, _ report: inout BenchReport) {
        var random = Gauss(seed: 7)
        let matcher = Matcher()
        let before = residentMegabytes()
        matcher.list(
            (0..<size).lazy.map {
                Item(
                    id: Key($0), shop: Key(10_000_000 + $0 % max(1, size / 100)), category: Key(20_000_000 + $0 % 300),
                    listedAt: Self.now - 400 * 86_400_000)
            })
        let total = size * each
        let clock = ContinuousClock()
        var ingest = 0.0
        for start in stride(from: 0, to: total, by: Self.batch) {
            let events = (start..<min(start + Self.batch, total)).map { event($0, of: total, size, &random) }
            ingest += processSeconds { matcher.observe(events) }
        }
        let refresh = refreshes ? clock.measure { matcher.refresh(now: Self.now) } : nil
        let label = "\(size) items and persons"
        func add(_ name: String, _ value: Double, _ unit: String) {
            report.figures.append(.init(name: "\(label): \(name)", value: value, unit: unit))
        }
        add("ingest", Double(total) / max(1e-9, ingest), "events/s on one core")
        if let refresh { add("renewal of the item-to-item model", refresh.seconds, "s in the background") }
        let asked = ask(matcher, size, &random)
        add("candidates", asked.candidates, "a request")
        add("recommend p50", asked.times[asked.times.count / 2], "µs")
        add("recommend p99", asked.times[asked.times.count * 99 / 100], "µs")
        add("recommendations", 1e6 * Double(asked.times.count) / asked.times.reduce(0, +), "per s on one core")
        add("memory", residentMegabytes() - before, "MiB")
    }

    /// A few goods are wanted by many, most by few; every person keeps to a stretch of the catalogue.
    private func event(_ number: Int, of total: Int, _ size: Int, _ random: inout Gauss) -> Event {
        let person = Int(random.unit() * Double(size))
        let place = pow(random.unit(), 3) * Double(size)
        let item = random.unit() < 0.5 ? Int(place) : (person + Int(place) / 50) % size
        return Event(
            person: Key(100_000_000 + person), subject: Key(min(size - 1, item)),
            kind: random.unit() < 0.2 ? .buy : .open,
            time: Self.now - Int64(total - number) * 30 * 86_400_000 / Int64(total))
    }

    /// Microseconds of each request, ascending, and the mean number of candidates. The first requests make the working
    /// memory and are not counted.
    private func ask(_ matcher: Matcher, _ size: Int, _ random: inout Gauss) -> (times: [Double], candidates: Double) {
        let clock = ContinuousClock()
        var times: [Double] = []
        var candidates = 0
        for round in 0..<2100 {
            let person = Key(100_000_000 + Int(random.unit() * Double(size)))
            var slate = 0
            let time = clock.measure {
                slate = matcher.recommend(Request(person: person, now: Self.now)).candidates
            }
            if round < 100 { continue }
            times.append(time.seconds * 1e6)
            candidates += slate
        }
        return (times.sorted(), Double(candidates) / Double(times.count))
    }
}
