import Allocations
import Decisions
import Experiments
import Feed
import Flows
import HTTP
import HTTPTypes
import Hummingbird
import Inference
import Kernel

/// Where money and traffic go, at which prices, and what of the experience may still be given up.
struct AllocationPages: Sendable {
    private let frame: Frame
    private var market: Marketplace { frame.market }
    private static let root = "/operator/allocations"

    init(_ frame: Frame) { self.frame = frame }

    func addRoutes(to router: Router<Context>) {
        router.get("/operator/allocations") { try await show(nil, nil, $0, $1) }
        router.get("/operator/allocations/{file}") { try await download($0, $1) }
        router.post("/operator/allocations") { try await allocate($0, $1) }
        router.post("/operator/allocations/budget") { try await setBudget($0, $1) }
        router.post("/operator/allocations/holdouts") { try await resize($0, $1) }
        router.post("/operator/allocations/coupons") { try await allocateCoupons($0, $1) }
        router.post("/operator/allocations/rates") { try await setRates($0, $1) }
    }

    private func show(
        _ problem: (any Problem)?, _ form: Form?, _ request: Request, _ context: Context
    ) async throws -> Response {
        try context.person().requireOperator()
        let desk = try await KeepAllocations(market).desk()
        let decisions = try await market.decisions.list(limit: 100)
        let titles = Dictionary(decisions.map { ($0.id, $0.terms.title) }) { first, _ in first }
        var page = Page(
            .allocations, context.words(NorthStarWord.allocations), .me,
            [
                "message": maybe(problem?.sentence(in: context.language)), "key": market.source.secret(bytes: 8),
                "running": decisions.filter { $0.state == .running }.map {
                    ["id": $0.id.description, "title": $0.terms.title] as View
                },
                "budgetText": AllocationView.budget(desk.budget, context),
                "isGone": desk.budget.map { $0.budget.left <= 0 } ?? false,
                "prices": desk.prices.map { AllocationView.prices($0, context) },
                "rates": AllocationView.rates(desk.rates?.value, context),
                "exploration": context.words(.explorationNow, "\(Double(desk.exploration) / 100) %"),
                "experiments": try await couponExperiments(),
                "spending": desk.spending.map {
                    [
                        "points": Figures.text($0.points), "what": $0.what, "time": context.format.time($0.at),
                    ] as View
                },
                "holdouts": desk.holdouts.map {
                    ["name": $0.name, "title": context.words(Self.title($0.name)), "share": "\($0.share)"] as View
                },
                "allocations": desk.allocations.prefix(10).map { AllocationView.view($0, titles, context) },
                "typedName": form?["name"] ?? "", "typedBudget": form?["budget"] ?? "",
                "typedFloor": form?["floor"] ?? "", "typedLines": form?["lines"] ?? "",
            ])
        if let problem { page.status = .init(code: problem.details.kind.rawValue) }
        return try await frame.show(page, request, context)
    }

    /// What a holdout keeps people out of.
    private static func title(_ holdout: String) -> LeverWord {
        switch holdout {
        case Lever.rankingWeights.programme: .leverRanking
        case Lever.coupons.programme: .leverCoupons
        case Lever.explorationPools.programme: .leverPools
        default: .leverAll
        }
    }

    private func change(
        _ request: Request, _ context: Context, _ body: (Form, DecisionID, Command) async throws -> Void
    ) async throws -> Response {
        let identity = try context.person()
        try identity.requireOperator()
        let form = try await Form(request, context)
        do {
            let decision = try form.identifier("decision", as: DecisionKind.self)
            try await body(form, decision, try form.command(by: identity, request.uri.path))
        } catch let problem as any Problem
            where problem is InvalidField || problem is AllocationProblem || problem is DecisionProblem
            || problem is NotFound
        {
            return try await show(problem, form, request, context)
        }
        return Frame.redirect(Self.root)
    }

    private func allocate(_ request: Request, _ context: Context) async throws -> Response {
        try await change(request, context) { form, decision, command in
            let wanted = AllocationRequest(
                name: form["name"] ?? "", budget: try Self.number(form["budget"], "budget") * 100, currency: .cny,
                experienceFloor: try form["floor"].map { try Self.number($0, "floor") },
                groups: try Self.groups(form["lines"] ?? ""))
            _ = try await KeepAllocations(market).allocate(wanted, for: decision, command)
        }
    }

