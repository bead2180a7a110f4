import Kernel

/// The words of live rooms; see ``Word``.
enum LiveWord: String, CaseIterable {
    case live, liveNow, liveSoon, liveNone, liveNoneHelp, liveBadge, liveViewers, liveLikes, liveLike, livePlanned
    case liveNoPicture, liveOver, liveOverHelp, liveCancelled, liveCancelledHelp, liveSoonHelp, liveBag,
        liveNothingPinned
    case livePriceWord, liveChat, liveSay, liveSignIn, liveNoMessages, liveEnter, liveOnShow, liveReload, liveGoods
    case liveDesk, liveDeskHelp, liveOwn, liveOfCreators, livePlan, liveTitle, liveTitleChinese, livePlannedAt,
        liveProducts
    case liveProductsHelp, liveCover, liveFirstProduct, liveSchedule, liveStart, liveEnd, liveCancel, livePin, liveUnpin
    case liveAdd, liveTake, liveUp, liveSetPrice, liveEndPrice, livePriceHelp, liveUsualPrice, liveMute, liveUnmute
    case liveRemove, liveBanned, liveBannedHelp, liveSave, liveMuted, liveStateScheduled, liveStateLive, liveStateEnded
    case liveStateCancelled, liveNoSessions, liveOpenRoom, liveManage, liveAddHelp, liveDone

    /// The word for a language.
    func text(in language: Kernel.Language) -> String { language == .zh ? texts.zh : texts.en }

    private var texts: (en: String, zh: String) {
        switch self {
        case .live: ("Live", "直播")
        case .liveNow: ("Live now", "正在直播")
        case .liveSoon: ("Coming up", "直播预告")
        case .liveNone: ("Nobody is live", "暂无直播")
        case .liveNoneHelp: ("Sessions appear here as soon as they begin or are announced.", "有直播或预告时会显示在这里。")
        case .liveBadge: ("LIVE", "直播中")
        case .liveViewers: ("{0} watching", "{0} 人在看")
        case .liveLikes: ("{0} likes", "{0} 赞")
        case .liveLike: ("Like", "点赞")
        case .livePlanned: ("Planned for", "预计开播")
        case .liveNoPicture: ("The cover stands for the picture: moving pictures come later.", "暂以封面代替画面，视频直播将在后续版本提供。")
        case .liveOver: ("This session is over", "直播已结束")
        case .liveOverHelp: ("Its prices ended with it. The goods are still there.", "直播价已随直播结束，商品仍可购买。")
        case .liveCancelled: ("This session was called off", "直播已取消")
        case .liveCancelledHelp: ("The goods are still there.", "商品仍可购买。")
        case .liveSoonHelp: ("It has not begun. This page looks again by itself.", "尚未开播，页面会自动刷新。")
        case .liveBag: ("Bag", "购物袋")
        case .liveNothingPinned: ("Nothing is on show at the moment.", "主播暂未讲解商品。")
        case .livePriceWord: ("Live price", "直播价")
        case .liveChat: ("Chat", "互动")
        case .liveSay: ("Say something", "说点什么")
        case .liveSignIn: ("Sign in to write", "登录后参与互动")
        case .liveNoMessages: ("Nobody has said anything yet.", "还没有人发言。")
        case .liveEnter: ("Enter the room", "进入直播间")
        case .liveOnShow: ("On show now", "正在讲解")
        case .liveReload: ("Look again", "刷新")
        case .liveGoods: ("{0} goods in the bag", "{0} 件商品")
        case .liveDesk: ("Live sessions", "直播管理")
        case .liveDeskHelp:
            ("Announce a session, go live, show goods one at a time, end it.", "预告直播、开播、逐件讲解商品、结束直播。")
        case .liveOwn: ("Your sessions", "我的直播")
        case .liveOfCreators: ("Creators’ sessions that show your goods", "带货本店商品的达人直播")
        case .livePlan: ("Announce a session", "预告直播")
        case .liveTitle: ("Title", "标题")
        case .liveTitleChinese: ("Title in Chinese", "中文标题")
        case .livePlannedAt: ("Planned start ({0})", "预计开播时间（{0}）")
        case .liveProducts: ("Goods in the bag", "购物袋商品")
        case .liveProductsHelp: ("In this order; more can be added later.", "按此顺序排列，之后可继续添加。")
        case .liveCover: ("Cover", "封面")
        case .liveFirstProduct: ("The first product’s picture", "使用首个商品的图片")
        case .liveSchedule: ("Announce it", "发布预告")
        case .liveStart: ("Go live", "开始直播")
        case .liveEnd: ("End the session", "结束直播")
        case .liveCancel: ("Call it off", "取消直播")
        case .livePin: ("Show it", "讲解")
        case .liveUnpin: ("Show nothing", "取消讲解")
        case .liveAdd: ("Put into the bag", "加入购物袋")
        case .liveTake: ("Take out", "移除")
        case .liveUp: ("Move up", "上移")
        case .liveSetPrice: ("Set the live price", "设置直播价")
        case .liveEndPrice: ("End the live price", "结束直播价")
        case .livePriceHelp:
            (
                "Whoever watches pays it while the session is live. The shop that owns the goods sets it.",
                "观看者在直播期间享受此价；由商品所属店铺设置。"
            )
        case .liveUsualPrice: ("Otherwise {0}", "平时 {0}")
        case .liveMute: ("Mute", "禁言")
        case .liveUnmute: ("Let speak", "解除禁言")
        case .liveRemove: ("Remove", "删除")
        case .liveBanned: ("Words that nobody may write", "禁用词")
        case .liveBannedHelp: ("One in each line.", "每行一个。")
        case .liveSave: ("Save", "保存")
        case .liveMuted: ("Muted", "已禁言")
        case .liveStateScheduled: ("Announced", "已预告")
        case .liveStateLive: ("On air", "直播中")
        case .liveStateEnded: ("Over", "已结束")
        case .liveStateCancelled: ("Called off", "已取消")
        case .liveNoSessions: ("None yet.", "暂无。")
        case .liveOpenRoom: ("See the room", "查看直播间")
        case .liveManage: ("Manage", "管理")
        case .liveAddHelp: ("Number of a product, or its address", "商品编号或链接")
        case .liveDone: ("Done.", "已完成。")
        }
    }
}

extension Wording {
    /// A word of live rooms with its values filled in.
    func callAsFunction(_ word: LiveWord, _ values: String...) -> String {
        Self.fill(word.text(in: language), values)
    }
}
