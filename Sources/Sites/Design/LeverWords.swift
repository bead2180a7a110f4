import Kernel

/// The words of levers, published prices and reviews; see ``Word``.
enum LeverWord: String, CaseIterable {
    case lever, leverRanking, leverCoupons, leverPools, leverAll, noCouponExperiment, treatmentLabel, treatmentHelp
    case publishedPrices, publishedPricesHelp, noPrices, pricesLine, exchangeRates, exchangeRatesHelp, noRates
    case ratesLine, rateCurrency, rateLike, rateRefund, rateReport, rateNotInterested, rateRefundCost, setRates
    case rateLateDelivery, rateLateDeliveryCost, rateComplaint, rateComplaintCost
    case allocateCoupons, allocateCouponsHelp, couponExperiment, budgetGone, explorationNow
    case margin, marginHelp, marginCounted
    case everythingTotal, everythingHelp, reviewsDue, reviewsHelp, noReviews, reviewDay, isDue, driftColumn
    case driftHolds, driftFaded, driftShort, driftHarmful, driftUnknown, varianceExplained

    /// The word for a language.
    func text(in language: Kernel.Language) -> String { language == .zh ? texts.zh : texts.en }

    private var texts: (en: String, zh: String) {
        switch self {
        case .lever: ("What it changes", "改变什么")
        case .leverRanking: ("Ranking weights", "推荐权重")
        case .leverCoupons: ("A coupon that the platform pays", "平台出资的优惠券")
        case .leverPools: ("Share of exploration", "探索流量占比")
        case .leverAll: ("Everything", "全部改动")
        case .noCouponExperiment:
            (
                "No experiment has tried a coupon yet. Draft one for a running decision under Experiments.",
                "还没有实验试过优惠券。请先在“实验”中为执行中的决策新建一个。"
            )
        case .treatmentLabel: ("What the treatment gets", "处理组得到什么")
        case .treatmentHelp:
            (
                "A weight version, a coupon’s identifier (cpn_…) of the same decision, or basis points of the feed "
                    + "for exploration (0–2000).",
                "权重版本、同一决策下的优惠券编号（cpn_…），或探索流量的基点数（0–2000）。"
            )
        case .publishedPrices: ("Prices that hold now", "当前影子价格")
        case .publishedPricesHelp:
            (
                "Each allocation publishes them. A coupon of the platform goes only to those for whom value − λ · cost + "
                    + "μ · experience is above zero, and the feed weighs dissatisfaction by them.",
                "每次分配都会公布。平台券只发给“价值 − λ · 成本 + μ · 体验”大于零的人；推荐也据此计入不满意的代价。"
            )
        case .noPrices:
            ("Nothing was allocated yet, so nobody is granted a coupon of the platform.", "尚未做过分配，因此不会发放平台券。")
        case .pricesLine: ("{0}: λ = {1}, μ = {2}", "{0}：λ = {1}，μ = {2}")
        case .exchangeRates: ("What dissatisfaction costs in the feed", "推荐中不满意的代价")
        case .exchangeRatesHelp:
            (
                "A predicted refund weighs (μ · points + λ · cost) ÷ value of a like, and so do late deliveries, "
                    + "complaints, reports and “not interested”. Prices only ever raise a weight.",
                "一次预测退款的权重 =（μ · 点数 + λ · 成本）÷ 一个赞的价值；发货超时、投诉、举报与“不感兴趣”同理。价格只会提高权重。"
            )
        case .noRates: ("None are set: the weights hold as they are registered.", "尚未设置：按登记的权重执行。")
        case .ratesLine:
            (
                "A like is worth {0}. A refund takes {1} points and costs {2}, a late delivery {3} and {4}, a complaint {5} "
                    + "and {6}; a report takes {7}, “not interested” {8}.",
                "一个赞价值 {0}。一次退款损失 {1} 点、成本 {2}，一次发货超时损失 {3} 点、成本 {4}，一次投诉损失 {5} 点、成本 {6}；"
                    + "一次举报损失 {7} 点，一次“不感兴趣”损失 {8} 点。"
            )
        case .rateCurrency: ("Currency", "币种")
        case .rateLike: ("Value of a like", "一个赞的价值")
        case .rateRefund: ("Points that a refund takes", "一次退款损失的点数")
        case .rateReport: ("Points that a report takes", "一次举报损失的点数")
        case .rateNotInterested: ("Points that a “not interested” takes", "一次“不感兴趣”损失的点数")
        case .rateLateDelivery: ("Points that a late delivery takes", "一次发货超时损失的点数")
        case .rateLateDeliveryCost: ("What a late delivery costs the platform", "一次发货超时的平台成本")
        case .rateComplaint: ("Points that a complaint takes", "一次投诉损失的点数")
        case .rateComplaintCost: ("What a complaint costs the platform", "一次投诉的平台成本")
        case .rateRefundCost: ("What a refund costs the platform", "一次退款的平台成本")
        case .setRates: ("Set the rates", "设置兑换率")
        case .allocateCoupons: ("Allocate coupons by their experiment", "依据实验分配优惠券")
        case .allocateCouponsHelp:
            (
                "What each coupon created for each kind of buyer is read from the experiment, learnt on other people than "
                    + "those who get it, and taken at its sure lower bound.",
                "从实验读取每张券对各类买家的增量：用他人的数据估计，并取稳妥下限。"
            )
        case .couponExperiment: ("Experiment", "实验")
        case .margin: ("Margin of what people pay, %", "支付金额中的毛利占比（%）")
        case .marginHelp:
            (
                "What is left after goods and delivery. Only this counts as value; else a coupon that moves goods at "
                    + "their cost would look like a gain.",
                "扣除货品与物流成本后剩余的比例。只有这部分计为价值，否则按成本价促销的优惠券也会显得有收益。"
            )
        case .marginCounted: ("Of what people paid, {0} % counts as value.", "支付金额的 {0}% 计为价值。")
        case .budgetGone:
            ("The experience budget is spent: nothing that hurts gets through.", "体验预算已用尽：任何有损体验的做法都不会通过。")
        case .explorationNow: ("Exploration may take {0} of the feed.", "探索流量最多占推荐的 {0}。")
        case .everythingTotal: ("Everything against the global holdout", "全部决策 对比 全局留存")
        case .everythingHelp:
            (
                "what all decisions did together, among those whom the feed met",
                "所有决策合计的效果（在推荐触达的人群中）"
            )
        case .reviewsDue: ("Reviews", "复盘")
        case .reviewsHelp: ("Measured anew from what holding people back shows today.", "依据留存对照的最新数据重新测算。")
        case .noReviews: ("No decision waits for a review.", "没有等待复盘的决策。")
        case .reviewDay: ("Review on", "复盘日期")
        case .isDue: ("due", "到期")
        case .driftColumn: ("Does it still hold?", "是否有偏离")
        case .driftHolds: ("It holds.", "没有偏离。")
        case .driftFaded: ("Drifted: less than was measured.", "有偏离：低于当时测得的效果。")
        case .driftShort: ("Drifted: less than was claimed.", "有偏离：低于当初的主张。")
        case .driftHarmful: ("Drifted: it does harm now.", "有偏离：如今有害。")
        case .driftUnknown: ("Not known yet.", "尚不清楚。")
        case .varianceExplained: ("{0} of the noise taken out by earlier behaviour", "已用历史行为消除 {0} 的噪声")
        }
    }
}
