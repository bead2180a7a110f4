import Kernel

/// The words of commissions: for creators who earn them, shops that pay them and operators who check them; see ``Word``.
enum AllianceWord: String, CaseIterable {
    case alliance, allianceHelp, allianceTotals, openPlans, openPlansHelp, noOpenPlans, noOpenPlansHelp
    case creatorsOnly, makeLink, yourLink, ratePercent, perUnit, linesOf, showPeriod
    case explanation, commissionBase, commissionRate, planVersion, agencyPart, creatorDiscounts, youGet, touches
    case touchLink, touchSlate, touchCoupon, touchLive, touchWins, touchOther, heldBecause, checkedBecause, payableFrom
    case inSettlement
    case signalSelfPurchase, signalSameAddress, signalSameDevice
    case creatorCommissions, creatorCommissionsHelp, plansOfShop, noPlansOfShop, comingRate, noRate, setPlan
    case previewPlan
    case previewHelp, previewTitle, platformFee, shopKeeps, whoEarned, nobodyEarned, creator, sales, commissionPaid
    case lastDays
    case commissionReview, commissionReviewHelp, nothingHeld, reasonForDecision, reasonHelp, reviewedCommissions
    case nothingReviewed, decidedPaid, decidedReturned

    /// The word for a language.
    func text(in language: Kernel.Language) -> String { language == .zh ? texts.zh : texts.en }

    private var texts: (en: String, zh: String) {
        switch self {
        case .alliance: ("Alliance", "精选联盟")
        case .allianceHelp:
            (
                "What you earn: estimated when ordered, confirmed when received, settled after the return window.",
                "推荐商品所得佣金：下单预估，收货确认，售后期后结算。"
            )
        case .allianceTotals: ("In this period", "本期汇总")
        case .openPlans: ("Goods to promote", "推广商品")
        case .openPlansHelp:
            (
                "Any creator may promote these. Make a link and share it; the last one before an order counts.",
                "所有达人均可推广。生成链接并分享，以下单前最后一次点击为准。"
            )
        case .noOpenPlans: ("Nothing to promote yet", "暂无可推广商品")
        case .noOpenPlansHelp: ("Goods appear here as soon as a shop offers a commission.", "商家设置佣金后将显示在这里。")
        case .creatorsOnly:
            (
                "Only creators make links. Ask the operator to become one.",
                "仅达人可生成推广链接，请联系平台开通。"
            )
        case .makeLink: ("Make my link", "生成推广链接")
        case .yourLink: ("Your link", "推广链接")
        case .ratePercent: ("{0} %", "{0}%")
        case .perUnit: ("{0} for each one sold", "每件 {0}")
        case .linesOf: ("{0} lines", "{0} 条")
        case .showPeriod: ("Show", "查看")
        case .explanation: ("How it comes about", "佣金明细")
        case .commissionBase: ("What the shop asked", "计佣金额")
        case .commissionRate: ("Rate at the order", "下单时佣金率")
        case .planVersion: ("version {0} of the plan", "计划第 {0} 版")
        case .agencyPart: ("Your agency’s part", "机构分成")
        case .creatorDiscounts: ("Your part of discounts", "达人承担优惠")
        case .youGet: ("You get", "实得")
        case .touches: ("Who brought the buyer", "带货触点")
        case .touchLive: ("Your live session", "你的直播")
        case .touchLink: ("Your promotion link", "你的推广链接")
        case .touchSlate: ("A card of your video", "你的视频商品卡")
        case .touchCoupon: ("A coupon that you pay for", "你出资的优惠券")
        case .touchWins: ("counts: the last one", "计佣：最后触点")
        case .touchOther: ("Another creator", "其他达人")
        case .heldBecause: ("Held for a check because", "审核原因")
        case .checkedBecause: ("Decided by the platform", "平台审核结论")
        case .payableFrom: ("Can be settled from", "可结算时间")
        case .inSettlement: ("Settled in", "结算单")
        case .signalSelfPurchase: ("buyer and creator are one person", "买家与达人为同一人")
        case .signalSameAddress: ("the goods go to an address of the creator", "收货地址与达人相同")
        case .signalSameDevice: ("buyer and creator used one browser", "买家与达人使用同一设备")
        case .creatorCommissions: ("Creators", "达人佣金")
        case .creatorCommissionsHelp:
            (
                "What creators earn who sell your goods. More holds at once; less from the next day, Beijing time.",
                "设置达人推广佣金。上调立即生效，下调次日（北京时间）生效。"
            )
        case .plansOfShop: ("Commission by product", "商品佣金")
        case .noPlansOfShop: ("No product pays a commission yet.", "还没有商品设置佣金。")
        case .comingRate: ("{0} % from", "{0}%，生效时间")
        case .noRate: ("Not promoted", "未推广")
        case .setPlan: ("Set this commission", "确认设置")
        case .previewPlan: ("Show what a sale pays", "试算")
        case .previewHelp:
            (
                "One unit at today’s price, before coupons, delivery and tax. Nothing is set yet.",
                "按当前价格每件试算，不含优惠券、运费与税。尚未生效。"
            )
        case .previewTitle: ("At {0} %", "佣金率 {0}%")
        case .platformFee: ("Platform’s fee", "平台服务费")
        case .shopKeeps: ("You keep", "商家所得")
        case .whoEarned: ("Who earned", "达人业绩")
        case .nobodyEarned: ("Nobody has sold for you in this time.", "该时段暂无达人成交。")
        case .creator: ("Creator", "达人")
        case .sales: ("Sales", "成交额")
        case .commissionPaid: ("Commission", "佣金")
        case .lastDays: ("the last 30 days", "近 30 天")
        case .commissionReview: ("Commission check", "佣金审核")
        case .commissionReviewHelp:
            (
                "A signal speaks against these. Look, decide, and say why: creator and shop can read it.",
                "以下佣金存在风险信号，请核实后裁决并填写原因，达人与商家均可查看。"
            )
        case .nothingHeld: ("Nothing is held.", "暂无待审核佣金。")
        case .reasonForDecision: ("Reason", "原因")
        case .reasonHelp: ("1–500 characters", "1–500 字")
        case .reviewedCommissions: ("Decided", "已审核")
        case .nothingReviewed: ("Nothing has been decided yet.", "暂无审核记录。")
        case .decidedPaid: ("Paid", "已放行")
        case .decidedReturned: ("Given back to the shop", "已作废")
        }
    }
}

extension Wording {
    /// A word of the alliance with its values filled in.
    func callAsFunction(_ word: AllianceWord, _ values: String...) -> String {
        Self.fill(word.text(in: language), values)
    }
}
