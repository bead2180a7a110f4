import Kernel

/// The words of what a shop lets happen by itself; see ``Word``.
enum RuleWord: String, CaseIterable {
    case goodsRules, goodsRulesHelp, noGoodsRules, newRule, ruleWhat, whenLow, whenLowHelp, forATime, ruleAtMost
    case rulePrice, rulePriceHelp, previewRule, setRule, ruleEnd, ruleStock, ruleTime, rulePrices, ruleUnlists
    case ruleWaiting, ruleActing, ruleWas, ruleRefused, wouldWait, wouldUnlist, wouldPrice, wouldBeRefused,
        previewOfRule
    case ruleFrom, ruleUntil

    /// The word for a language.
    func text(in language: Kernel.Language) -> String { language == .zh ? texts.zh : texts.en }

    private var texts: (en: String, zh: String) {
        switch self {
        case .goodsRules: ("Rules", "自动规则")
        case .goodsRulesHelp:
            (
                "While little is left, or for a time, a price is another one or a product is off the shelf; then all is as before.",
                "库存不足或指定时段内自动改价或下架，条件结束后自动恢复。"
            )
        case .noGoodsRules: ("Nothing happens by itself yet.", "暂无自动规则。")
        case .newRule: ("New rule", "新建规则")
        case .ruleWhat: ("When", "触发条件")
        case .whenLow: ("While little is left", "库存不足时")
        case .whenLowHelp:
            (
                "For a price the variant’s units count, for the shelf those of the whole product.",
                "改价按规格库存计算，下架按商品总库存计算。"
            )
        case .forATime: ("For a time", "指定时段")
        case .ruleAtMost: ("So many units or fewer", "库存小于等于")
        case .rulePrice: ("Price meanwhile", "期间价格")
        case .rulePriceHelp: ("Leave it empty to take the product off the shelf meanwhile.", "留空则期间下架商品。")
        case .previewRule: ("Show what it would do now", "预览效果")
        case .setRule: ("Set this rule", "确认设置")
        case .ruleEnd: ("End", "结束")
        case .ruleStock: ("at {0} units or fewer", "库存 ≤ {0}")
        case .ruleTime: ("from {0} until {1}", "{0} 至 {1}")
        case .rulePrices: ("costs {0}", "改价为 {0}")
        case .ruleUnlists: ("off the shelf", "自动下架")
        case .ruleWaiting: ("Waiting", "等待中")
        case .ruleActing: ("Acting", "生效中")
        case .ruleWas: ("was {0}", "原价 {0}")
        case .ruleRefused: ("Could not act: {0}", "未能执行：{0}")
        case .wouldWait: ("It would wait: {0} units can be sold now.", "当前可售 {0} 件，规则将等待触发。")
        case .wouldUnlist:
            ("It would take the product off the shelf at once; {0} units can be sold.", "当前可售 {0} 件，商品将立即下架。")
        case .wouldPrice: ("It would change the price at once from {0} to {1}.", "价格将立即由 {0} 改为 {1}。")
        case .wouldBeRefused: ("It could not act now: {0}", "当前无法执行：{0}")
        case .ruleFrom: ("From", "开始时间")
        case .ruleUntil: ("Until", "结束时间")
        case .previewOfRule: ("What it would do now", "当前效果")
        }
    }
}

extension Wording {
    /// A word of a shop's rules with its values filled in.
    func callAsFunction(_ word: RuleWord, _ values: String...) -> String {
        Self.fill(word.text(in: language), values)
    }
}
