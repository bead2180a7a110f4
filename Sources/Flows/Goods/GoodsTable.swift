import CSV
import Catalog
import Foundation
import Kernel

/// The columns of a shop's goods as a table, out and in: one row a variant.
public enum GoodsColumn: String, CaseIterable, Sendable {
    case productCode = "product_code"
    case title
    case titleChinese = "title_zh"
    case description
    case descriptionChinese = "description_zh"
    case category
    case brand
    case variantCode = "variant_code"
    case spec
    case specChinese = "spec_zh"
    case price
    case listPrice = "list_price"
    case memberPrice = "member_price"
    case currency
    case status
    case version

    /// Columns that say something of the product, so that all its rows must say the same or nothing.
    static let ofProduct: [Self] = [
        .title, .titleChinese, .description, .descriptionChinese, .category, .brand, .status, .version,
    ]
}

/// A row of a table of goods; empty cells are absent.
public struct GoodsLine: Sendable, Equatable {
    /// Number of the record in the file; the header is 1.
    public let number: Int
    let cells: [GoodsColumn: String]

    subscript(_ column: GoodsColumn) -> String? { cells[column] }
}

/// A table of goods that somebody sent, read.
public struct GoodsTable: Sendable {
    /// Most bytes of a table.
    public static let byteLimit = 1 << 20
    /// Most rows.
    public static let lineLimit = 2_000

    /// Rows that could be read.
    let lines: [GoodsLine]
    /// Rows that could not, and why.
    let broken: [(number: Int, problem: InvalidField)]

    /// Reads RFC 4180 in UTF-8, with or without a byte-order mark, with any line ends. Columns may stand in any order and be
    /// left out, all but the first.
    ///
    /// - Throws: ``InvalidField`` when the file as a whole can't be read.
    public init(_ bytes: [UInt8]) throws {
        guard bytes.count <= Self.byteLimit else {
            throw InvalidField("table", "must be at most 1 MiB.", zh: "文件不得超过 1 MiB。")
        }
        guard String(validating: bytes, as: UTF8.self) != nil, !bytes.contains(0) else {
            throw InvalidField("table", "must be UTF-8; save it as “CSV UTF-8”.", zh: "须为 UTF-8 编码，请另存为“CSV UTF-8”。")
        }
        var rest = bytes
        let records = CSVRecords(recordLimit: 1 << 16) {
            defer { rest = [] }
            return rest
        }
        guard case .fields(let header)? = try records.next() else {
            throw InvalidField("table", "must begin with a row of column names.", zh: "首行须为列名。")
        }
        let columns = try Self.columns(header)
        var (lines, broken): ([GoodsLine], [(Int, InvalidField)]) = ([], [])
        while let item = try records.next() {
            guard lines.count + broken.count < Self.lineLimit else {
                throw InvalidField("table", "must have at most \(Self.lineLimit) rows.", zh: "最多 \(Self.lineLimit) 行。")
            }
            switch item {
            case .broken(let reason): broken.append((records.number, InvalidField("row", reason, zh: "格式错误。")))
            case .fields(let fields) where fields.allSatisfy(\.isEmpty): continue
            case .fields(let fields) where fields.count > columns.count:
                broken.append(
                    (records.number, InvalidField("row", "has more cells than the header.", zh: "单元格多于列名。")))
            case .fields(let fields): lines.append(Self.line(records.number, columns, fields))
            }
        }
        self.lines = lines
        self.broken = broken
    }

    private static func columns(_ header: [[UInt8]]) throws -> [GoodsColumn] {
        let columns = try header.map { bytes in
            let name = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespaces).lowercased()
            guard let column = GoodsColumn(rawValue: name) else {
                throw InvalidField(
                    "table",
                    "has an unknown column “\(name.prefix(40))”; there are "
                        + GoodsColumn.allCases.map(\.rawValue).joined(separator: ", ") + ".",
                    zh: "未知列“\(name.prefix(40))”；支持：" + GoodsColumn.allCases.map(\.rawValue).joined(separator: "、"))
            }
            return column
        }
        guard Set(columns).count == columns.count, columns.contains(.productCode) else {
            throw InvalidField(
                "table", "must name product_code, and each column once.", zh: "须包含 product_code 列且列名不重复。")
        }
        return columns
    }

    private static func line(_ number: Int, _ columns: [GoodsColumn], _ fields: [[UInt8]]) -> GoodsLine {
        let cells = zip(columns, fields).compactMap { column, bytes -> (GoodsColumn, String)? in
            var text = String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "\n")
                .trimmingCharacters(in: .whitespacesAndNewlines)
            // The apostrophe that kept a spreadsheet from running it (see CSVWriter) is no part of it.
            if text.hasPrefix("'"), let second = text.dropFirst().first, "=+-@".contains(second) { text.removeFirst() }
            return text.isEmpty ? nil : (column, text)
        }
        return GoodsLine(number: number, cells: Dictionary(uniqueKeysWithValues: cells))
    }

    /// The rows of a product, as they are sent out.
    ///
    /// - Parameter category: how its category is named.
    static func rows(of product: Product, category: String) -> [[CSVWriter.Field]] {
        product.sold.map { variant in
            GoodsColumn.allCases.map { column in
                switch column {
                case .productCode: .text(product.code.isEmpty ? "\(product.id)" : product.code)
                case .title: .text(product.title.en)
                case .titleChinese: .text(product.title.zh)
                case .description: .text(product.description.en)
                case .descriptionChinese: .text(product.description.zh)
                case .category: .text(category)
                case .brand: .text(product.brand)
                case .variantCode: .text(variant.sku.isEmpty ? "\(variant.id)" : variant.sku)
                case .spec: .text(variant.spec.en)
                case .specChinese: .text(variant.spec.zh)
                case .price: variant.price.map { .text($0.amount.plain) } ?? .empty
                case .listPrice: variant.price?.list.map { .text($0.plain) } ?? .empty
                case .memberPrice: variant.price?.member.map { .text($0.plain) } ?? .empty
                case .currency: variant.price.map { .text($0.amount.currency.code) } ?? .empty
                case .status: .text(product.status.rawValue)
                case .version: .number(product.version)
                }
            }
        }
    }
}
