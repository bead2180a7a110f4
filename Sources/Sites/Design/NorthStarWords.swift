import Kernel

/// The words of the North Star tree and of allocation; see ``Word``.
enum NorthStarWord: String, CaseIterable {
    case northStar, northStarHelp, northStarTree, treeResults, treeResultsHelp, treeNow, treeOld, treeVersions, treeWhy
    case nodeDefinition, nodeOwner, nodeUnit, nodeSlope, nodeChange, nodeEdit, nodeEditHelp, nodeKey, nodeKind
    case nodeParent, nodeTitle, nodeDirection, nodeMetric, nodeSave, nodeRemove, moreIsGood, lessIsGood
    case kindStar, kindPillar, kindProcess, kindResult, slopeRaises, slopeLowers, slopeUnknown, slopeText, slopeFew
    case learnSlopes, learnSlopesHelp, strategies, noStrategies, strategyAdd, strategyTitle, strategyServes
    case strategyMilestones, strategyDecisions, strategySave, strategyRemove, strategyAdded, strategyRemoved
    case allocations, allocationsHelp, noAllocations, allocate, allocationName, moneyBudget, experienceFloor
    case optionLines, optionLinesHelp, inTheNameOf, experienceBudget, setBudget, allowance, noBudget, budgetSentence
    case holdouts, holdoutsHelp, holdoutResize, basisPoints, lambdaHelp, muHelp, experienceAfter, optionColumn
    case peopleColumn, sureValue, costColumn, sureExperience, netColumn, whyColumn, whyBest, whyMargin, whyNoValue
    case whyPrice, whyOther, allocationSentence

    /// The word for a language.
    func text(in language: Kernel.Language) -> String { language == .zh ? texts.zh : texts.en }

