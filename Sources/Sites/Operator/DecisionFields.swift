import Decisions
import Foundation
import HTTP
import Kernel

/// The form of a decision as it was typed, so that nothing is lost when something is wrong.
struct DecisionFields: Sendable {
    private var values: [String: String] = [:]

    private static let texts: [(name: String, label: DecisionWord, limit: Int, isList: Bool)] = [
        ("baseline", .partBaseline, 2_000, false), ("difference", .partDifference, 2_000, false),
        ("goal", .partGoal, 2_000, false), ("beneficiaries", .partBeneficiaries, 2_000, false),
        ("metric", .partMetric, 2_000, false), ("chain", .partChain, 6_000, true),
        ("milestones", .partMilestones, 6_000, true), ("alternatives", .partAlternatives, 6_000, true),
        ("resources", .partResources, 2_000, false), ("killRule", .partKillRule, 2_000, false),
    ]
    private static let dates: [(name: String, label: DecisionWord)] = [
        ("startsAt", .partStart), ("endsAt", .partEnd), ("reviewAt", .partReview),
    ]

    /// An empty form.
    init() {}

    /// What was posted.
    init(_ form: Form) {
        let names = ["title", "leastWorthwhile", "unit", "falls"] + Self.texts.map(\.name) + Self.dates.map(\.name)
        for name in names { values[name] = form[name] }
    }

    /// What a draft holds.
    init(_ terms: DecisionTerms) {
        values = [
            "title": terms.title, "unit": terms.unit, "baseline": terms.baseline, "difference": terms.difference,
            "goal": terms.goal, "beneficiaries": terms.beneficiaries, "metric": terms.metric,
            "resources": terms.resources, "killRule": terms.killRule,
            "chain": terms.chain.joined(separator: "\n"), "milestones": terms.milestones.joined(separator: "\n"),
            "alternatives": terms.alternatives.joined(separator: "\n"),
        ]
        values["leastWorthwhile"] = terms.leastWorthwhile.map { "\($0)" }
        values["falls"] = terms.fallsWhenExperienceWorsens.map { $0 ? "1" : "0" }
        values["startsAt"] = terms.startsAt.map(Self.day)
        values["endsAt"] = terms.endsAt.map(Self.day)
        values["reviewAt"] = terms.reviewAt.map(Self.day)
    }

    /// The terms that the fields stand for.
    ///
    /// - Throws: `InvalidField` for a number or date that isn't one.
    func terms() throws -> DecisionTerms {
        var terms = DecisionTerms(title: values["title"] ?? "")
        (terms.baseline, terms.difference) = (values["baseline"] ?? "", values["difference"] ?? "")
        (terms.goal, terms.beneficiaries) = (values["goal"] ?? "", values["beneficiaries"] ?? "")
        (terms.metric, terms.unit) = (values["metric"] ?? "", values["unit"] ?? "")
        (terms.resources, terms.killRule) = (values["resources"] ?? "", values["killRule"] ?? "")
        (terms.chain, terms.milestones, terms.alternatives) = (
            lines("chain"), lines("milestones"), lines("alternatives")
        )
        terms.fallsWhenExperienceWorsens = values["falls"].map { $0 == "1" }
        if let text = values["leastWorthwhile"] {
            guard let number = Double(text) else {
                throw InvalidField("leastWorthwhile", "must be a number.", zh: "须为数字。")
            }
            terms.leastWorthwhile = number
        }
        terms.startsAt = try time("startsAt")
        terms.endsAt = try time("endsAt")
        terms.reviewAt = try time("reviewAt")
        return terms
    }

    /// The fields for the template.
    func view(_ context: Context) -> View {
        [
            "title": values["title"] ?? "", "least": values["leastWorthwhile"] ?? "", "unit": values["unit"] ?? "",
            "fallsYes": values["falls"] == "1", "fallsNo": values["falls"] == "0",
            "texts": Self.texts.map { text in
                let hint = text.isList ? " (\(context.words(.oneALine)))" : ""
                return [
                    "name": text.name, "label": context.words(text.label) + hint, "limit": String(text.limit),
                    "value": values[text.name] ?? "",
                ] as View
            },
            "dates": Self.dates.map { date in
                ["name": date.name, "label": context.words(date.label), "value": values[date.name] ?? ""] as View
            },
        ]
    }

    private func lines(_ name: String) -> [String] {
        (values[name] ?? "").split(whereSeparator: \.isNewline).map(String.init).filter {
            !$0.allSatisfy(\.isWhitespace)
        }
    }

    private func time(_ name: String) throws -> Instant? {
        guard let text = values[name] else { return nil }
        guard let time = Instant(rfc3339: text + "T00:00:00Z") else {
            throw InvalidField(name, "must be a date.", zh: "请输入日期。")
        }
        return time
    }

    static func day(_ instant: Instant) -> String { String(instant.rfc3339.prefix(10)) }
}
