import Kernel

/// The words of decision records; see ``Word``.
enum DecisionWord: String, CaseIterable {
    case decisions, decisionsHelp, noDecisions, newDecision, saveDraft, decisionTitle, reviewDue
    case partBaseline, partDifference, partGoal, partBeneficiaries, partMetric, partLeastWorthwhile, partUnit
    case partChain, partMilestones, partResources, partAlternatives, partKillRule, partStart, partEnd, partReview
    case partTimeline, oneALine, fallsWithExperience, notSaid, yes, no, notFilledIn
    case draftState, runningState, stoppedState, shippedState, reviewedState
    case startDecision, startHelp, stopDecision, shipDecision, reviewDecision, whyOrFound, reviewFound
    case mistakeProxy, mistakeMethod, noMistakes, whatToWrite, answered, answerFinding, answerFindingHelp
    case amendments, amendmentsHelp, noAmendments, addAmendment, whichPart, whatHoldsNow, whyAmend
    case claimFrozen, claimDraft, lintTitle, frozenOn, editDraft

    /// The word for a language.
    func text(in language: Kernel.Language) -> String { language == .zh ? texts.zh : texts.en }

    private var texts: (en: String, zh: String) {
        switch self {
        case .decisions: ("Decisions", "决策")
        case .decisionsHelp:
            (
                "Before doing a thing, say what value it will create. Afterwards, look whether it did.",
                "做之前写明要创造什么价值，做之后看是否做到。"
            )
        case .noDecisions: ("No decisions yet", "还没有决策")
        case .newDecision: ("New decision", "新建决策")
        case .saveDraft: ("Save the draft", "保存草稿")
        case .decisionTitle: ("Title", "标题")
        case .reviewDue: ("Review is due", "待复盘")
        case .partBaseline: ("What is there today", "现状（基线）")
        case .partDifference: ("What will be different from that", "差异：与现状有何不同")
        case .partGoal: ("What is to be achieved", "目标")
        case .partBeneficiaries: ("Who is better off", "谁受益")
        case .partMetric: ("Which figure shows it", "衡量指标")
        case .partLeastWorthwhile: ("Least effect worth the effort", "最小值得的提升")
        case .partUnit: ("Unit of that figure", "指标单位")
        case .partChain: ("How it leads to the North Star", "通往北极星的链路")
        case .partMilestones: ("Milestones", "里程碑")
        case .partResources: ("What it takes", "所需资源")
        case .partAlternatives: ("What else could be done", "备选方案")
        case .partKillRule: ("When it is stopped", "停止规则")
        case .partStart: ("Begins (UTC)", "开始 (UTC)")
        case .partEnd: ("Ends (UTC)", "结束 (UTC)")
        case .partReview: ("Review on (UTC)", "复盘日期 (UTC)")
        case .partTimeline: ("Timeline", "时间表")
        case .oneALine: ("one a line", "每行一条")
        case .fallsWithExperience: ("Does the figure fall when people are served worse?", "体验变差时，该指标会下降吗？")
        case .notSaid: ("Not known", "不清楚")
        case .yes: ("Yes", "会")
        case .no: ("No", "不会")
        case .notFilledIn: ("not filled in", "未填写")
        case .draftState: ("Draft", "草稿")
        case .runningState: ("Running", "进行中")
        case .stoppedState: ("Stopped", "已停止")
        case .shippedState: ("Shipped", "已推全")
        case .reviewedState: ("Reviewed", "已复盘")
        case .startDecision: ("Start and freeze", "启动并冻结")
        case .startHelp: ("From then on the claim stays as it is; changes are added beside it.", "启动后内容不再改动，变化以修订形式追加。")
        case .stopDecision: ("Stop it", "停止")
        case .shipDecision: ("Ship it", "推全")
        case .reviewDecision: ("Close the review", "完成复盘")
        case .whyOrFound: ("Why?", "原因")
        case .reviewFound: ("Did it create the value, and has it drifted from the claim?", "是否创造了价值？是否偏离初衷？")
        case .mistakeProxy: ("A process metric is taken for the North Star", "把过程指标当作北极星")
        case .mistakeMethod: ("A method is taken for the goal", "把方法当作目标")
        case .noMistakes: ("Neither of the two named mistakes was found.", "未发现两种已命名的错误。")
        case .whatToWrite: ("Better:", "建议：")
        case .answered: ("Answered:", "书面说明：")
        case .answerFinding: ("Start nevertheless, because", "仍要启动的理由")
        case .answerFindingHelp: ("Record the answer", "记录说明")
        case .amendments: ("Amendments", "修订")
        case .amendmentsHelp:
            ("What changed after the start, oldest first. Nothing is rewritten.", "启动后的变化，按时间排列，只追加不改写。")
        case .noAmendments: ("No amendments", "暂无修订")
        case .addAmendment: ("Add an amendment", "追加修订")
        case .whichPart: ("About", "修订内容")
        case .whatHoldsNow: ("What holds now", "现在是")
        case .whyAmend: ("Why it changed", "变化原因")
        case .claimFrozen: ("The claim, as it was frozen", "启动时冻结的内容")
        case .claimDraft: ("The claim, still a draft", "内容（草稿）")
        case .lintTitle: ("Is it a goal?", "检查")
        case .frozenOn: ("Frozen", "冻结于")
        case .editDraft: ("Change the draft", "修改草稿")
        }
    }
}
