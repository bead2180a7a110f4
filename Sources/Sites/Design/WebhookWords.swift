import Kernel

/// The words of a shop's webhooks; see ``Word``.
enum WebhookWord: String, CaseIterable {
    case webhooks, webhooksHelp, noWebhooks, addWebhook, webhookURL, webhookURLHelp, webhookTopics, webhookSecret
    case webhookSecretHelp, pauseWebhook, startWebhook, removeWebhook, renewSecret, pingWebhook, webhookPaused
    case webhookFailing, webhookWell, deliveries, noDeliveries, replay, replayFailed, attemptsMade, nextAttempt
    case deliveryWaiting, deliveryDelivered, deliveryFailed, saveWebhook, showBody
    case topicOrder, topicMessage, topicParcel, topicCase, topicStock, topicProduct, topicPing

    /// The word for a language.
    func text(in language: Kernel.Language) -> String { language == .zh ? texts.zh : texts.en }

    private var texts: (en: String, zh: String) {
        switch self {
        case .webhooks: ("Webhooks", "消息回调")
        case .webhooksHelp:
            (
                "Your own programs are told what happens here: signed, and again until they take it, for three days and a half.",
                "店铺动态实时推送至您的系统：带签名，失败自动重试，最长约三天半。"
            )
        case .noWebhooks: ("No address yet. Add the first one below.", "尚未配置回调地址，请在下方添加。")
        case .addWebhook: ("Add an address", "添加回调地址")
        case .webhookURL: ("Address", "回调地址")
        case .webhookURLHelp: ("https only, on the internet.", "仅支持公网 https 地址。")
        case .webhookTopics: ("Tell it about", "订阅内容")
        case .webhookSecret: ("Secret", "签名密钥")
        case .webhookSecretHelp:
            (
                "Copy it now: it is not shown again. Messages follow the Standard Webhooks.",
                "请立即复制，离开后不再显示。签名遵循 Standard Webhooks 规范。"
            )
        case .pauseWebhook: ("Pause", "暂停")
        case .startWebhook: ("Start again", "恢复")
        case .removeWebhook: ("Remove", "删除")
        case .renewSecret: ("New secret", "更换密钥")
        case .pingWebhook: ("Send a trial", "发送测试")
        case .webhookPaused: ("Paused", "已暂停")
        case .webhookFailing: ("Not taken since {0}", "自 {0} 起推送失败")
        case .webhookWell: ("All is well", "正常")
        case .deliveries: ("What was sent", "推送记录")
        case .noDeliveries: ("Nothing was sent yet.", "暂无推送记录。")
        case .replay: ("Send again", "重新推送")
        case .replayFailed: ("Send all that failed again", "重推全部失败记录")
        case .attemptsMade: ("{0} attempts", "已尝试 {0} 次")
        case .nextAttempt: ("next {0}", "下次 {0}")
        case .deliveryWaiting: ("Waiting", "等待中")
        case .deliveryDelivered: ("Taken", "已送达")
        case .deliveryFailed: ("Not taken", "未送达")
        case .saveWebhook: ("Save", "保存")
        case .showBody: ("The message", "消息内容")
        case .topicOrder: ("Orders", "订单变化")
        case .topicMessage: ("Messages of buyers", "买家留言")
        case .topicParcel: ("Parcels", "包裹发出")
        case .topicCase: ("After-sales", "售后变化")
        case .topicStock: ("Low stock", "库存预警")
        case .topicProduct: ("Goods", "商品变化")
        case .topicPing: ("Trial", "测试")
        }
    }
}

extension Wording {
    /// A word of webhooks with its values filled in.
    func callAsFunction(_ word: WebhookWord, _ values: String...) -> String {
        Self.fill(word.text(in: language), values)
    }
}
