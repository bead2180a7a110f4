import Kernel

/// The words of the reconciliation with the payment company; see ``Word``.
enum ReconciliationWord: String, CaseIterable {
    case reconciliation, reconciliationHelp, reconciliationFrom, reconciliationUntil, compare, provider
    case allAgrees, nothingMoved, agreeing, ourBooks, theirBooks, paymentsIn, refundsBack, differences, whatIsWrong
    case catchUp, catchUpHelp, caughtUp
    case missingThere, missingThereHelp, missingHere, missingHereHelp, amountDiffers, amountDiffersHelp
    case doneOnlyThere, doneOnlyThereHelp, doneOnlyHere, doneOnlyHereHelp

    /// The word for a language.
    func text(in language: Kernel.Language) -> String { language == .zh ? texts.zh : texts.en }

    private var texts: (en: String, zh: String) {
        switch self {
        case .reconciliation: ("Payment check", "支付对账")
        case .reconciliationHelp:
            (
                "Every payment and refund that began in these days, in our books and in the payment company’s.",
                "核对该时段内发起的每一笔支付与退款：平台账与支付机构账。"
            )
        case .reconciliationFrom: ("From (UTC)", "开始日期（UTC）")
        case .reconciliationUntil: ("To, this day included (UTC)", "结束日期（含当日，UTC）")
        case .compare: ("Compare", "核对")
        case .provider: ("Payment company", "支付机构")
        case .allAgrees: ("Both agree to the cent.", "双方账目一致，分毫不差。")
        case .nothingMoved: ("No money moved in these days.", "该时段没有资金往来。")
        case .agreeing: ("{0} payments and refunds agree.", "{0} 笔支付与退款一致。")
        case .ourBooks: ("Our books", "平台账")
        case .theirBooks: ("Their books", "机构账")
        case .paymentsIn: ("Payments", "收款")
        case .refundsBack: ("Refunds", "退款")
        case .differences: ("What does not agree", "差异")
        case .whatIsWrong: ("What is wrong", "差异说明")
        case .catchUp: ("Take over what only they have done", "补记机构已完成的款项")
        case .catchUpHelp:
            (
                "Does what the lost messages would have done. Doing it twice changes nothing.",
                "按支付机构的结果补记丢失的通知，重复操作不会重复入账。"
            )
        case .caughtUp: ("{0} taken over.", "已补记 {0} 笔。")
        case .missingThere: ("Not in their books", "机构账缺失")
        case .missingThereHelp: ("Ask the payment company; don’t pay out on it.", "请联系支付机构核实，勿据此结算。")
        case .missingHere: ("Not in our books", "平台账缺失")
        case .missingHereHelp:
            ("Money we know nothing of: look it up there by its number.", "平台无此款项，请凭编号在机构侧查询。")
        case .amountDiffers: ("Another amount", "金额不符")
        case .amountDiffersHelp: ("Compare the two by hand.", "请人工核对两侧金额。")
        case .doneOnlyThere: ("Done there, open here", "机构已完成、平台未记")
        case .doneOnlyThereHelp: ("A message was lost; take it over below.", "通知丢失，可在下方补记。")
        case .doneOnlyHere: ("Done here, open there", "平台已记、机构未完成")
        case .doneOnlyHereHelp: ("Ask the payment company what became of it.", "请向支付机构确认处理结果。")
        }
    }
}

extension Wording {
    /// A word of the reconciliation with its values filled in.
    func callAsFunction(_ word: ReconciliationWord, _ values: String...) -> String {
        Self.fill(word.text(in: language), values)
    }
}
