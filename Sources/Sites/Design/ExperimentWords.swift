import Kernel

/// The words of experiments and of the value ledger; see ``Word``.
enum ExperimentWord: String, CaseIterable {
    case experiments, experimentsHelp, noExperiments, newExperiment, experimentName, whichDecision, noRunningDecision
    case weightVersion, armShare, peopleShare, judgedBy, leastPer1000, harmTolerated, plannedLooks, plannedPeople
    case openEnd, sharesStock, sharesTraffic, designLabel, designPersons, designTime, windowMinutes, carryOverMinutes
    case saveExperiment, experimentDraft, experimentRunning, experimentEnded, measuring, confirming, totalling
    case startExperiment, startExperimentHelp, endExperiment, growTo, growHelp, costLabel, costHelp, currencyLabel
    case createdValue, experienceSafe, evidenceSound, lightGreen, lightAmber, lightRed, figures, downloadFigures
    case metricColumn, controlColumn, treatmentColumn, differenceColumn, liftColumn, intervalColumn, chanceColumn
    case perThousand, unbounded, noAnswer, nothingHappened, tooFew, sizesOf, sizesRight, sizesWrong, lookOf
    case peopleSoFar, designWarning, iconsAnyway, iconsCreated, iconsLost, iconsRest, iconsTitle
    case iconsMorePerhaps, iconsFewerPerhaps
    case valueLedger, valueHelp, noValue, claimedColumn, measuredColumn, confirmedColumn, createdTotal, notYet
    case fewForLuck, totalShipped, misleading, costCreated, costCredited, decisionColumn, shippedMark
    case rankingWeights, rankingWeightsHelp, inForce, registerWeights, weightsLabel, alwaysValid, metricOwner
    case peopleNeeded, neededUnknown, neededPeople, neededDays, neededNoDays, neededLeast
    case segments, segmentsHelp, segmentColumn, segmentChance, segmentAnswer, segmentSure, segmentUnsure

    /// The word for a language.
    func text(in language: Kernel.Language) -> String { language == .zh ? texts.zh : texts.en }

