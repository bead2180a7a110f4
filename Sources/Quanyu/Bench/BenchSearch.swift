import ArgumentParser
import Foundation
import Importing
import Kernel
import MatchingText

/// `quanyu bench search`: the text index on given documents and queries, beside tantivy where it is installed.
struct BenchSearch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search", abstract: "Queries per second of the text index on a file of documents.",
        discussion: """
            Documents are CSV or JSON Lines with the columns id and any of title_en, title_zh, title, text, description, \
            brand; queries have the column query, or are the lines of a .txt file.
            """)

    @Option(help: "File of documents: CSV or JSON Lines.") var documents: String
    @Option(help: "File of queries: CSV, JSON Lines or lines of text.") var queries: String
    @Option(help: "Hits a query, 1–100.") var limit = 20
    @Option(help: "A Python with tantivy, for the peer.") var python = "python3"
    @Flag(help: "Print JSON, with the best identifiers of the first hundred queries.") var json = false

    private static let titles = ["title_en", "title_zh", "title", "text", "description", "description_en"]

    func run() async throws {
        guard (1...100).contains(limit) else { throw ValidationError("--limit must be 1–100.") }
        let (rows, words) = try read()
        guard !rows.isEmpty else { throw ValidationError("\(documents) holds no document.") }
        let texts = rows.enumerated().map { Self.document($1, UInt128($0)) }
        let clock = ContinuousClock()
        let start = clock.now
        let measured = TextBenchmark.run(documents: texts, queries: words, limit: limit) {
            let passed = (clock.now - start).components
            return UInt64(passed.seconds) * 1_000_000_000 + UInt64(passed.attoseconds / 1_000_000_000)
        }
        let peer = try await TantivyPeer.run(python, texts: rows.map(Self.text), queries: words, limit: limit)
        var report = BenchReport("search")
        func add(_ name: String, _ value: Double, _ unit: String, _ peerValue: Double? = nil) {
            report.figures.append(.init(name: name, value: value, unit: unit, peer: peer.name, peerValue: peerValue))
        }
        add("documents", Double(measured.documents), "documents")
        add("build", measured.buildSeconds, "s", peer.build)
        add("index", Double(measured.encodedBytes), "bytes")
        add("inverted lists", Double(measured.postingBytes), "bytes", peer.bytes)
        for (measure, name) in [(TextBenchmark.Measure.all, "AND"), (.any, "OR"), (.page, "page")] {
            guard let figures = measured.figures[measure] else { continue }
            let other = peer.figures?[name]
            add("\(name) queries", figures.queriesPerSecond, "queries/s on one core", other?.rate)
            add("\(name) p50", figures.median * 1e6, "µs")
            add("\(name) p99", figures.percentile99 * 1e6, "µs")
            add("\(name) answered", figures.answered, "share", other?.answered)
        }
        try report.show(json: json)
        if json { try showTop(measured, rows, words) }
    }

    private func read() throws -> (rows: [[String: String]], queries: [String]) {
        do {
            let rows = try LooseTable(path: documents, oneOf: Self.titles).rows
            if queries.hasSuffix(".txt") {
                let text = try String(contentsOfFile: queries, encoding: .utf8)
                return (rows, text.split(whereSeparator: \.isNewline).map(String.init))
            }
            return (
                rows, try LooseTable(path: queries, oneOf: ["query", "q"]).rows.compactMap { $0["query"] ?? $0["q"] }
            )
        } catch let problem as any Problem {
            throw ValidationError(problem.details.detail)
        }
    }

    private static func document(_ row: [String: String], _ number: UInt128) -> Document {
        Document(
            id: number, kind: .product, titleEnglish: row["title_en"] ?? row["title"] ?? row["text"] ?? "",
            titleChinese: row["title_zh"] ?? "", brand: row["brand"] ?? "",
            description: [row["description"], row["description_en"], row["description_zh"]].compactMap { $0 }
                .joined(separator: "\n"))
    }

    private static func text(_ row: [String: String]) -> String {
        (titles + ["brand", "description_zh"]).compactMap { row[$0] }.joined(separator: "\n")
    }

    /// The identifiers that the file gave, on a line of its own so that the figures stay readable.
    private func showTop(_ report: TextBenchmark.Report, _ rows: [[String: String]], _ words: [String]) throws {
        struct Top: Encodable {
            let query: String
            let ids: [String]
        }
        let all = report.figures[.page]?.topIDs.prefix(100) ?? []
        let tops = zip(words, all).map { words, ids in
            Top(query: words, ids: ids.map { rows[Int($0)]["id"] ?? "\($0)" })
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        print(String(decoding: try encoder.encode(["top": tops]), as: UTF8.self))
    }
}

