import Kernel

/// The words of after-sale, money and the desks of shops, creators and operators; see ``Word``.
enum DeskWord: String, CaseIterable {
    case afterSale, askAfterSale, askAfterSaleHelp, askNotPossible, afterSaleKind, afterSaleReason, tellMore, whichGoods
    case howMany, ofMost, sendRequest, kindRefund, kindRefundHelp, kindReturn, kindReturnHelp, kindExchange
    case kindExchangeHelp, kindPriceProtection, kindPriceProtectionHelp, reasonChangedMind, reasonOrderedTwice
    case reasonNotReceived, reasonDamaged, reasonNotAsDescribed, reasonWrongItem, reasonLowerPrice, reasonOther
    case caseRequested, caseRejected, caseAwaitingReturn, caseReturning, caseDisputed, caseRefunding, caseReplacing
    case caseReplacementShipped, caseCompleted, caseClosed, caseRequestedHelp, caseRejectedHelp, caseAwaitingReturnHelp
    case caseReturningHelp, caseDisputedHelp, caseRefundingHelp, caseReplacingHelp, caseReplacementShippedHelp
    case caseCompletedHelp, caseClosedHelp, withdraw, sendBackGoods, received, askPlatform, approve, refuse, passes,
        fails
    case sendAgain, forBuyer, forShop, answerBy, disputes, noCases, noCasesHelp, noteForOther
    case money, moneyHelp, earnings, held, heldHelp, payable, payableHelp, onItsWay, deposit, payOut, payOutHelp
    case statement, statementEmpty, downloadCSV, payouts, noPayouts, kindOfEntry, amount, when
    case commissions, noCommissions, product
    case commissionEstimated, commissionHeld, commissionConfirmed, commissionSettled, commissionReturned
    case commissionCancelled, commissionVoided
    case entryPayment, entrySale, entryRefund, entryRepayment, entryCommissionVoid, entrySettlement, entryPayout
    case entryPayoutPaid, entryDeposit, entryDepositDraw, entryReversal
    case payoutRequested, payoutClaimed, payoutPaid, payoutFailed
    case flashLots, flashLotsHelp, noFlashLots, openFlashLot, flashTotal, flashBuyerLimit, startsAt, endsAt, variant
    case flashRunning, flashPlanned, flashOver, endNow, priceInUnits
    case operatorDesk, claim, arrived, failed, bankReference, heldCommissions, release, void

    /// The word for a language.
    func text(in language: Kernel.Language) -> String { language == .zh ? texts.zh : texts.en }

