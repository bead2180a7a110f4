import Decisions
import Experiments
import Flows
import HTTP
import Inference
import Kernel

/// One experiment as its page shows it.
struct ExperimentView: Sendable {
    let reading: ExperimentReading
    /// Makes each form of the page a command of its own.
    let key: String

    private var result: ExperimentResult { reading.result }
    private var decision: Decision { reading.decision }
    private var experiment: Experiment { result.experiment }

    func view(_ context: Context) -> View {
        let isRunning = experiment.state == .running
        return [
            "id": experiment.id.description, "name": experiment.terms.name, "key": key,
            "state": context.words(experiment.state.word), "purpose": context.words(experiment.purpose.word),
            "decision": decision.id.description, "decisionTitle": decision.terms.title,
            "warning": maybe(experiment.warning?.text(in: context.language)), "canStart": experiment.state == .draft,
            "canEnd": isRunning, "canGrow": isRunning && experiment.purpose == .measure,
            "share": percent(experiment.buckets.count), "cost": typedCost ?? "",
            "currency": experiment.cost?.currency.code ?? "CNY", "facts": facts(context),
            "arms": experiment.state == .draft ? [] : result.arms.map { arm($0, context) },
        ]
    }

    private func percent(_ basisPoints: Int) -> String { Figures.text(Double(basisPoints) / 100) }

    private var typedCost: String? {
        experiment.cost.map { cost in
            var scale = 1.0
            for _ in 0..<cost.currency.exponent { scale *= 10 }
            return Figures.fixed(Double(cost.amount) / scale, decimals: cost.currency.exponent).replacing(",", with: "")
        }
    }

    private func facts(_ context: Context) -> [View] {
        var facts: [(String, String)] = [
            (context.words(.peopleSoFar), context.format.number(experiment.people)),
            (context.words(.peopleShare), percent(experiment.buckets.count)),
            (context.words(.judgedBy), Metric(experiment.terms.primary).title.text(in: context.language)),
            (context.words(.leastPer1000), Figures.text(experiment.terms.leastWorthwhile)),
        ]
        if experiment.terms.design == .persons {
            facts.append((context.words(.peopleNeeded), planned(context)))
        }
        if experiment.state != .draft {
            let counts = zip(experiment.terms.arms, result.counts)
                .map { "\($0.name) \(context.format.number($1))" }.joined(separator: " · ")
            let isRight = result.sampleRatioPValue >= 0.001
            facts.append(
                (context.words(.sizesOf), "\(counts): \(context.words(isRight ? .sizesRight : .sizesWrong))"))
        }
        if let look = result.look {
            facts.append(
                (context.words(.plannedLooks), context.words(.lookOf, "\(look.number)", "\(look.of)")))
        }
        return facts.map { ["label": $0.0, "value": $0.1] }
    }

    /// How many people find the least worthwhile effect, and how long they take to come.
    private func planned(_ context: Context) -> String {
        guard let plan = reading.plan else { return context.words(.neededUnknown) }
        let chance = Figures.fixed(DurationPlan.power * 100, decimals: 0)
        let people = context.words(.neededPeople, context.format.number(plan.people), chance)
        let days = plan.days.map { context.words(.neededDays, "\($0)") } ?? context.words(.neededNoDays)
        let least = plan.detectable.map { context.words(.neededLeast, Figures.text($0 * 1_000)) }
        return [people, days, least].compactMap(\.self).joined(separator: " ")
    }

    private func segment(_ row: ExperimentResult.SegmentRow, _ context: Context) -> View {
        var view: View = [
            "title": row.segment.title.text(in: context.language),
            "people": context.format.number(row.counts.control + row.counts.treatment), "answer": false,
            "problem": context.words(.tooFew),
        ]
        guard let comparison = row.comparison, let interval = row.interval, let chance = row.adjustedPValue else {
            return view
        }
        view["answer"] = true
        view["difference"] = Figures.signed(comparison.effect * 1_000)
        view["interval"] = Self.range(interval, scale: 1_000)
        view["chance"] = Figures.pValue(log: .log(chance))
        view["isSure"] = context.words(row.isSignificant ? .segmentSure : .segmentUnsure)
        return view
    }

    private func arm(_ arm: ExperimentResult.ArmResult, _ context: Context) -> View {
        let lights: [(ExperimentWord, Lights.Light)] = [
            (.createdValue, arm.lights.value), (.experienceSafe, arm.lights.experience),
            (.evidenceSound, arm.lights.evidence),
        ]
        return [
            "title": "\(arm.arm.name) · \(arm.arm.treatment ?? "")",
            "sentence": maybe(arm.sentence.map { context.language == .zh ? $0.zh : $0.en }),
            "lights": lights.map { question, light in
                [
                    "question": context.words(question), "colour": light.colour.rawValue,
                    "answer": context.words(light.colour.word), "reason": light.reason.text(in: context.language),
                ] as View
            },
            "icons": maybe(icons(arm, context)), "rows": arm.rows.map { row($0, context) },
            "segments": maybe(
                arm.segments.isEmpty
                    ? nil : ["rows": arm.segments.map { segment($0, context) }] as View),
        ]
    }