    private var texts: (en: String, zh: String) {
        switch self {
        case .northStar: ("North Star", "北极星")
        case .northStarHelp:
            (
                "What everything is for, what it consists of, and which figures move it as far as past decisions tell.",
                "一切为了什么、由什么构成，以及以往决策表明哪些指标会影响它。"
            )
        case .northStarTree: ("The tree", "指标树")
        case .treeResults: ("Results", "经营结果")
        case .treeResultsHelp: ("They follow. Nobody aims at them.", "结果自然而来，不作为目标。")
        case .treeNow: ("See the present one", "查看当前版本")
        case .treeOld: ("This is version {0}, as it was.", "这是历史版本 {0}。")
        case .treeVersions: ("Versions", "历史版本")
        case .treeWhy: ("Why is it changed?", "修改原因")
        case .nodeDefinition: ("Definition", "定义")
        case .nodeOwner: ("Owner", "负责人")
        case .nodeUnit: ("Unit", "单位")
        case .nodeSlope: ("What it does to the North Star", "对北极星的影响")
        case .nodeChange: ("Change", "修改")
        case .nodeEdit: ("Add or change a figure", "新增或修改指标")
        case .nodeEditHelp: ("A key that exists is changed, a new one is added.", "标识已存在则修改，否则新增。")
        case .nodeKey: ("Key (a–z, 0–9, _)", "标识（小写字母、数字、下划线）")
        case .nodeKind: ("Kind", "类型")
        case .nodeParent: ("Hangs under", "上级")
        case .nodeTitle: ("Title", "名称")
        case .nodeDirection: ("Direction", "方向")
        case .nodeMetric: ("Measured in experiments by", "对应的实验指标")
        case .nodeSave: ("Save as a new version", "保存为新版本")
        case .nodeRemove: ("Remove this figure", "删除该指标")
        case .moreIsGood: ("more is good", "越高越好")
        case .lessIsGood: ("less is good", "越低越好")
        case .kindStar: ("North Star", "北极星")
        case .kindPillar: ("Pillar", "支柱")
        case .kindProcess: ("Process metric", "过程指标")
        case .kindResult: ("Result", "经营结果")
        case .slopeRaises: ("raises it", "有助提升")
        case .slopeLowers: ("lowers it", "会拉低")
        case .slopeUnknown: ("unknown", "尚不清楚")
        case .slopeText:
            (
                "{0} NPS points for one more a person; between {1} and {2}, from {3} experiments.",
                "人均每增加 1，NPS 变化 {0} 点；区间 {1} 到 {2}，基于 {3} 个实验。"
            )
        case .slopeFew:
            (
                "Unknown: five past experiments with answers are needed and their effects must differ; there are {0}.",
                "尚不清楚：需要至少五个有作答且效果有差异的实验，目前 {0} 个。"
            )
        case .learnSlopes: ("Learn from past experiments", "从以往实验中学习")
        case .learnSlopesHelp:
            (
                "Both effects of an experiment are measured on the same people, so their errors move together; that is taken out before the slope is reckoned.",
                "同一实验的两个效果在同一批人身上测得，误差彼此相关；计算斜率前已扣除这部分。"
            )
        case .strategies: ("Strategies", "策略")
        case .noStrategies: ("No strategies yet", "暂无策略")
        case .strategyAdd: ("Add a strategy", "新增策略")
        case .strategyTitle: ("What will be done for whom", "策略")
        case .strategyServes: ("Serves", "服务于")
        case .strategyMilestones: ("Milestones, one a line, each after its date", "里程碑：每行一条，日期在前")
        case .strategyDecisions: ("Decisions that hang on it", "相关决策")
        case .strategySave: ("Add", "添加")
        case .strategyRemove: ("Remove", "删除")
        case .strategyAdded: ("Strategy added: {0}", "新增策略：{0}")
        case .allocations: ("Allocation", "资源分配")
        case .allocationsHelp:
            (
                "Money and traffic go where they surely create most, at published prices, and never below the floor of experience.",
                "资金与流量投向确有最大增量价值之处，价格公开，且不突破体验底线。"
            )
        case .noAllocations: ("Nothing was allocated yet.", "尚无分配。")
        case .allocate: ("Allocate", "分配")
        case .allocationName: ("What for", "用途")
        case .moneyBudget: ("Money that may be spent (¥)", "可用资金 (¥)")
        case .experienceFloor: ("Experience must not fall below (NPS points, empty: none)", "体验底线（NPS 点，留空则无）")
        case .optionLines: ("Options, one a line", "选项，每行一条")
        case .optionLinesHelp:
            (
                "group, people, option, value a person (¥), its error, cost a person (¥), experience a person (points), its error. Take values from experiments. Doing nothing is always an option.",
                "人群, 人数, 选项, 人均价值 (¥), 误差, 人均成本 (¥), 人均体验 (点), 误差。数值应来自实验；“不做”始终是一个选项。"
            )
        case .inTheNameOf: ("In the name of the running decision", "依据的进行中决策")
        case .experienceBudget: ("Budget of experience", "体验预算")
        case .setBudget: ("Set the budget of experience", "设置体验预算")
        case .allowance: ("NPS points that may be given up", "可消耗的 NPS 点数")
        case .noBudget: ("No budget of experience is set, so none is spent.", "尚未设置体验预算。")
        case .budgetSentence:
            ("Of {0} points, {1} are spent and {2} are left until {3}.", "共 {0} 点，已用 {1} 点，剩余 {2} 点，截止 {3}。")
        case .holdouts: ("Held out", "长期对照组")
        case .holdoutsHelp:
            (
                "People who are kept out of changes, so that what all changes did together can be seen. A larger share keeps everybody who is in it.",
                "不受改动影响的人群，用于观察所有改动的总效果。扩大时原有成员不变。"
            )
        case .holdoutResize: ("Change", "调整")
        case .basisPoints: ("of 10,000 people", "万分之")
        case .lambdaHelp: ("value that the last unit of money buys", "最后一单位资金换来的价值")
        case .muHelp: ("value given up for one point of experience of one person", "为一个人的 1 点体验所放弃的价值")
        case .experienceAfter: ("Experience changes by at worst (points, mean)", "体验变化下限（人均点数）")
        case .optionColumn: ("Option", "选项")
        case .peopleColumn: ("People", "人数")
        case .sureValue: ("Sure value a person", "人均稳妥价值")
        case .costColumn: ("Cost a person", "人均成本")
        case .sureExperience: ("Experience at worst", "体验下限")
        case .netColumn: ("Net at these prices", "按价格计的净值")
        case .whyColumn: ("Why", "原因")
        case .whyBest: ("best of its group at these prices", "按当前价格为该人群最优")
        case .whyMargin: ("just at the margin: the last money goes here", "处于边际：最后的资金用于此")
        case .whyNoValue: ("no value that is sure", "没有稳妥的价值")
        case .whyPrice: ("money or experience is worth more elsewhere", "资金或体验在别处更有价值")
        case .whyOther: ("another option of the group is better", "同人群有更优选项")
        case .allocationSentence:
            ("{0} of {1} are spent and surely create {2}.", "使用 {0}（预算 {1}），稳妥创造价值 {2}。")
        case .strategyRemoved: ("Strategy removed: {0}", "删除策略：{0}")
        }
    }
}
