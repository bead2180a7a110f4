import Metrics
import Synchronization

/// Keeps what swift-metrics is told and writes it in Prometheus' text format 0.0.4
/// (<https://prometheus.io/docs/instrumenting/exposition_formats/>).
public final class PrometheusFactory: MetricsFactory {
    private let series = Mutex<[String: Series]>([:])
    /// Upper bounds of the histogram's buckets in seconds.
    private static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    public init() {}

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        find(label, dimensions, .counter)
    }

    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        find(label, dimensions, aggregate ? .histogram : .gauge)
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        find(label, dimensions, .histogram)
    }

    public func destroyCounter(_ handler: any CounterHandler) {}
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    public func destroyTimer(_ handler: any TimerHandler) {}

    /// All series as text.
    public func text() -> String {
        let all = series.withLock { $0.values.sorted { ($0.name, $0.labels) < ($1.name, $1.labels) } }
        var lines: [String] = []
        var lastName = ""
        for series in all {
            if series.name != lastName { lines.append("# TYPE \(series.name) \(series.kind.rawValue)") }
            lastName = series.name
            lines += series.lines(bounds: Self.bounds)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func find(_ label: String, _ dimensions: [(String, String)], _ kind: Series.Kind) -> Series {
        let labels = dimensions.map { "\($0)=\"\($1.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\"" }
            .joined(separator: ",")
        return series.withLock { series in
            let key = "\(label){\(labels)}"
            if let known = series[key] { return known }
            let made = Series(name: label, labels: labels, kind: kind, buckets: Self.bounds.count + 1)
            series[key] = made
            return made
        }
    }

    final class Series: CounterHandler, RecorderHandler, TimerHandler {
        enum Kind: String { case counter, gauge, histogram }

        private struct State {
            var sum = 0.0
            var counts: [Int]
        }

        let name: String
        let labels: String
        let kind: Kind
        private let state: Mutex<State>

        init(name: String, labels: String, kind: Kind, buckets: Int) {
            self.name = name
            self.labels = labels
            self.kind = kind
            state = Mutex(State(counts: Array(repeating: 0, count: buckets)))
        }

        func increment(by amount: Int64) { state.withLock { $0.sum += Double(amount) } }
        func reset() { state.withLock { $0.sum = 0 } }
        func record(_ value: Int64) { record(Double(value)) }
        func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

        func record(_ value: Double) {
            state.withLock { state in
                guard kind == .histogram else {
                    state.sum = value
                    return
                }
                state.sum += value
                let bucket = PrometheusFactory.bounds.firstIndex { value <= $0 } ?? PrometheusFactory.bounds.count
                state.counts[bucket] += 1
            }
        }

        func lines(bounds: [Double]) -> [String] {
            let (sum, counts) = state.withLock { ($0.sum, $0.counts) }
            guard kind == .histogram else { return ["\(name)\(braces("")) \(sum)"] }
            var total = 0
            var lines: [String] = []
            for (index, count) in counts.enumerated() {
                total += count
                let bound = index < bounds.count ? "\(bounds[index])" : "+Inf"
                lines.append("\(name)_bucket\(braces("le=\"\(bound)\"")) \(total)")
            }
            return lines + ["\(name)_sum\(braces("")) \(sum)", "\(name)_count\(braces("")) \(total)"]
        }

        private func braces(_ extra: String) -> String {
            let all = [labels, extra].filter { !$0.isEmpty }.joined(separator: ",")
            return all.isEmpty ? "" : "{\(all)}"
        }
    }
}
