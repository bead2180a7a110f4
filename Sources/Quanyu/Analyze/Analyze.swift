import ArgumentParser
import Foundation
import Inference

/// `quanyu analyze`: anybody's experiment from a CSV file.
struct Analyze: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Analyses an experiment from a CSV file, one row a unit.",
        discussion: """
            Every arm is compared with the control arm: Welch's test, CUPED with --covariate, the delta method with --ratio, \
            CR2 errors with --cluster, alpha spending with --looks. Empty cells, NA, NaN and null are missing values. \
            With several arms, intervals and p-values are Bonferroni-adjusted and say so.
            """)

    @Option(help: "The CSV file, its first row naming the columns.") var input: String
    @Option(help: "Column that names each row's arm.") var arm: String
    @Option(help: "Name of the control arm.") var control: String
    @Option(help: "Columns to compare, separated by commas; may be repeated.") var metric: [String] = []
    @Option(help: "A ratio NUMERATOR/DENOMINATOR of two columns; may be repeated.") var ratio: [String] = []
    @Option(help: "Column measured before the experiment, to sharpen the comparison.") var covariate: String?
    @Option(help: "Column that names the cluster of each row, where rows share a fate.") var cluster: String?
    @Option(help: "How many equally spaced looks are planned.") var looks = 1
    @Option(help: "Which of these looks this is; the last by default.") var look: Int?
    @Option(help: "Confidence level.") var level = 0.95
    @Option(help: "Also draw the intervals into this SVG file.") var plot: String?
    @Flag(help: "Print JSON.") var json = false

    func validate() throws {
        guard !metric.isEmpty || !ratio.isEmpty else {
            throw ValidationError("Name a column by --metric or two by --ratio.")
        }
        guard looks >= 1 else { throw ValidationError("--looks counts from 1.") }
    }

    func run() throws {
        let report = try report()
        if let plot {
            do {
                try report.plot.svg.write(toFile: plot, atomically: true, encoding: .utf8)
            } catch {
                throw ValidationError("--plot: \(plot) can't be written: \(error.localizedDescription)")
            }
        }
        try report.show(json: json)
        // A script should notice that nothing could be answered.
        if report.results.allSatisfy({ $0.problem != nil }) { throw ExitCode(2) }
    }

    /// The analysis that the options ask for.
    ///
    /// - Throws: ``ValidationError`` that says what is wrong, naming column and row where there is one.
    func report() throws -> AnalysisReport {
        let plan = AnalysisPlan(
            control: control, metrics: try metrics(header: ExperimentFile.header(of: input)), covariate: covariate,
            isClustered: cluster != nil, level: level, looks: looks, look: look)
        let table = try ExperimentFile(path: input, arm: arm, cluster: cluster, numbers: Self.columns(plan))
        do {
            let analysis = try ExperimentAnalysis(table.data, plan: plan)
            return AnalysisReport(analysis, plan: plan, table: table, input: input, arm: arm)
        } catch {
            throw ValidationError("\(input): \(error.sentence.en)")
        }
    }

    private func metrics(header: Set<String>) throws -> [AnalysisPlan.Metric] {
        // A column may have a comma in its own name.
        let columns = metric.flatMap { text in
            header.contains(text)
                ? [text] : text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        let ratios = try ratio.map { text in
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
                .map { $0.trimmingCharacters(in: .whitespaces) }
            guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else {
                throw ValidationError("--ratio \(text): write NUMERATOR/DENOMINATOR.")
            }
            return AnalysisPlan.Metric.ratio(parts[0], parts[1])
        }
        let metrics = columns.filter { !$0.isEmpty }.map(AnalysisPlan.Metric.mean) + ratios
        guard !metrics.isEmpty else { throw ValidationError("--metric names no column.") }
        return metrics
    }

    /// Columns of numbers, each once.
    private static func columns(_ plan: AnalysisPlan) -> [String] {
        var names: [String] = []
        for metric in plan.metrics {
            switch metric {
            case .mean(let column): names.append(column)
            case .ratio(let numerator, let denominator): names += [numerator, denominator]
            }
        }
        names += [plan.covariate].compactMap { $0 }
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }
}
