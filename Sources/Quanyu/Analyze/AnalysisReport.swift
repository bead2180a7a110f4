import Foundation
import Inference

/// What `quanyu analyze` prints.
struct AnalysisReport: Encodable {
    struct Arm: Encodable {
        let name: String
        let count: Int
        let isControl: Bool
    }

    let input: String
    let armColumn: String
    let control: String
    let rows: Int
    let rowsWithoutArm: Int
    let rowsWithoutCluster: Int
    let arms: [Arm]
    let level: Double
    let looks: Int
    let look: Int
    let criticalZ: Double
    let results: [AnalysisResult]
    let notes: [PlainSentence]

    init(_ analysis: ExperimentAnalysis, plan: AnalysisPlan, table: ExperimentFile, input: String, arm: String) {
        self.input = input
        armColumn = arm
        control = plan.control
        rows = table.rows
        rowsWithoutArm = table.withoutArm
        rowsWithoutCluster = table.withoutCluster
        arms = analysis.arms.map { Arm(name: $0.name, count: $0.count, isControl: $0.name == plan.control) }
        level = plan.level
        looks = plan.looks
        look = plan.look
        criticalZ = analysis.bound
        results = analysis.findings.map { AnalysisResult($0, control: plan.control) }
        notes = Self.notes(analysis, plan: plan, table: table)
    }

    private static func notes(
        _ analysis: ExperimentAnalysis, plan: AnalysisPlan, table: ExperimentFile
    ) -> [PlainSentence] {
        var notes: [PlainSentence] = []
        let others = analysis.arms.count - 1
        if others > 1 {
            notes.append(
                PlainSentence(
                    en:
                        "\(others) arms are compared with control: intervals and adjusted p-values are Bonferroni-corrected for that.",
                    zh: "共有 \(others) 个实验组与对照组比较：区间与校正后的 p 值已按 Bonferroni 法校正。"))
        }
        if plan.looks > 1 {
            notes.append(
                PlainSentence(
                    en:
                        "Look \(plan.look) of \(plan.looks): intervals and adjusted p-values allow for every look so far.",
                    zh: "第 \(plan.look) 次查看（计划 \(plan.looks) 次）：区间与校正后的 p 值已计入此前每一次查看。"))
        }
        if table.withoutArm + table.withoutCluster > 0 {
            let count = table.withoutArm + table.withoutCluster
            notes.append(
                PlainSentence(
                    en: "\(count) rows without an arm or cluster were left out.", zh: "有 \(count) 行没有分组或群组，未计入。"))
        }
        return notes
    }

    /// The intervals as a picture.
    var plot: IntervalPlot {
        IntervalPlot(
            title: "Lift over \(control)", axis: "relative lift, %, \(Figures.percent(level, decimals: 0))",
            rows: results.map { result in
                IntervalPlot.Row(
                    label: arms.count > 2 ? "\(result.metric) · \(result.arm)" : result.metric,
                    estimate: result.lift?.estimate.map { $0 * 100 },
                    interval: result.lift?.interval.map { Interval($0[0] * 100, $0[1] * 100) },
                    isSignificant: result.isSignificant ?? false, description: result.sentence.en)
            })
    }

    /// The report as JSON with keys in snake case.
    func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return try encoder.encode(self)
    }

    func show(json: Bool) throws {
        if json {
            print(String(decoding: try self.json(), as: UTF8.self))
            return
        }
        let header = ["metric", "arm", "control", "treatment", "difference", "interval", "lift", "lift interval", "p"]
        let lines = [header] + results.map(\.cells)
        let widths = header.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        for line in lines {
            let cells = zip(line, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            print(cells.joined(separator: "  ").trimmingCharacters(in: .whitespaces))
        }
        print("")
        for result in results { print("\(result.sentence.en)\n\(result.sentence.zh)") }
        for note in notes { print("\(note.en)\n\(note.zh)") }
    }
}