    private func setBudget(_ request: Request, _ context: Context) async throws -> Response {
        try await change(request, context) { form, decision, command in
            try await KeepAllocations(market).setBudget(
                try Self.number(form["allowance"], "allowance"), from: try Self.day(form["starts"], "starts"),
                until: try Self.day(form["ends"], "ends"), for: decision, command)
        }
    }

    /// Experiments that tried coupons, newest first.
    private func couponExperiments() async throws -> [View] {
        try await market.experiments.list(limit: 100)
            .filter { $0.terms.lever == .coupons && $0.purpose == .measure && $0.startedAt != nil }
            .map { ["id": $0.id.description, "title": $0.terms.name] as View }
    }

    private func allocateCoupons(_ request: Request, _ context: Context) async throws -> Response {
        try await change(request, context) { form, decision, command in
            let wanted = CouponAllocation(
                from: try form.identifier("experiment", as: ExperimentKind.self), named: form["name"] ?? "",
                budget: try Self.number(form["budget"], "budget") * 100,
                margin: BasisPoints(try form.percent("margin") ?? 0),
                floor: try form["floor"].map { try Self.number($0, "floor") }, for: decision)
            _ = try await KeepAllocations(market).allocate(wanted, command)
        }
    }

    private func setRates(_ request: Request, _ context: Context) async throws -> Response {
        try await change(request, context) { form, decision, command in
            guard let currency = Currency(form["currency"] ?? "") else {
                throw InvalidField("currency", "must be a currency code.", zh: "请输入货币代码。")
            }
            func number(_ field: String) throws -> Double { try Self.number(form[field], field) }
            let rates = ExchangeRates(
                currency: currency, like: try number("like") * 100, refundPoints: try number("refundPoints"),
                reportPoints: try number("reportPoints"), notInterestedPoints: try number("notInterestedPoints"),
                refundCost: try number("refundCost") * 100, lateDeliveryPoints: try number("lateDeliveryPoints"),
                complaintPoints: try number("complaintPoints"), lateDeliveryCost: try number("lateDeliveryCost") * 100,
                complaintCost: try number("complaintCost") * 100)
            try await KeepAllocations(market).setRates(rates, for: decision, command)
        }
    }

    private func resize(_ request: Request, _ context: Context) async throws -> Response {
        try await change(request, context) { form, decision, command in
            let share = Int(clamping: try form.number("share") ?? -1)
            try await KeepAllocations(market).resizeHoldout(
                form["name"] ?? "", to: share, for: decision, command)
        }
    }

    private func download(_ request: Request, _ context: Context) async throws -> Response {
        try context.person().requireOperator()
        guard let file = context.parameters.get("file"), file.hasSuffix(".csv"),
            let id = AllocationID(file.dropLast(4))
        else { throw NotFound("allocation") }
        let text = AllocationView.csv(try await KeepAllocations(market).allocation(id))
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/csv; charset=utf-8", .cacheControl: "private, no-store",
                .contentDisposition: "attachment; filename=\"allocation.csv\"",
            ], body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    // MARK: What was typed

    private static func number(_ text: String?, _ field: String) throws -> Double {
        guard let number = text.flatMap({ Double($0) }), number.isFinite else {
            throw InvalidField(field, "must be a number.", zh: "须为数字。")
        }
        return number
    }

    private static func day(_ text: String?, _ field: String) throws -> Instant {
        guard let time = Instant(rfc3339: "\(text ?? "")T00:00:00Z") else {
            throw InvalidField(field, "must be a date.", zh: "请输入日期。")
        }
        return time
    }