/// tantivy through its Python package, single thread, BM25.
struct TantivyPeer: Decodable {
    struct Figures: Decodable {
        let rate, answered: Double
    }

    var name = "tantivy is not installed"
    var build, bytes: Double?
    var figures: [String: Figures]?

    static func run(_ python: String, texts: [String], queries: [String], limit: Int) async throws -> TantivyPeer {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("quanyu-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, lines) in [("documents", texts), ("queries", queries)] {
            try JSONEncoder().encode(lines).write(to: folder.appendingPathComponent(name))
        }
        let text = (try? await output(of: python, ["-c", script, folder.path, String(limit)])) ?? ""
        guard let line = text.split(separator: "\n").last(where: { $0.hasPrefix("{") }) else { return TantivyPeer() }
        return (try? JSONDecoder().decode(TantivyPeer.self, from: Data(line.utf8))) ?? TantivyPeer()
    }

    /// The peer gets Chinese cut into overlapping bigrams (or into words by jieba where it is installed): its own
    /// tokenizers take a whole clause for one word and would answer next to nothing.
    private static let script = """
        import json, os, re, sys, time
        import tantivy
        folder, limit = sys.argv[1], int(sys.argv[2])
        docs, queries = (json.load(open(f"{folder}/{n}")) for n in ("documents", "queries"))
        han = re.compile("[\\u3400-\\u9fff]+")
        chinese = sum(bool(han.search(d)) for d in docs[:1000]) * 2 > len(docs[:1000])
        name, tokenizer = "tantivy", "default"
        def cut(text):
            return re.findall(r"\\w+", text.lower())
        if chinese:
            tokenizer = "whitespace"
            try:
                import jieba
                jieba.setLogLevel(60)
                jieba.initialize()
                name += " after jieba"
                def cut(text):
                    return [w for w in jieba.lcut(text.lower()) if w.strip()]
            except ImportError:
                name += " on bigrams"
                def cut(text):
                    runs = re.findall(r"[\\u3400-\\u9fff]+|[a-z0-9]+", text.lower())
                    return [r[i:i + 2] for r in runs for i in range(max(1, len(r) - 1))]
        texts = [" ".join(cut(d)) for d in docs] if chinese else docs
        schema = tantivy.SchemaBuilder()
        schema.add_integer_field("id", stored=True)
        schema.add_text_field("text", tokenizer_name=tokenizer)
        schema = schema.build()
        os.mkdir(folder + "/index")
        index = tantivy.Index(schema, path=folder + "/index")
        start = time.perf_counter()
        writer = index.writer(200_000_000, 1)
        for number, text in enumerate(texts):
            writer.add_document(tantivy.Document(id=number, text=text))
        writer.commit()
        writer.wait_merging_threads()
        build = time.perf_counter() - start
        index.reload()
        searcher = index.searcher()
        def run(occur):
            parsed = [tantivy.Query.boolean_query(
                [(occur, tantivy.Query.term_query(schema, "text", w)) for w in cut(q)]) for q in queries]
            for query in parsed[:200]:
                searcher.search(query, limit, count=False)
            start, answered = time.perf_counter(), 0
            for query in parsed:
                answered += bool(searcher.search(query, limit, count=False).hits)
            return dict(rate=len(parsed) / max(1e-9, time.perf_counter() - start), answered=answered / max(1, len(queries)))
        size = sum(e.stat().st_size for e in os.scandir(folder + "/index"))
        figures = dict(AND=run(tantivy.Occur.Must), OR=run(tantivy.Occur.Should))
        print(json.dumps(dict(name=name, build=build, bytes=size, figures=figures)))
        """
}