    private func icons(_ arm: ExperimentResult.ArmResult, _ context: Context) -> View? {
        guard let row = arm.row(.buyers), let comparison = row.comparison, let interval = row.interval else {
            return nil
        }
        let sentence = PlainSentence.created(comparison, interval: interval)
        let created: ExperimentWord =
            if !row.isSignificant {
                comparison.effect < 0 ? .iconsFewerPerhaps : .iconsMorePerhaps
            } else {
                comparison.effect < 0 ? .iconsLost : .iconsCreated
            }
        let picture = IconArray(
            comparison, sentence: context.language == .zh ? sentence.zh : sentence.en,
            legend: (context.words(.iconsAnyway), context.words(created), context.words(.iconsRest)))
        return ["svg": picture.svg]
    }

    private func row(_ row: ExperimentResult.Row, _ context: Context) -> View {
        var view: View = [
            "title": row.metric.title.text(in: context.language), "owner": row.metric.owner,
            "unit": row.metric.unit.text(in: context.language),
            "definition": row.metric.definition.text(in: context.language),
            "control": Figures.text(row.means.control * 1_000), "treatment": Figures.text(row.means.treatment * 1_000),
            "answer": false,
        ]
        guard let comparison = row.comparison, let interval = row.interval else {
            view["problem"] = context.words(row.problem.map(\.word) ?? .noAnswer)
            return view
        }
        view["answer"] = true
        view["explained"] = maybe(
            row.explained.map { context.words(.varianceExplained, "\(Int(($0 * 100).rounded())) %") })
        view["difference"] = Figures.signed(comparison.effect * 1_000)
        view["interval"] = Self.range(interval, scale: 1_000)
        view["lift"] = row.lift.flatMap(Self.lift) ?? context.words(.unbounded)
        view["chance"] = Figures.pValue(log: row.logPValue ?? 0)
        return view
    }

    private static func lift(_ lift: RelativeLift) -> String? {
        lift.interval.map {
            "\(Figures.percent(lift.estimate)) (\(Figures.percent($0.lower)) … \(Figures.percent($0.upper)))"
        }
    }

    static func range(_ interval: Interval, scale: Double) -> String {
        "\(Figures.text(interval.lower * scale)) … \(Figures.text(interval.upper * scale))"
    }

    /// The figures as a spreadsheet takes them, per person; cells by day below the results.
    static func csv(_ result: ExperimentResult, _ counted: Counted) -> String {
        var csv = CSVWriter(header: [
            "arm", "metric", "unit_count", "control_mean", "treatment_mean", "difference", "lower", "upper", "lift",
            "lift_lower", "lift_upper", "p", "sequential_p", "day", "segment",
        ])
        func field(_ value: Double?) -> CSVWriter.Field {
            value.flatMap { $0.isFinite ? CSVWriter.Field.figure($0) : nil } ?? .empty
        }
        for arm in result.arms {
            for row in arm.rows {
                csv.append([
                    .text(arm.arm.name), .text(row.metric.name.rawValue), .number(Int64(arm.counts.treatment)),
                    field(row.means.control), field(row.means.treatment), field(row.comparison?.effect),
                    field(row.interval?.lower), field(row.interval?.upper), field(row.lift?.estimate),
                    field(row.lift?.interval?.lower), field(row.lift?.interval?.upper),
                    field(row.comparison?.pValue), field(row.sequentialPValue), .empty, .empty,
                ])
            }
            for row in arm.segments {
                csv.append(
                    [
                        .text(arm.arm.name), .text(result.experiment.terms.primary.rawValue),
                        .number(Int64(row.counts.treatment)), field(row.comparison?.control.value),
                        field(row.comparison?.treatment.value), field(row.comparison?.effect),
                        field(row.interval?.lower), field(row.interval?.upper),
                    ] + Array(repeating: .empty, count: 4) + [
                        field(row.adjustedPValue), .empty, .text("orders-\(row.segment.rawValue)"),
                    ])
            }
        }
        let names = result.experiment.terms.arms.map(\.name)
        for cell in counted.cells {
            csv.append(
                [
                    .text(names[cell.arm]), .text(cell.metric.rawValue), .number(Int64(cell.moments.count)), .empty,
                    field(cell.moments.yMean),
                ] + Array(repeating: .empty, count: 8) + [
                    .number(cell.day), cell.segment.map { .text("orders-\($0.rawValue)") } ?? .empty,
                ])
        }
        return csv.text
    }
}

extension ExperimentState {
    var word: ExperimentWord {
        switch self {
        case .draft: .experimentDraft
        case .running: .experimentRunning
        case .ended: .experimentEnded
        }
    }
}

extension ExperimentPurpose {
    var word: ExperimentWord {
        switch self {
        case .measure: .measuring
        case .confirm: .confirming
        case .total: .totalling
        }
    }
}

extension Lights.Colour {
    fileprivate var word: ExperimentWord {
        switch self {
        case .green: .lightGreen
        case .amber: .lightAmber
        case .red: .lightRed
        }
    }
}

extension InferenceProblem {
    fileprivate var word: ExperimentWord {
        switch self {
        case .constantMetric: .nothingHappened
        case .tooFewUnits: .tooFew
        default: .noAnswer
        }
    }
}
