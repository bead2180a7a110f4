import Foundation
import Kernel

extension MetricName {
    /// Its number among all metrics.
    var place: Int {
        switch self {
        case .buyers: 0
        case .paidOrders: 1
        case .paidValue: 2
        case .refunds: 3
        case .refundedValue: 4
        case .finishedVideos: 5
        case .notInterested: 6
        case .reports: 7
        }
    }

    /// Whether a total is 1 once anything happened.
    var isEver: Bool { self == .buyers }

    /// By how much `amount` raises a person's total of `old`.
    func rise(from old: Double, by amount: Double) -> Double { isEver ? (old > 0 ? 0 : 1) : amount }
}

/// Totals as a line: `paid_orders 2 paid_value 4950.0`. They are read and written with every outcome, where JSON took most of
/// the time.
extension [MetricName: Double] {
    var line: String {
        var line = ""
        for metric in MetricName.allCases {
            guard let total = self[metric] else { continue }
            if !line.isEmpty { line += " " }
            line += metric.rawValue
            line += " "
            line += "\(total)"
        }
        return line
    }

    /// Reads a line; what was kept as JSON before is read too.
    init(line: String) throws {
        self = [:]
        if line.isEmpty || line == "{}" { return }
        if line.utf8.first == UInt8(ascii: "{") {
            self = try Experiments.read(line)
            return
        }
        let parts = line.split(separator: " ")
        for index in stride(from: 0, to: parts.count - 1, by: 2) {
            guard let metric = MetricName(rawValue: String(parts[index])), let total = Double(parts[index + 1]) else {
                throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "not totals: \(line)"))
            }
            self[metric] = total
        }
    }
}