    private var texts: (en: String, zh: String) {
        switch self {
        case .experiments: ("Experiments", "实验")
        case .experimentsHelp:
            (
                "What would have happened anyway, and what did this decision create?",
                "不做会怎样，做了又创造了什么？"
            )
        case .noExperiments: ("No experiments yet", "还没有实验")
        case .newExperiment: ("New experiment", "新建实验")
        case .experimentName: ("Name", "名称")
        case .whichDecision: ("Decision that it measures", "所属决策")
        case .noRunningDecision: ("Write a decision first: an experiment belongs to one.", "请先写决策：实验必须属于一个决策。")
        case .weightVersion: ("Ranking weights to try", "要试验的推荐权重")
        case .armShare: ("Share of the new weights (%)", "新权重占比（%）")
        case .peopleShare: ("Share of all people that take part (%)", "参与人群占比（%）")
        case .judgedBy: ("Judged by", "评判指标")
        case .leastPer1000: ("Least effect worth having, per 1,000 people", "最小值得的提升（每千人）")
        case .harmTolerated: ("Harm to the experience that is still tolerated (%)", "可容忍的体验下降（%）")
        case .plannedLooks: ("Planned looks", "计划查看次数")
        case .plannedPeople: ("People at the last look", "最后一次查看时的人数")
        case .openEnd: ("Leave both empty for an open end.", "两项都留空则不设终点。")
        case .sharesStock: ("The arms draw on the same stock", "两组共用库存")
        case .sharesTraffic: ("The arms draw on the same traffic", "两组共用流量")
        case .designLabel: ("What is randomised", "随机单位")
        case .designPersons: ("People", "按人")
        case .designTime: ("Windows of time, for the whole market", "按时间片（全量切换）")
        case .windowMinutes: ("Minutes a window", "每个时间片（分钟）")
        case .carryOverMinutes: ("Minutes left out at its beginning", "开头剔除（分钟）")
        case .saveExperiment: ("Save the draft", "保存草稿")
        case .experimentDraft: ("Draft", "草稿")
        case .experimentRunning: ("Running", "进行中")
        case .experimentEnded: ("Ended", "已结束")
        case .measuring: ("Measures", "测量")
        case .totalling: ("Everybody against the global holdout", "全体 对比 全局留存")
        case .confirming: ("Confirms by holding back", "留存对照验证")
        case .startExperiment: ("Start", "启动")
        case .startExperimentHelp: ("It starts only while its decision runs.", "仅在所属决策进行中时可以启动。")
        case .endExperiment: ("End it", "结束")
        case .growTo: ("Let more people in: share of all (%)", "扩大参与占比至（%）")
        case .growHelp: ("Whoever is in stays in the same arm.", "已参与的人不会换组。")
        case .costLabel: ("What it cost", "成本")
        case .costHelp: ("Save the cost", "保存成本")
        case .currencyLabel: ("Currency", "货币")
        case .createdValue: ("Created value?", "创造增量了吗？")
        case .experienceSafe: ("Experience safe?", "体验安全吗？")
        case .evidenceSound: ("Evidence sound?", "证据可靠吗？")
        case .lightGreen: ("Yes", "是")
        case .lightAmber: ("Not known yet", "尚不确定")
        case .lightRed: ("No", "否")
        case .figures: ("Figures", "数据")
        case .downloadFigures: ("Download the figures (CSV)", "下载数据 (CSV)")
        case .metricColumn: ("Metric", "指标")
        case .controlColumn: ("Without", "对照组")
        case .treatmentColumn: ("With", "处理组")
        case .differenceColumn: ("Difference", "差异")
        case .liftColumn: ("Relative", "相对变化")
        case .intervalColumn: ("At every look", "任意时刻有效区间")
        case .chanceColumn: ("Chance alone", "巧合概率")
        case .perThousand: ("per 1,000 people", "每千人")
        case .unbounded: ("unbounded", "无界")
        case .noAnswer: ("no answer yet", "暂无结论")
        case .nothingHappened: ("the same for everybody", "所有人相同")
        case .tooFew: ("too few people", "人数太少")
        case .sizesOf: ("Sizes of the arms", "各组人数")
        case .sizesRight: ("as they were meant to be", "与设定相符")
        case .sizesWrong: ("not as they were meant to be", "与设定不符")
        case .lookOf: ("Look {0} of {1} decides about the main figure", "主指标以第 {0} 次查看为准（共 {1} 次）")
        case .peopleSoFar: ("People so far", "目前人数")
        case .designWarning: ("Think about the design", "请重新考虑设计")
        case .iconsAnyway: ("would have bought anyway", "人本来也会购买")
        case .iconsCreated: ("more bought because of it", "人因此多购买")
        case .iconsLost: ("fewer bought because of it", "人因此少购买")
        case .iconsMorePerhaps: ("more bought, which may be chance", "人多购买，可能只是巧合")
        case .iconsFewerPerhaps: ("fewer bought, which may be chance", "人少购买，可能只是巧合")
        case .iconsRest: ("bought nothing", "人没有购买")
        case .iconsTitle: ("Of 1,000 people who met it", "每 1,000 名遇到它的人")
        case .valueLedger: ("Value ledger", "价值账本")
        case .valueHelp:
            (
                "What decisions said they would create, what was measured, and what holding people back confirms. One account a metric, per 1,000 people.",
                "决策声称创造什么、实际测得多少、留存对照确认多少。每个指标一本账，按每千人计。"
            )
        case .noValue: ("No decision has been measured yet", "还没有被测量的决策")
        case .claimedColumn: ("Claimed", "声称")
        case .measuredColumn: ("Measured", "测得")
        case .confirmedColumn: ("Confirmed by holdout", "留存对照确认")
        case .createdTotal: ("Created, without the luck", "剔除运气后的增量")
        case .notYet: ("not yet", "尚无")
        case .fewForLuck:
            ("From fewer than three measured decisions luck can't be told.", "测量的决策不足三个，无法区分运气。")
        case .totalShipped: ("Total of what shipped", "已推全合计")
        case .misleading: ("added up as measured; misleads, since lucky decisions ship", "直接相加；会高估，因为幸运的决策更容易推全")
        case .costCreated: ("Cost of an order it created", "每个增量订单成本")
        case .costCredited: ("Cost of an order credited to it", "每个归因订单成本")
        case .decisionColumn: ("Decision", "决策")
        case .shippedMark: ("shipped", "已推全")
        case .rankingWeights: ("Ranking weights", "推荐权重")
        case .rankingWeightsHelp:
            ("A set changes nothing until a running decision tries or ships it.", "登记不改变任何人；只有进行中的决策才能试验或推全。")
        case .inForce: ("in force", "现行")
        case .registerWeights: ("Register", "登记")
        case .weightsLabel: ("Weights: one “name = number” a line, with a version", "权重：每行“名称 = 数值”，并写明 version")
        case .alwaysValid: ("Intervals hold however often you look.", "无论查看多少次，区间都有效。")
        case .metricOwner: ("Answers for it", "负责方")
        case .peopleNeeded: ("People needed", "所需人数")
        case .neededUnknown:
            ("Not known before some hundred people were met.", "接触到数百人之后才能估算。")
        case .neededPeople:
            (
                "{0} people find the least worthwhile effect with a chance of {1} %, if it is there.",
                "若效果确实存在，{0} 人可以 {1}% 的把握发现最小值得做的效果。"
            )
        case .neededDays: ("At the present rate they have come {0} days after the start.", "按目前速度，开始后 {0} 天可达到。")
        case .neededNoDays:
            (
                "Whether so many come is not known, or they never do: take a larger share or a larger effect.",
                "尚不清楚能否达到，或永远达不到：请提高参与比例或选更大的效果。"
            )
        case .neededLeast:
            ("The planned people find {0} per 1,000 or more.", "计划人数可发现每千人 {0} 及以上的效果。")
        case .segments: ("By kind of buyer", "按买家类型")
        case .segmentsHelp:
            (
                "What they had bought in the four weeks before they met the experiment. All intervals hold together; a "
                    + "difference between kinds is a hint for the next decision, not a finding.",
                "以进入实验前四周的购买情况划分。各区间同时成立；类型之间的差别只是下一步决策的线索，不是结论。"
            )
        case .segmentColumn: ("Who", "人群")
        case .segmentChance: ("Chance, corrected for several looks", "偶然概率（已校正多重比较）")
        case .segmentAnswer: ("Surely different?", "确有差别？")
        case .segmentSure: ("yes", "是")
        case .segmentUnsure: ("not known", "尚不能确定")
        }
    }
}
