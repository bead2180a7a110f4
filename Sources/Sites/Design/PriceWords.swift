import Kernel

/// The words of prices, coupons, delivery and tax; see ``Word``.
enum PriceWord: String, CaseIterable {
    case goodsSum, freight, freightLater, freeDelivery, tax, taxIncluded, discount
    case coupons, myCoupons, noCoupon, takeCoupon, couponCode, useCode, updateTotal, allShops, couponMissing
    case amountOff, percentOff, fromAmount, ruleDeal, ruleMember, ruleLive, ruleFlash
    case changedExpired, changedStock, changedCoupon, changedFreight, changedTax
    case couponsHelp, couponsHelpOperator, noCoupons, offerCoupon, couponName, couponNameChinese, couponAmount,
        couponRate
    case couponCeiling, couponThreshold, couponProducts, shopShare, platformShare, creatorShare, creatorID
    case codeHelp, personLimit, couponUses, couponBudget, zone, decisionID, scopeShop, couponLeft, waitsFor, runs,
        planned
    case couponOver, agree, funderShop, funderPlatform, funderCreator, couponBenefitHelp
    case deals, dealsHelp, noDeals, openDeal, dealFor, everybody, membersOnly, memberCount
    case freightAndTax, freightHelp, noTemplates, putTemplate, templateName, measure, byPiece, byWeight, regions
    case regionsHelp, firstUnits, firstAmount, additionalUnits, additionalAmount, freeAbove, isDefault, productFreight
    case grams, setFreight, shopDefault, taxes, taxesHelp, noTaxes, setTax, taxRate, category, anyCategory
    case membership, membershipTerms, joinShop, leaveShop, youAreMember, joinFirst, howToMember, isMemberPrice
    case regionOrAll, inPrice, onTop, paidCoupons

    /// The word for a language.
    func text(in language: Kernel.Language) -> String { language == .zh ? texts.zh : texts.en }

