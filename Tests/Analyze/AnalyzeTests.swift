import ArgumentParser
import Foundation
import Inference
import Testing

@testable import Quanyu

/// `quanyu analyze` from the file to what it prints, without a process.
@Suite struct AnalyzeTests {
    /// A file of its own, removed at the end.
    private final class Scratch {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("analyze-\(UUID().uuidString).csv")
            .path
        init(_ text: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }
        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    private func report(_ text: String, _ arguments: [String]) throws -> AnalysisReport {
        let scratch = try Scratch(text)
        let command = try #require(
            try Analyze.parseAsRoot(["--input", scratch.path] + arguments) as? Analyze)
        return try command.report()
    }

    /// What the command says when it can't answer.
    private func problem(_ text: String, _ arguments: [String]) throws -> String {
        do {
            _ = try report(text, arguments)
            Issue.record("no problem was found")
            return ""
        } catch {
            return "\(error)"
        }
    }

    private let plain = ["--arm", "arm", "--control", "a", "--metric", "v"]

    @Test func spreadsheetsAreReadAsTheyCome() throws {
        // Byte-order mark, quotes, carriage returns, a comma in a name, spaces in an arm, missing cells of every kind.
        let text =
            "\u{FEFF}\"arm\",\"value, eur\",x\r\n\"A old\",1,3\r\nA old,\"2\",NA\r\nB new,4,4\r\nB new,5,\r\nB new,null,7\r\n,9,9\r\n"
        let report = try report(text, ["--arm", "arm", "--control", "A old", "--metric", "value, eur"])
        #expect(report.arms.map(\.name) == ["A old", "B new"])
        #expect(report.rowsWithoutArm == 1)
        #expect(report.results[0].effect == 3)
        #expect(report.results[0].missing == 1)
        #expect(report.results[0].problem == nil)
        #expect(report.notes.count == 1)
    }

    @Test func badCellsAreNamedByColumnAndRow() throws {
        #expect(try problem("arm,v\na,1\nb,12x\n", plain).contains("row 3, column \"v\": \"12x\" is not a number"))
        #expect(try problem("arm,v\na,1\nb,inf\n", plain).contains("row 3, column \"v\""))
        #expect(try problem("arm,v\na,1\nb\n", plain).contains("row 3"))
        #expect(try problem("arm,v\na,1\nb,\"2\n", plain).contains("row 3"))
        #expect(try problem("arm,w\na,1\n", plain).contains("no column \"v\""))
        #expect(try problem("arm,v,v\na,1,2\n", plain).contains("two columns are named \"v\""))
        #expect(try problem("", plain).contains("empty"))
        #expect(try problem("arm,v\n", plain).contains("no rows"))
        #expect(try problem("arm,v\na,1\na,2\n", plain).contains("no other arm"))
        #expect(try problem("arm,v\nb,1\nc,2\n", plain).contains("the arms are \"b\", \"c\""))
    }

    @Test func strangeMetricsHaveNamedProblems() throws {
        #expect(try report("arm,v\na,1\na,1\nb,1\nb,1\n", plain).results[0].problem == "constant_metric")
        #expect(try report("arm,v\na,1\na,1\nb,1\n", plain).results[0].problem == "too_few_units")
        let ratio = ["--arm", "arm", "--control", "a", "--ratio", "v/d"]
        #expect(try report("arm,v,d\na,1,0\na,1,0\nb,1,0\nb,2,0\n", ratio).results[0].problem == "zero_denominator")
        let missing = try report("arm,v\na,\na,\nb,\nb,\n", plain).results[0]
        #expect(missing.problem == "too_few_units" && missing.missing == 4)
    }

    @Test func hugeOffsetsLoseNothing() throws {
        let rows = (0..<2_000).map { "\($0 % 2 == 0 ? "a" : "b"),\(1_000_000_000 + ($0 / 2) % 2 * 2 - 1)" }
        let result = try report("arm,v\n" + rows.joined(separator: "\n"), plain).results[0]
        let error = try #require(result.standardError)
        #expect(abs(error / (2 * 1000.0 / 999 / 1000).squareRoot() - 1) < 1e-12)
        #expect(result.effect == 0)
    }

    @Test func severalArmsAndLooksAreAllowedFor() throws {
        var text = "arm,v,c\n"
        for row in 0..<600 { text += "\(["a", "b", "d"][row % 3]),\((row * 7919) % 101 + (row % 3) * 9),\(row % 40)\n" }
        let one = try report(text, plain)
        #expect(one.results.map(\.arm) == ["b", "d"])
        #expect(one.results.allSatisfy { ($0.adjustedPValue ?? 0) >= ($0.pValue ?? 1) * 1.99 || $0.pValue! > 0.5 })
        let looked = try report(text, plain + ["--looks", "5", "--look", "2"])
        #expect(looked.criticalZ > one.criticalZ)
        #expect(looked.notes.count == 2)
        for result in looked.results {
            #expect(result.isSignificant == (try #require(result.adjustedPValue) <= 0.05))
            let interval = try #require(result.interval)
            #expect(result.isSignificant == (interval[0] > 0 || interval[1] < 0))
        }
        let clustered = try report(text, plain + ["--cluster", "c"])
        #expect(clustered.results[0].clusters == 40)
        #expect(clustered.results[0].method == "welch+cr2")
    }

    @Test func thePrintedJSONAndPictureAreComplete() throws {
        let report = try report(
            "arm,v\na,0\na,1\na,0\na,1\nb,1\nb,1\nb,0\nb,1\n", plain + ["--level", "0.9"])
        let data = try report.json()
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let results = try #require(object["results"] as? [[String: Any]])
        for key in ["effect", "interval", "p_value", "lift", "standard_error", "sentence", "degrees_of_freedom"] {
            #expect(results[0][key] != nil, "\(key)")
        }
        #expect(report.plot.svg.contains("role=\"img\""))
    }
}
