import Foundation
import Kernel
import Store

/// A data set that was imported; pages label what is not live.
public struct Dataset: Sendable, Equatable {
    /// Where its contents come from.
    public enum Kind: String, Sendable, Codable, CaseIterable, SQLBindable, SQLReadable {
        /// A real marketplace.
        case live
        /// Behaviour that a model made up.
        case simulated
        /// Goods and people that a program made up.
        case demo
    }

    /// Its short stable name.
    public let namespace: String
    /// Its title.
    public let name: Localized
    /// What it is.
    public let kind: Kind
    /// The currency where a row names none.
    public let currency: Currency

    /// A data set.
    public init(namespace: String, name: Localized, kind: Kind, currency: Currency) {
        (self.namespace, self.name, self.kind, self.currency) = (namespace, name, kind, currency)
    }

    /// Every imported data set, by namespace; the migrations of ``Import`` must have run.
    public static func all(in store: any Store) async throws -> [Dataset] {
        try await store.read { transaction in
            try transaction.rows("SELECT * FROM datasets ORDER BY namespace").map {
                Dataset(
                    namespace: try $0.get("namespace"),
                    name: Localized(en: try $0.get("name_en"), zh: try $0.get("name_zh")),
                    kind: try $0.get("kind"), currency: try $0.get("currency"))
            }
        }
    }

    /// Notes that the marketplace holds the data set; one of the same namespace is replaced.
    public func put(in transaction: any Transaction) throws {
        try transaction.run(
            """
            INSERT INTO datasets (namespace, name_en, name_zh, kind, currency)
            VALUES (\(namespace), \(name.en), \(name.zh), \(kind), \(currency))
            ON CONFLICT (namespace) DO UPDATE SET name_en = excluded.name_en, name_zh = excluded.name_zh,
                kind = excluded.kind, currency = excluded.currency
            """)
    }
}

extension Dataset {
    private struct Manifest: Decodable {
        let format: String
        let namespace: String
        let name_en: String
        let name_zh: String
        let kind: String
        let currency: String
    }

    /// Reads `manifest.json`.
    ///
    /// - Throws: ``ImportProblem/badManifest(_:)``.
    init(manifestOf folder: Folder) throws {
        let input: FileInput?
        do { input = try folder.file("manifest.json") } catch { throw ImportProblem.badManifest(error.reason) }
        guard let input else { throw ImportProblem.badManifest("is missing.") }
        guard input.size <= ReadingLimits.chunk else { throw ImportProblem.badManifest("is too large.") }
        let manifest: Manifest
        do {
            manifest = try JSONDecoder().decode(Manifest.self, from: Data(try input.read(ReadingLimits.chunk)))
        } catch is DecodingError {
            throw ImportProblem.badManifest(
                "must be a JSON object with the texts format, namespace, name_en, name_zh, kind and currency.")
        }
        try self.init(manifest)
    }

    private init(_ manifest: Manifest) throws {
        guard manifest.format == "quanyu-import-1" else {
            throw ImportProblem.badManifest("names an unknown format; this version reads quanyu-import-1.")
        }
        let isName = manifest.namespace.utf8.allSatisfy {
            (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "-")
        }
        guard isName, (1...32).contains(manifest.namespace.utf8.count) else {
            throw ImportProblem.badManifest("has a namespace that is not 1–32 letters a–z, digits or hyphens.")
        }
        guard let kind = Kind(rawValue: manifest.kind) else {
            throw ImportProblem.badManifest("has a kind that is none of live, simulated, demo.")
        }
        guard let currency = Currency(iso: manifest.currency) else {
            throw ImportProblem.badManifest("has a currency that is not an ISO 4217 code.")
        }
        do {
            name = Localized(
                en: try ValidatedText(manifest.name_en, field: "name_en", length: 1...120).value,
                zh: try ValidatedText(manifest.name_zh, field: "name_zh", length: 1...120).value)
        } catch let error as InvalidField {
            throw ImportProblem.badManifest("has a \(error.field) that \(error.reason)")
        }
        namespace = manifest.namespace
        self.kind = kind
        self.currency = currency
    }
}

extension Currency {
    private static let known = Set(Locale.Currency.isoCurrencies.map { $0.identifier.uppercased() })

    /// A currency whose code is in ISO 4217, not merely three letters.
    init?(iso code: String) {
        guard Self.known.contains(code) else { return nil }
        self.init(code)
    }
}