    /// Lines of group, people, option, value, its error, cost, experience, its error; money in whole units.
    private static func groups(_ text: String) throws -> [AllocationGroup] {
        var groups: [AllocationGroup] = []
        for line in text.split(whereSeparator: \.isNewline) where !line.allSatisfy(\.isWhitespace) {
            let parts = line.split(whereSeparator: { $0 == "," || $0 == "，" || $0 == "\t" })
                .map { String($0.drop(while: \.isWhitespace)) }
            guard parts.count == 8, let people = Int(parts[1]) else {
                throw InvalidField("lines", "must have eight parts each: \(line)", zh: "每行须有八项：\(line)")
            }
            let figures = try parts[3...].map { try number($0, "lines") }
            let option = OptionEstimate(
                option: parts[2], value: figures[0] * 100, valueError: figures[1] * 100, cost: figures[2] * 100,
                experience: figures[3], experienceError: figures[4])
            if let place = groups.firstIndex(where: { $0.name == parts[0] }) {
                groups[place].options.append(option)
            } else {
                groups.append(AllocationGroup(name: parts[0], people: people, options: [option]))
            }
        }
        return groups
    }
}

/// An allocation as its page shows it.
enum AllocationView {
    static func budget(_ stored: StoredBudget?, _ context: Context) -> String {
        guard let stored else { return context.words(.noBudget) }
        let budget = stored.budget
        return context.words(
            .budgetSentence, Figures.text(budget.allowance), Figures.text(budget.spent), Figures.text(budget.left),
            String(stored.endsAt.rfc3339.prefix(10)))
    }

    static func prices(_ prices: PublishedPrices, _ context: Context) -> View {
        let mu = context.format.money(Money(Int64(prices.experience.rounded()), prices.currency))
        return [
            "text": context.words(.pricesLine, prices.currency.description, Figures.text(prices.money), mu),
            "time": context.format.time(prices.publishedAt),
        ]
    }

    static func rates(_ rates: ExchangeRates?, _ context: Context) -> String {
        guard let rates else { return context.words(.noRates) }
        func money(_ amount: Double) -> String {
            context.format.money(Money(Int64(amount.rounded()), rates.currency))
        }
        return context.words(
            .ratesLine, money(rates.like), Figures.text(rates.refundPoints), money(rates.refundCost),
            Figures.text(rates.lateDeliveryPoints ?? 0), money(rates.lateDeliveryCost ?? 0),
            Figures.text(rates.complaintPoints ?? 0), money(rates.complaintCost ?? 0),
            Figures.text(rates.reportPoints), Figures.text(rates.notInterestedPoints))
    }

    static func view(_ stored: StoredAllocation, _ titles: [DecisionID: String], _ context: Context) -> View {
        let outcome = stored.outcome
        let currency = stored.request.currency
        func money(_ amount: Double) -> String {
            context.format.money(Money(Int64(amount.rounded()), currency))
        }
        return [
            "id": stored.id.description, "name": stored.request.name, "decision": stored.decision.description,
            "decisionTitle": titles[stored.decision] ?? "…\(stored.decision.description.suffix(8))",
            "time": context.format.time(stored.createdAt), "lambda": Figures.text(outcome.money),
            "mu": money(outcome.experience), "experience": Figures.signed(outcome.meanExperience),
            "sentence": context.words(
                .allocationSentence, money(outcome.cost), money(stored.request.budget), money(outcome.value)),
            "margin": maybe(
                stored.request.margin.map {
                    context.words(.marginCounted, Figures.text(Double($0.value) / 100))
                }),
            "choices": outcome.choices.map { choice in
                [
                    "group": Audience(name: choice.group)?.title.text(in: context.language) ?? choice.group,
                    "option": choice.option, "people": context.format.number(choice.people),
                    "value": money(choice.value), "cost": money(choice.cost),
                    "points": Figures.signed(choice.experience), "net": money(choice.net),
                    "why": context.words(why(choice)),
                ] as View
            },
        ]
    }

    private static func why(_ choice: OptionChoice) -> NorthStarWord {
        if choice.people > 0 { return choice.net > 1e-9 ? .whyBest : .whyMargin }
        return choice.value <= 0 ? .whyNoValue : choice.net <= 0 ? .whyPrice : .whyOther
    }

    static func csv(_ stored: StoredAllocation) -> String {
        var csv = CSVWriter(header: [
            "group", "option", "people", "value", "cost", "experience", "net", "lambda", "mu",
        ])
        for choice in stored.outcome.choices {
            csv.append([
                .text(choice.group), .text(choice.option), .number(Int64(choice.people)), .figure(choice.value),
                .figure(choice.cost), .figure(choice.experience), .figure(choice.net),
                .figure(stored.outcome.money), .figure(stored.outcome.experience),
            ])
        }
        return csv.text
    }
}
