import Kernel

/// The words of surveys and of the experience score; see ``Word``.
enum ExperienceWord: String, CaseIterable {
    case surveyAnswer, surveyScale, surveyWhy, surveyWords, surveySend, surveyNo, surveyThanks
    case npsTitle, npsHelp, npsNobody, npsSentence, npsFew, npsPlain, npsChance
    case npsTrend, npsTrendHelp, npsWeek, npsScore, npsFrom, npsTo, npsAnswered, npsInvited, npsAsked, npsSeen
    case npsWho, npsGroup, npsPopulation, npsShare, npsMissing, npsMissingNone, npsDrivers, npsDriver
    case npsPromoters, npsDetractors, npsNoDrivers, npsComments, npsExperiments, npsArm, npsBounds, npsBoundsHelp
    case scoreTitle, scoreSentence, scoreUnknown, scoreRecommend, scorePart, scoreColumn, scorePlain, scoreExpected
    case scoreOrders, scoreWeight, scoreHow, scoreHowText, scoreMoved, scoreMovedHelp, scoreNoOrders, appealThis
    case appealWhy, appealSend, appealsTitle, appealsHelp, appealsNone, appealAnswer, appealAccept, appealRefuse
    case appealOpen, appealAccepted, appealRefused
    case npsNoBounds, npsHow, npsHowText, npsWeeks, npsSafe, downloadCSV

    /// The word for a language.
    func text(in language: Kernel.Language) -> String { language == .zh ? texts.zh : texts.en }

