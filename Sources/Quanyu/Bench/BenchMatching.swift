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

    private func measure(_ size: Int, _ report: inout BenchReport) {
        var random = Gauss(seed: 7)
        let now: Int64 = 1_750_000_000_000
        let matcher = Matcher()
        let before = residentMegabytes()
        matcher.list(
            (0..<size).lazy.map {
                Item(
                    id: Key($0), shop: Key(10_000_000 + $0 % max(1, size / 100)), category: Key(20_000_000 + $0 % 300),
                    listedAt: now - 400 * 86_400_000)
            })
        let total = size * each
        // A few goods are wanted by many, most by few; every person keeps to a stretch of the catalogue.
        var events: [Event] = []
        events.reserveCapacity(total)
        for number in 0..<total {
            let person = Int(random.unit() * Double(size))
            let place = pow(random.unit(), 3) * Double(size)
            let item = random.unit() < 0.5 ? Int(place) : (person + Int(place) / 50) % size
            events.append(
                Event(
                    person: Key(100_000_000 + person), subject: Key(min(size - 1, item)),
                    kind: random.unit() < 0.2 ? .buy : .open,
                    time: now - Int64(total - number) * 30 * 86_400_000 / Int64(total)))
        }
        let clock = ContinuousClock()
        let ingest = clock.measure { matcher.observe(events) }
        var times: [Double] = []
        for _ in 0..<2000 {
            let person = Key(100_000_000 + Int(random.unit() * Double(size)))
            let time = clock.measure { _ = matcher.recommend(Request(person: person, now: now)) }
            times.append(time.seconds * 1e6)
        }
        times.sort()
        let label = "\(size) items and persons"
        func add(_ name: String, _ value: Double, _ unit: String) {
            report.figures.append(.init(name: "\(label): \(name)", value: value, unit: unit))
        }
        add("ingest", Double(total) / max(1e-9, ingest.seconds), "events/s on one core")
        add("recommend p50", times[times.count / 2], "µs")
        add("recommend p99", times[times.count * 99 / 100], "µs")
        add("recommendations", 1e6 * Double(times.count) / times.reduce(0, +), "per s on one core")
        add("memory", residentMegabytes() - before, "MiB")
    }
}
