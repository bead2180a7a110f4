import ArgumentParser
import Foundation
import Matching

/// `quanyu bench vectors`: nearest neighbours while vectors change.
struct BenchVectors: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vectors",
        abstract: "Nearest neighbours among vectors that change, beside an exact scan and hnswlib.",
        discussion: """
            Without --file the vectors are synthetic: unit vectors of 16 hidden factors and noise. A file holds float32 \
            numbers, little-endian, --dimension a vector; queries are drawn from the same file, halfway between two vectors.
            """)

    @Option(help: "How many synthetic vectors.") var count = 200_000
    @Option(help: "Length of the vectors.") var dimension = 64
    @Option(help: "A file of float32 vectors instead.") var file: String?
    @Option(help: "Recall@10 to reach.") var recall = 0.98
    @Option(help: "A Python with hnswlib, for the peer.") var python = "python3"
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
        guard (1...2048).contains(dimension) else { throw ValidationError("--dimension must be 1–2048.") }
        guard (100...5_000_000).contains(count) else { throw ValidationError("--count must be 100–5,000,000.") }
    }

    func run() async throws {
        let vectors = try file.map { try Self.read($0, dimension) } ?? Self.synthetic(count, dimension)
        guard vectors.count >= 100 else { throw ValidationError("The file must hold at least 100 vectors.") }
        let queries = (0..<4000).map { Self.between(vectors, $0) }
        var report = BenchReport("vectors")
        let index = VectorIndex(dimension: dimension)
        let build = processSeconds { for (number, vector) in vectors.enumerated() { index.set(Key(number), vector) } }
        let calibration = processSeconds { index.calibrate(recall: min(0.999, recall + 0.0125)) }
        let sample = queries.prefix(400)
        var found = 0
        let exact = processSeconds {
            for query in sample {
                let truth = Set(index.searchExactly(query, count: 10).map(\.key))
                found += index.search(query, count: 10).count { truth.contains($0.key) }
            }
        }
        let alone = processSeconds { for query in queries { _ = index.search(query, count: 10) } }
        // One update to every four queries, on the same core: what a feed does while people tap.
        let mixed = processSeconds {
            for (number, query) in queries.enumerated() {
                _ = index.search(query, count: 10)
                if number % 4 == 0 { index.set(Key(number * 7 % vectors.count), vectors[number * 11 % vectors.count]) }
            }
        }
        let peer = try await hnswlib(vectors, queries)
        func rate(_ number: Int, _ seconds: Double) -> Double { Double(number) / max(1e-9, seconds) }
        func add(_ name: String, _ value: Double, _ unit: String, _ peerValue: Double? = nil) {
            report.figures.append(
                .init(name: name, value: value, unit: unit, peer: peer.name, peerValue: peerValue))
        }
        add("vectors", Double(vectors.count), file == nil ? "synthetic vectors" : "vectors")
        add("build", build, "s", peer.build)
        add("calibration", calibration, "s")
        add("recall@10", Double(found) / Double(10 * sample.count), "share", peer.recall)
        add("queries", rate(queries.count, alone), "queries/s on one core", peer.queries)
        add("queries during updates", rate(queries.count, mixed), "queries/s on one core")
        add("updates during queries", rate(queries.count / 4, mixed), "updates/s on the same core", peer.updates)
        add("exact scan", rate(sample.count, exact), "queries/s on one core")
        add("clusters", Double(index.clusters), "clusters")
        add("clusters looked at", index.probes, "clusters a query")
        try report.show(json: json)
    }

    // MARK: Data

    private static func read(_ path: String, _ dimension: Int) throws -> [[Float]] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ValidationError("There is no file \(path).")
        }
        let size = dimension * MemoryLayout<Float>.size
        guard data.count % size == 0 else {
            throw ValidationError("\(path) holds \(data.count) bytes, which is no multiple of \(size).")
        }
        return data.withUnsafeBytes { bytes in
            (0..<(data.count / size)).map { row in
                (0..<dimension).map { bytes.loadUnaligned(fromByteOffset: row * size + $0 * 4, as: Float.self) }
            }
        }
    }

    private static func synthetic(_ count: Int, _ dimension: Int) -> [[Float]] {
        var random = Gauss(seed: 1)
        let loadings = (0..<16).map { _ in (0..<dimension).map { _ in random.next() } }
        return (0..<count).map { _ in
            var vector = (0..<dimension).map { _ in 0.6 * random.next() }
            for loading in loadings {
                let factor = random.next()
                for place in 0..<dimension { vector[place] += factor * loading[place] }
            }
            let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return vector.map { $0 / max(1e-9, length) }
        }
    }

    private static func between(_ vectors: [[Float]], _ number: Int) -> [Float] {
        let one = vectors[number * 7919 % vectors.count], other = vectors[(number * 104_729 + 1) % vectors.count]
        let sum = zip(one, other).map { 0.8 * $0 + 0.2 * $1 }
        let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return sum.map { $0 / max(1e-9, length) }
    }

    // MARK: Peer

    private struct Peer: Decodable {
        var name = "hnswlib is not installed"
        var build, recall, queries, updates: Double?
    }

    private func hnswlib(_ vectors: [[Float]], _ queries: [[Float]]) async throws -> Peer {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("quanyu-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, rows) in [("v", vectors), ("q", queries)] {
            try rows.joined().withContiguousStorageIfAvailable { Data(buffer: $0) }?
                .write(to: folder.appendingPathComponent(name))
                ?? Data(
                    rows.joined().flatMap { float in
                        withUnsafeBytes(of: float) { Array($0) }
                    }
                ).write(to: folder.appendingPathComponent(name))
        }
        let text = (try? await output(of: python, ["-c", Self.script, folder.path, String(dimension)])) ?? ""
        guard let line = text.split(separator: "\n").last(where: { $0.hasPrefix("{") }),
            let peer = try? JSONDecoder().decode(Peer.self, from: Data(line.utf8))
        else { return Peer() }
        return peer
    }

    private static let script = """
        import json, sys, time
        import hnswlib, numpy as np
        folder, d = sys.argv[1], int(sys.argv[2])
        v = np.fromfile(folder + "/v", dtype=np.float32).reshape(-1, d)
        q = np.fromfile(folder + "/q", dtype=np.float32).reshape(-1, d)
        truth = np.argsort(-(q[:400] @ v.T), axis=1)[:, :10]
        p = hnswlib.Index("ip", d)
        p.init_index(len(v), M=16, ef_construction=200)
        p.set_num_threads(1)
        s = time.process_time(); p.add_items(v); build = time.process_time() - s
        for ef in (16, 32, 48, 64, 96, 128, 192, 256, 512):
            p.set_ef(ef)
            found = p.knn_query(q[:400], 10, num_threads=1)[0]
            recall = float(np.mean([len(set(a) & set(b)) / 10 for a, b in zip(found, truth)]))
            if recall >= 0.98:
                break
        s = time.process_time(); p.knn_query(q, 10, num_threads=1); rate = len(q) / (time.process_time() - s)
        n = min(1000, len(v))
        s = time.process_time(); p.add_items(v[::-1][:n], np.arange(n), num_threads=1); updates = n / (time.process_time() - s)
        print(json.dumps(dict(name=f"hnswlib M 16, ef {ef}", build=build, recall=recall, queries=rate, updates=updates)))
        """
}

/// Normally distributed numbers from a seed (Box and Muller 1958).
struct Gauss {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func unit() -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
    }

    mutating func next() -> Float {
        Float((-2 * log(max(1e-12, unit()))).squareRoot() * cos(2 * .pi * unit()))
    }
}

extension Duration {
    /// Seconds with their fraction.
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
