import Kernel

/// The words of what is kept about a person; see ``Word``.
enum AccountWord: String, CaseIterable {
    case personalData, personalDataHelp, downloadMyData, downloadMyDataHelp, deleteAccount, deleteAccountHelp
    case whatStays, yourPassword, iAmSure, deleteForGood, accountDeleted

    /// The word for a language.
    func text(in language: Kernel.Language) -> String { language == .zh ? texts.zh : texts.en }

    private var texts: (en: String, zh: String) {
        switch self {
        case .personalData: ("Your data", "我的数据")
        case .personalDataHelp:
            (
                "What is kept about you is yours: take it along, or have it deleted.",
                "您可以导出或删除与您有关的数据。"
            )
        case .downloadMyData: ("Download everything", "导出全部数据")
        case .downloadMyDataHelp:
            (
                "One JSON file with all that is kept about you, table by table.",
                "一个 JSON 文件，包含与您有关的全部数据。"
            )
        case .deleteAccount: ("Delete the account", "注销账号")
        case .deleteAccountHelp:
            (
                "Profile, devices, cart, likes, comments, videos and addresses go at once. Goods can’t be sent back any more.",
                "个人资料、设备、购物车、点赞、关注、评论、视频与收货地址将立即永久删除，之后无法再通过账号申请售后。"
            )
        case .whatStays:
            (
                "The law makes the books keep orders and payments. They stay under a number that leads to nobody.",
                "依法须保留的订单与账目将以匿名编号保存，无法关联到您。"
            )
        case .yourPassword: ("Your password", "登录密码")
        case .iAmSure: ("I know that this can’t be undone.", "我已知晓此操作无法撤销。")
        case .deleteForGood: ("Delete for good", "永久注销")
        case .accountDeleted: ("Your account and your data are deleted.", "您的账号与数据已删除。")
        }
    }
}

extension Wording {
    /// A word of what is kept about a person with its values filled in.
    func callAsFunction(_ word: AccountWord, _ values: String...) -> String {
        Self.fill(word.text(in: language), values)
    }
}
