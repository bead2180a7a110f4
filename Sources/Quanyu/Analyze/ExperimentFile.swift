import ArgumentParser
import CSV
import Foundation
import Inference

/// A CSV file read as an experiment's rows.
struct ExperimentFile {
    private(set) var data: ExperimentData
    /// Rows read.
    private(set) var rows = 0
    /// Rows without an arm, which belong nowhere.
    private(set) var withoutArm = 0
    /// Rows without a cluster, which can't be placed.
    private(set) var withoutCluster = 0

    private static let chunk = 1 << 20
    private static let recordLimit = 1 << 20
    private static let missing: Set<String> = ["", "na", "n/a", "nan", "null", "none", "-"]

    /// Reads the columns that an analysis needs.
    ///
    /// - Throws: ``ValidationError`` naming the column and row of what can't be read.
    init(path: String, arm: String, cluster: String?, numbers: [String]) throws {
        let records = try Self.records(of: path)
        let places = try Self.places(records, path: path, names: [arm] + numbers + [cluster].compactMap { $0 })
        data = ExperimentData(columns: numbers)
        while let item = try Self.next(records, path: path) {
            guard case .fields(let fields) = item else { continue }
            try add(
                fields, row: records.number, path: path, places: places, arm: arm, cluster: cluster, numbers: numbers)
        }
        guard rows > 0 else { throw ValidationError("\(path) has no rows below its header.") }
    }

    /// Names of a file's columns.
    static func header(of path: String) throws -> Set<String> {
        guard case .fields(let fields)? = try next(try records(of: path), path: path) else { return [] }
        return Set(fields.map { String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespaces) })
    }

    private static func records(of path: String) throws -> CSVRecords {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw ValidationError("\(path) can't be opened for reading.")
        }
        return CSVRecords(recordLimit: recordLimit) { [UInt8](try handle.read(upToCount: chunk) ?? Data()) }
    }

    private mutating func add(
        _ fields: [[UInt8]], row: Int, path: String, places: Places, arm: String, cluster: String?, numbers: [String]
    ) throws {
        guard fields.count == places.width else {
            throw ValidationError(
                "\(path), row \(row): its fields number \(fields.count), those of the header \(places.width).")
        }
        rows += 1
        func text(_ name: String) -> String {
            String(decoding: fields[places.index[name] ?? 0], as: UTF8.self).trimmingCharacters(in: .whitespaces)
        }
        let values = try numbers.map { try Self.number(text($0), column: $0, row: row, path: path) }
        let name = text(arm)
        guard !name.isEmpty else {
            withoutArm += 1
            return
        }
        let group = cluster.map { text($0) }
        guard group != "" else {
            withoutCluster += 1
            return
        }
        data.add(arm: name, cluster: group, names: numbers, values: values)
    }

    private static func number(_ text: String, column: String, row: Int, path: String) throws -> Double {
        if let value = Double(text), value.isFinite { return value }
        if missing.contains(text.lowercased()) { return .nan }
        if let value = Double(text), value.isNaN { return .nan }
        throw ValidationError("\(path), row \(row), column \"\(column)\": \"\(text.prefix(40))\" is not a number.")
    }

    private struct Places {
        let index: [String: Int]
        let width: Int
    }

    private static func places(_ records: CSVRecords, path: String, names: [String]) throws -> Places {
        guard case .fields(let fields)? = try next(records, path: path) else {
            throw ValidationError("\(path) is empty: its first row must name the columns.")
        }
        let header = fields.map { String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespaces) }
        var index: [String: Int] = [:]
        for (place, name) in header.enumerated() {
            if index[name] != nil, names.contains(name) {
                throw ValidationError("\(path): two columns are named \"\(name)\".")
            }
            index[name] = place
        }
        for name in names where index[name] == nil {
            let list = header.map { "\"\($0)\"" }.joined(separator: ", ")
            throw ValidationError("\(path): there is no column \"\(name)\"; the columns are \(list).")
        }
        return Places(index: index, width: header.count)
    }

    private static func next(_ records: CSVRecords, path: String) throws -> CSVRecords.Item? {
        let item: CSVRecords.Item?
        do {
            item = try records.next()
        } catch {
            throw ValidationError("\(path) can't be read: \(error.localizedDescription)")
        }
        if case .broken(let reason)? = item { throw ValidationError("\(path), row \(records.number): it \(reason)") }
        return item
    }
}
