import Experiments
import HTTP
import Kernel

/// What the form of a new experiment holds: one treatment of a lever against what is in force. Programs can try several.
struct ExperimentFields: Sendable {
    private let values: [String: String]

    /// An empty form, with the usual values.
    init() { values = ["armShare": "50", "share": "20", "harm": "10", "window": "60", "carryOver": "10"] }

    /// What somebody typed.
    init(_ form: Form) {
        let names = [
            "decision", "name", "lever", "version", "treatment", "armShare", "share", "primary", "least", "harm",
            "looks", "people", "unit",
            "window", "carryOver", "stock", "traffic",
        ]
        var values: [String: String] = [:]
        for name in names { values[name] = form[name] }
        self.values = values
    }

    /// - Throws: `InvalidField`.
    func decision() throws -> DecisionID {
        guard let id = DecisionID(values["decision"] ?? "") else {
            throw InvalidField("decision", "must be chosen.", zh: "请选择决策。")
        }
        return id
    }

    /// - Throws: `InvalidField`.
    func terms(control: String) throws -> ExperimentTerms {
        let lever = Lever(rawValue: values["lever"] ?? "") ?? .rankingWeights
        let treatment = lever == .rankingWeights ? values["version"] : values["treatment"]
        guard let treatment else {
            throw InvalidField("treatment", "must say what the treatment gets.", zh: "请填写处理组得到什么。")
        }
        let share = try Self.basisPoints(values["armShare"], "armShare")
        var terms = ExperimentTerms(
            name: values["name"] ?? "", lever: lever,
            arms: [
                Arm(name: control, share: BucketSet.size - share, treatment: nil),
                Arm(name: treatment, share: share, treatment: treatment),
            ], share: try Self.basisPoints(values["share"], "share"), leastWorthwhile: try number("least"))
        guard let primary = MetricName(rawValue: values["primary"] ?? "") else {
            throw InvalidField("primary", "is not a metric.", zh: "指标无效。")
        }
        terms.primary = primary
        terms.toleratedHarm = try number("harm")
        if values["looks"] != nil || values["people"] != nil {
            (terms.looks, terms.plannedPeople) = (try whole("looks"), try whole("people"))
        }
        if values["unit"] == "time" {
            terms.design = .switchback(window: try whole("window"), carryOver: try whole("carryOver"))
        }
        (terms.sharesStock, terms.sharesTraffic) = (values["stock"] != nil, values["traffic"] != nil)
        return try terms.checked()
    }

    /// Percent as somebody types it, in basis points.
    ///
    /// - Throws: `InvalidField`.
    static func basisPoints(_ text: String?, _ field: String) throws -> Int {
        guard let percent = Double(text ?? ""), percent > 0, percent <= 100 else {
            throw InvalidField(field, "must be a percentage above 0 and at most 100.", zh: "须为大于 0 且不超过 100 的百分比。")
        }
        return Int((percent * 100).rounded())
    }

    private func number(_ field: String) throws -> Double {
        guard let number = Double(values[field] ?? ""), number.isFinite else {
            throw InvalidField(field, "must be a number.", zh: "须为数字。")
        }
        return number
    }

    private func whole(_ field: String) throws -> Int {
        guard let number = Int(values[field] ?? "") else {
            throw InvalidField(field, "must be a whole number.", zh: "须为整数。")
        }
        return number
    }

    func view(_ context: Context) -> View {
        var view: View = [:]
        for (name, value) in values { view[name] = value }
        view["isTime"] = values["unit"] == "time"
        let levers: [(Lever, LeverWord)] = [
            (.rankingWeights, .leverRanking), (.coupons, .leverCoupons), (.explorationPools, .leverPools),
        ]
        view["levers"] = levers.map { lever, word in
            [
                "value": lever.rawValue, "title": context.words(word), "isChosen": values["lever"] == lever.rawValue,
            ] as View
        }
        view["metrics"] = Metric.all.map { metric in
            [
                "value": metric.name.rawValue, "title": metric.title.text(in: context.language),
                "isChosen": metric.name.rawValue == values["primary"],
            ] as View
        }
        return view
    }

    func isChosen(_ field: String, _ value: String) -> Bool { values[field] == value }
}