    private var texts: (en: String, zh: String) {
        switch self {
        case .surveyAnswer: ("Answer in ten seconds", "十秒作答")
        case .surveyScale: ("0 not at all … 10 very likely", "0 完全不愿意 … 10 非常愿意")
        case .surveyWhy: ("What decided it? (optional)", "主要原因（可选）")
        case .surveyWords: ("In your own words (optional)", "想说的话（可选）")
        case .surveySend: ("Send", "提交")
        case .surveyNo: ("No, thanks", "不了，谢谢")
        case .surveyThanks: ("Thank you. We won't ask again for a month.", "感谢作答，一个月内不再打扰。")
        case .npsTitle: ("How people fare (NPS)", "用户口碑 (NPS)")
        case .npsHelp:
            (
                "Would people recommend us? Those who give 9 or 10, less those who give 0 to 6, in percent of everybody. It runs from −100 to 100.",
                "用户愿意推荐我们吗？9–10 分的占比减去 0–6 分的占比，范围 −100 到 100。"
            )
        case .npsNobody:
            ("Nobody has answered yet, so nothing can be said.", "还没有人作答，暂无结论。")
        case .npsSentence:
            (
                "If everybody had been asked, the score would be about {0}; surely between {1} and {2} (19 times out of 20).",
                "如果问遍所有人，得分约为 {0}，有 95% 的把握在 {1} 到 {2} 之间。"
            )
        case .npsFew:
            (
                "So few answers can't be weighted back to everybody: read the range, not the number.",
                "作答太少，无法按人群加权：请看区间，不要看单个数字。"
            )
        case .npsPlain:
            (
                "Those who answered say {0}. Weighted back to everybody it is {1}, since some groups answer less often.",
                "作答者的得分为 {0}；按人群加权后为 {1}，因为有些人群较少作答。"
            )
        case .npsChance:
            (
                "Two weeks whose bars overlap may differ by chance alone.", "两周的区间若有重叠，差别可能只是偶然。"
            )
        case .npsTrend: ("Week by week", "逐周趋势")
        case .npsTrendHelp:
            (
                "The dot is the score, the bar where it may really lie. A hollow dot rests on few answers.",
                "圆点为得分，竖线为可能范围；空心点表示作答很少。"
            )
        case .npsWeek: ("Week from", "周起始")
        case .npsScore: ("Score", "得分")
        case .npsFrom: ("At least", "下限")
        case .npsTo: ("At most", "上限")
        case .npsAnswered: ("Answered", "已作答")
        case .npsInvited: ("Asked", "已邀请")
        case .npsAsked:
            (
                "Of {0} there were, {1} were asked, {2} saw the question and {3} answered ({4}).",
                "共 {0} 个对象，邀请 {1}，看到 {2}，作答 {3}（{4}）。"
            )
        case .npsSeen: ("Saw it", "已看到")
        case .npsWho: ("Who answers, and who is missing", "谁作答了，谁没有")
        case .npsGroup: ("Group", "人群")
        case .npsPopulation: ("All of them", "全部")
        case .npsShare: ("Share who answer", "作答率")
        case .npsMissing:
            (
                "Hear least from: {0}. Their few answers count for more, so that they aren't forgotten.",
                "声音最少的人群：{0}。他们的作答权重更高，以免被忽略。"
            )
        case .npsMissingNone: ("No group is noticeably missing.", "没有明显缺失的人群。")
        case .npsDrivers: ("Why", "原因")
        case .npsDriver: ("Reason", "原因")
        case .npsPromoters: ("Named by those who recommend (9–10)", "推荐者提及 (9–10)")
        case .npsDetractors: ("Named by those who don't (0–6)", "贬损者提及 (0–6)")
        case .npsNoDrivers: ("No reasons were given.", "暂无原因。")
        case .npsComments: ("In their own words", "用户原话")
        case .npsExperiments: ("Did an experiment change it?", "实验是否改变了口碑？")
        case .npsArm: ("Arm", "组别")
        case .npsBounds: ("Effect on the score", "对得分的影响")
        case .npsBoundsHelp:
            (
                "When one arm answers more often than the other, their answers can't simply be compared. The effect lies in this range whoever stays silent.",
                "若各组作答率不同，不能直接比较。无论谁没有作答，影响都在该范围内。"
            )
        case .npsNoBounds: ("too few answers", "作答太少")
        case .npsHow: ("How this is measured", "如何测量")
        case .npsHowText:
            (
                "Each week a fixed share of everybody who was seen is drawn by a keyed hash, buyers or not; orders and cases likewise. Nobody is asked twice within 30 days. Answers are weighted by how often people like them answer (visitor or buyer, number of orders, where they were met; days in transit; outcome of the case). Groups below ten answers are joined with their neighbour.",
                "每周用带密钥的哈希从所有到访者（不限购买者）中按固定比例抽取；订单和售后单同理。30 天内不会重复打扰同一人。作答按人群作答率的倒数加权（访客或买家、订单数、到访场域；配送天数；售后结果）。不足十份作答的人群与相邻人群合并。"
            )
        case .npsWeeks: ("{0} weeks", "{0} 周")
        case .npsSafe: ("Questions", "问卷")
        case .scoreTitle: ("Experience score", "体验分")
        case .scoreSentence:
            (
                "The shop has {0} of 100 points; an average shop has {1}. It rests on {2} orders of the last 90 days.",
                "本店体验分 {0}（满分 100），平均店铺为 {1}，基于近 90 天的 {2} 笔订单。"
            )
        case .scoreUnknown:
            ("Not enough orders yet: a score needs {0}, there are {1}.", "订单还不够：满 {0} 单才有体验分，目前 {1} 单。")
        case .scoreRecommend:
            (
                "Would buyers recommend the shop? {0} (NPS); surely between {1} and {2}, from {3} answers.",
                "买家愿意推荐本店吗？NPS {0}，95% 区间 {1} 到 {2}，共 {3} 份作答。"
            )
        case .scorePart: ("Part", "维度")
        case .scoreColumn: ("Score", "得分")
        case .scorePlain: ("As it is", "原始值")
        case .scoreExpected: ("Usual in its categories", "同类目水平")
        case .scoreOrders: ("Orders", "订单数")
        case .scoreWeight: ("Weight", "权重")
        case .scoreHow: ("How it is reckoned", "如何计算")
        case .scoreHowText:
            (
                "Each real order has 100 points a part or none. Goods: received and no refund or exchange for damaged, wrong or misdescribed goods. Logistics: shipped within 48 hours of payment. Service: a case ended without the platform being called in; orders without a case have no say. Where the buyer answered a survey, the middle of both counts. The shop is compared with what is usual in its categories, and the difference is shrunk as if 20 orders of an average shop were added.",
                "每笔真实订单在各维度得 100 分或 0 分。商品：已收货且未因破损、错发、与描述不符而退款或换货。物流：付款后 48 小时内发货。服务：售后在平台未介入的情况下结束；没有售后的订单不参与。买家填写了问卷的，取两者的平均。再与同类目通常水平比较，并按“加入 20 笔平均店铺订单”进行收缩。"
            )
        case .scoreMoved: ("Which orders moved it", "哪些订单影响了体验分")
        case .scoreMovedHelp:
            (
                "By how many points the score would differ without the order. What lowered it most comes first.",
                "去掉该订单后体验分的变化；拉低最多的在前。"
            )
        case .scoreNoOrders: ("No order counts yet.", "暂无计入的订单。")
        case .appealThis: ("Appeal", "申诉")
        case .appealWhy: ("Why shouldn't this order count?", "为什么该订单不应计入？")
        case .appealSend: ("Send the appeal", "提交申诉")
        case .appealsTitle: ("Appeals", "体验分申诉")
        case .appealsHelp: ("An accepted appeal takes its order out of the score.", "通过后，该订单不再计入体验分。")
        case .appealsNone: ("No appeals", "暂无申诉")
        case .appealAnswer: ("Answer", "处理说明")
        case .appealAccept: ("Leave it out", "通过")
        case .appealRefuse: ("It counts", "驳回")
        case .appealOpen: ("Appeal waits", "申诉处理中")
        case .appealAccepted: ("Left out", "已剔除")
        case .appealRefused: ("Appeal refused", "申诉被驳回")
        case .downloadCSV: ("Download as CSV", "下载 CSV")
        }
    }
}