    private var texts: (en: String, zh: String) {
        switch self {
        case .afterSale: ("After-sales", "售后")
        case .askAfterSale: ("Ask for help with this order", "申请售后")
        case .askAfterSaleHelp:
            ("Choose the goods and what you would like. The shop answers within two days.", "选择商品与诉求，商家将在 48 小时内处理。")
        case .askNotPossible: ("Nothing can be asked for this order as it stands.", "当前订单状态不支持申请售后。")
        case .afterSaleKind: ("What would you like?", "售后类型")
        case .afterSaleReason: ("Why?", "原因")
        case .tellMore: ("Tell the shop more", "补充说明")
        case .whichGoods: ("Which goods?", "售后商品")
        case .howMany: ("How many", "数量")
        case .ofMost: ("of", "共")
        case .sendRequest: ("Send the request", "提交申请")
        case .kindRefund: ("Refund only", "仅退款")
        case .kindRefundHelp: ("Money back; the goods stay where they are.", "退回款项，商品无需寄回。")
        case .kindReturn: ("Return and refund", "退货退款")
        case .kindReturnHelp: ("Send the goods back, then get your money.", "寄回商品后退款。")
        case .kindExchange: ("Exchange", "换货")
        case .kindExchangeHelp: ("Send the goods back, then get the same goods again.", "寄回后重新发货。")
        case .kindPriceProtection: ("Price protection", "价格保护")
        case .kindPriceProtectionHelp: ("It costs less now: get the difference.", "商品降价，退还差价。")
        case .reasonChangedMind: ("I changed my mind", "不想要了")
        case .reasonOrderedTwice: ("Ordered twice", "多拍")
        case .reasonNotReceived: ("It did not arrive", "未收到货")
        case .reasonDamaged: ("It is damaged", "商品破损")
        case .reasonNotAsDescribed: ("It is not as described", "与描述不符")
        case .reasonWrongItem: ("The wrong goods came", "发错货")
        case .reasonLowerPrice: ("The price went down", "降价")
        case .reasonOther: ("Another reason", "其他原因")
        case .caseRequested: ("Waiting for the shop", "待商家处理")
        case .caseRejected: ("Refused", "商家已拒绝")
        case .caseAwaitingReturn: ("Waiting for the goods to be sent", "待买家寄回")
        case .caseReturning: ("On the way back", "退货中")
        case .caseDisputed: ("The platform decides", "平台介入中")
        case .caseRefunding: ("Refund on its way", "退款中")
        case .caseReplacing: ("To be sent again", "待重新发货")
        case .caseReplacementShipped: ("Sent again", "换货已发出")
        case .caseCompleted: ("Done", "已完成")
        case .caseClosed: ("Closed", "已关闭")
        case .caseRequestedHelp: ("If the shop says nothing in time, the request is granted.", "商家逾期未处理将自动同意。")
        case .caseRejectedHelp: ("The buyer can ask the platform to decide.", "买家可申请平台介入。")
        case .caseAwaitingReturnHelp: ("Hand the goods to a carrier and give its number here.", "请寄出商品并填写运单号。")
        case .caseReturningHelp: ("The shop looks at the goods when they arrive.", "商家收货验收后继续处理。")
        case .caseDisputedHelp: ("Somebody neutral looks at what both sides said.", "平台客服将根据双方说明裁决。")
        case .caseRefundingHelp: ("The money goes back the way it came.", "款项将原路退回。")
        case .caseReplacingHelp: ("The shop sends the goods again.", "商家将重新发货。")
        case .caseReplacementShippedHelp: ("Confirm when they have arrived.", "收到后请确认。")
        case .caseCompletedHelp: ("Everything that was promised has happened.", "售后已处理完毕。")
        case .caseClosedHelp: ("It ended without anything going back.", "售后已结束，未发生退款。")
        case .withdraw: ("Withdraw the request", "撤销申请")
        case .sendBackGoods: ("I have sent the goods", "我已寄出")
        case .received: ("I have received it", "确认收到")
        case .askPlatform: ("Ask the platform", "申请平台介入")
        case .approve: ("Agree", "同意")
        case .refuse: ("Refuse", "拒绝")
        case .passes: ("The goods are fine", "验收通过")
        case .fails: ("The goods are not fine", "验收不通过")
        case .sendAgain: ("Sent again", "重新发货")
        case .forBuyer: ("Decide for the buyer", "支持买家")
        case .forShop: ("Decide for the shop", "支持商家")
        case .answerBy: ("To be done by", "处理截止")
        case .disputes: ("Disputes", "待裁决")
        case .noCases: ("Nothing to do here", "没有待处理的售后")
        case .noCasesHelp: ("New cases appear as soon as somebody asks.", "有新的申请时会显示在这里。")
        case .noteForOther: ("What should the other side know?", "说明")
        case .money: ("Money", "资金")
        case .moneyHelp: ("Every amount follows from the orders, to the cent.", "每一笔金额均可追溯至订单。")
        case .earnings: ("Earnings", "收益")
        case .held: ("Held back", "待结算")
        case .heldHelp: ("Until goods are received, the return window is over and no case is open.", "收货且售后期结束后结算。")
        case .payable: ("Can be paid out", "可提现")
        case .payableHelp: ("Yours. A negative amount is taken from what comes next.", "可随时提现；负数将从后续收入扣除。")
        case .onItsWay: ("On its way to the bank", "提现中")
        case .deposit: ("Deposit", "保证金")
        case .payOut: ("Pay out everything", "全部提现")
        case .payOutHelp: ("Sends what can be paid out to your bank account.", "将可提现金额转入银行账户。")
        case .statement: ("Statement", "账单明细")
        case .statementEmpty: ("No movements yet", "暂无明细")
        case .downloadCSV: ("Download as CSV", "下载 CSV")
        case .payouts: ("Payouts", "提现记录")
        case .noPayouts: ("No payouts yet", "暂无提现记录")
        case .kindOfEntry: ("What", "类型")
        case .amount: ("Amount", "金额")
        case .when: ("When", "时间")
        case .commissions: ("Commissions", "佣金")
        case .noCommissions: ("No commissions yet. Show goods in your videos to earn.", "还没有佣金，在视频中推荐商品即可赚取。")
        case .product: ("Product", "商品")
        case .commissionEstimated: ("Estimated", "预估")
        case .commissionHeld: ("Held for a check", "审核中")
        case .commissionConfirmed: ("Confirmed", "已确认")
        case .commissionSettled: ("Settled", "已结算")
        case .commissionReturned: ("Goods came back", "已退货")
        case .commissionCancelled: ("Order cancelled", "订单取消")
        case .commissionVoided: ("Not paid", "已作废")
        case .entryPayment: ("Payment", "付款")
        case .entrySale: ("Sale", "销售")
        case .entryRefund: ("Refund", "退款")
        case .entryRepayment: ("Repayment", "退回")
        case .entryCommissionVoid: ("Commission given back", "佣金退回")
        case .entrySettlement: ("Settlement", "结算")
        case .entryPayout: ("Payout", "提现")
        case .entryPayoutPaid: ("Payout arrived", "提现到账")
        case .entryDeposit: ("Deposit", "保证金")
        case .entryDepositDraw: ("Taken from the deposit", "保证金抵扣")
        case .entryReversal: ("Reversal", "冲正")
        case .payoutRequested: ("Requested", "已申请")
        case .payoutClaimed: ("Being sent", "处理中")
        case .payoutPaid: ("Arrived", "已到账")
        case .payoutFailed: ("Failed", "失败")
        case .flashLots: ("Flash lots", "限时特价")
        case .flashLotsHelp: ("So many units at a special price, for a time, so many to each buyer.", "限量、限时、限购的特价商品。")
        case .noFlashLots: ("No flash lots yet", "暂无限时特价")
        case .openFlashLot: ("Open a flash lot", "新建限时特价")
        case .flashTotal: ("Units at this price", "特价数量")
        case .flashBuyerLimit: ("Units for each buyer", "每人限购")
        case .startsAt: ("Starts (UTC)", "开始时间 (UTC)")
        case .endsAt: ("Ends (UTC)", "结束时间 (UTC)")
        case .variant: ("Goods", "商品规格")
        case .flashRunning: ("Running", "进行中")
        case .flashPlanned: ("Planned", "未开始")
        case .flashOver: ("Over", "已结束")
        case .endNow: ("End now", "立即结束")
        case .priceInUnits: ("Price", "特价")
        case .operatorDesk: ("Operator's desk", "运营工作台")
        case .claim: ("Take it", "领取")
        case .arrived: ("It arrived", "已到账")
        case .failed: ("It failed", "失败")
        case .bankReference: ("Bank's number or reason", "银行流水号或原因")
        case .heldCommissions: ("Commissions held for a check", "待审核佣金")
        case .release: ("Pay it", "放行")
        case .void: ("Give it back to the shop", "作废")
        }
    }
}