    private var texts: (en: String, zh: String) {
        switch self {
        case .goodsSum: ("Goods", "商品金额")
        case .freight: ("Delivery", "运费")
        case .freightLater: ("once the region is known", "填写地区后计算")
        case .freeDelivery: ("Free", "包邮")
        case .tax: ("Tax", "税费")
        case .taxIncluded: ("Tax in the price", "含税")
        case .discount: ("Discount", "优惠")
        case .coupons: ("Coupons", "优惠券")
        case .myCoupons: ("My coupons", "我的优惠券")
        case .noCoupon: ("No coupon", "不使用优惠券")
        case .takeCoupon: ("Take it", "领取")
        case .couponCode: ("Coupon code", "优惠码")
        case .useCode: ("Use the code", "兑换")
        case .updateTotal: ("Update the total", "更新总价")
        case .allShops: ("All shops", "全平台")
        case .couponMissing: ("{0} more to use it", "还差{0}可用")
        case .amountOff: ("{0} off", "减{0}")
        case .percentOff: ("{0} % off, {1} at most", "减{0}%，最多{1}")
        case .fromAmount: (" from {0}", "，满{0}可用")
        case .ruleDeal: ("Deal", "特惠")
        case .ruleMember: ("Member price", "会员价")
        case .ruleLive: ("Live price", "直播价")
        case .ruleFlash: ("Flash price", "限时特价")
        case .changedExpired: ("The total you saw is more than ten minutes old.", "您看到的总价已超过十分钟。")
        case .changedStock: ("{0}: {1} can be had now.", "{0}：目前可购 {1} 件。")
        case .changedCoupon: ("Coupons take off {1} instead of {0}.", "优惠由 {0} 变为 {1}。")
        case .changedFreight: ("Delivery costs {1} instead of {0}.", "运费由 {0} 变为 {1}。")
        case .changedTax: ("Tax is {1} instead of {0}.", "税费由 {0} 变为 {1}。")
        case .couponsHelp:
            (
                "Offer a discount on your goods. Who pays a share has to agree before it runs. Where the platform pays a "
                    + "share, nobody is offered the coupon before the platform allocated it.",
                "为本店商品发放优惠券；所有出资方同意后生效。平台出资的券，须经平台分配后才会发放。"
            )
        case .couponsHelpOperator:
            (
                "The platform pays in the name of a running decision. Who else pays a share has to agree. Nobody is offered "
                    + "the coupon before it was tried and allocated: see Allocation.",
                "平台出资须对应正在执行的决策；其他出资方同意后生效。经实验并完成“资源分配”之前，不会发放给任何人。"
            )
        case .noCoupons: ("No coupons yet.", "暂无优惠券。")
        case .offerCoupon: ("Offer a coupon", "发放优惠券")
        case .couponName: ("Name", "名称")
        case .couponNameChinese: ("Name in Chinese", "中文名称")
        case .couponAmount: ("Amount off", "减免金额")
        case .couponRate: ("or percent off", "或减免比例（%）")
        case .couponCeiling: ("Percent: at most", "比例减免封顶金额")
        case .couponBenefitHelp:
            ("Fill in the amount, or both percent and the most it takes off.", "填写减免金额，或同时填写比例与封顶金额。")
        case .couponThreshold: ("From what the goods cost", "使用门槛金额")
        case .couponProducts: ("Only these products (none for all)", "仅限以下商品（不选为全店）")
        case .shopShare: ("Shop pays, %", "店铺出资（%）")
        case .platformShare: ("Platform pays, %", "平台出资（%）")
        case .creatorShare: ("Creator pays, %", "达人出资（%）")
        case .creatorID: ("Creator's number, if one pays", "达人编号（达人出资时填写）")
        case .codeHelp: ("Code (empty: everybody may take it)", "券码（留空则所有人可领）")
        case .personLimit: ("Uses for each person", "每人可用次数")
        case .couponUses: ("Uses in all", "总可用次数")
        case .couponBudget: ("Budget in all", "总预算")
        case .zone: ("Time zone", "时区")
        case .decisionID: ("Decision's number", "决策编号")
        case .scopeShop: ("Shop's number (empty: all shops)", "店铺编号（留空为全平台）")
        case .couponLeft: ("{0} uses and {1} left", "剩余 {0} 次、预算 {1}")
        case .waitsFor: ("Waits for: {0}", "待同意：{0}")
        case .runs: ("Running", "进行中")
        case .planned: ("Planned", "未开始")
        case .couponOver: ("Over", "已结束")
        case .agree: ("Agree to pay", "同意出资")
        case .funderShop: ("shop", "店铺")
        case .funderPlatform: ("platform", "平台")
        case .funderCreator: ("creator", "达人")
        case .deals: ("Deals", "特惠价")
        case .dealsHelp:
            (
                "A lower price for a time, for everybody or for members of the shop. The lowest that fits holds.",
                "限时优惠价，可面向所有人或本店会员，取最低价。"
            )
        case .noDeals: ("No deals yet.", "暂无特惠价。")
        case .openDeal: ("Announce a deal", "设置特惠价")
        case .dealFor: ("For whom", "适用人群")
        case .everybody: ("Everybody", "所有人")
        case .membersOnly: ("Members of the shop", "本店会员")
        case .memberCount: ("{0} members of this shop", "本店会员 {0} 人")
        case .membership: ("Membership", "店铺会员")
        case .membershipTerms:
            (
                "Members pay this shop's member prices. Joining costs nothing, and you may leave at any time. The shop sees how many members it has, and on your orders here that you paid a member price; it gets no list of its members. When you leave, your membership is deleted.",
                "会员享受本店会员价。入会免费，可随时退出。店铺可看到会员总数，以及您在本店订单中享受了会员价；店铺看不到会员名单。退出后会员记录即被删除。"
            )
        case .joinShop: ("I agree and join", "同意并入会")
        case .leaveShop: ("Leave the membership", "退出会员")
        case .youAreMember: ("You are a member.", "您已是本店会员。")
        case .joinFirst: ("Sign in to join", "登录后入会")
        case .howToMember: ("join this shop's members, free of charge", "免费加入店铺会员即可享受")
        case .isMemberPrice: ("You pay the member price.", "您已享受会员价。")
        case .freightAndTax: ("Delivery and tax", "运费与税费")
        case .freightHelp:
            (
                "What delivery costs, by region and by piece or weight. Without a template delivery is free.",
                "按地区及件数或重量计算运费；未设置模板则包邮。"
            )
        case .noTemplates: ("No templates: delivery is free.", "暂无运费模板，默认包邮。")
        case .putTemplate: ("Save the template", "保存模板")
        case .templateName: ("Template's name", "模板名称")
        case .measure: ("Counted by", "计费方式")
        case .byPiece: ("Piece", "按件")
        case .byWeight: ("Gram", "按克")
        case .regions: ("Regions", "地区")
        case .regionsHelp: ("Separated by commas; empty for everywhere else.", "用逗号分隔；留空表示其他所有地区。")
        case .firstUnits: ("First pieces or grams", "首件（克）")
        case .firstAmount: ("cost", "首费")
        case .additionalUnits: ("Each further", "每续件（克）")
        case .additionalAmount: ("costs", "续费")
        case .freeAbove: ("Free from", "满额包邮")
        case .isDefault: ("For all products without a template of their own", "设为默认模板")
        case .productFreight: ("How a product travels", "商品运费设置")
        case .grams: ("Grams of one unit", "单件重量（克）")
        case .setFreight: ("Save", "保存")
        case .shopDefault: ("The shop's default", "店铺默认模板")
        case .taxes: ("Tax", "税率")
        case .taxesHelp:
            ("The most exact rate holds: category and region, then category, then region.", "优先匹配最精确的税率：类目＋地区、类目、地区。")
        case .noTaxes: ("No rates of your own: the platform's holds.", "未设置税率，按平台默认。")
        case .setTax: ("Set the rate", "设置税率")
        case .taxRate: ("Rate, %", "税率（%）")
        case .category: ("Category", "类目")
        case .anyCategory: ("All categories", "所有类目")
        case .regionOrAll: ("Region (empty: all)", "地区（留空为全部）")
        case .inPrice: ("Prices hold it", "价内税")
        case .onTop: ("It is added", "价外税")
        case .paidCoupons: ("Coupons you are asked to pay for", "待出资优惠券")
        }
    }
}
