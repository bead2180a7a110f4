import Kernel
import Mustache

/// Every word that pages say of themselves, in both languages. `{0}` and `{1}` stand for values.
enum Word: String, CaseIterable {
    case siteName, skipToContent, mainNavigation, footer, actionFailed, linkCopied, pages, pageOf, previous
    case next, older, more, showMore, goBack, update, remove, undo, apply, save, saved, send, end, nothingHere
    case forYou, following, feeds, mall, search, cart, me, trending, feedKeys, feedEmpty, feedEmptyHelp
    case searchPrompt, openVideo, sound, actions, like, likes, comments, share, follow, followingNow, bag, why, whyHelp
    case notInterested, notInterestedDone, backToFeed, yourComment, signInToComment, noComments, followNobody
    case followNobodyHelp, creatorsToFollow, followers, creatorEmptyHelp, shopEmptyHelp, mallEmptyHelp
    case categories, subcategories, buyAgain, buyAgainHelp, newest, goods, videos, breadcrumbs, searchTitle
    case searchHelp, searchPlaceholder, searchLabel, results, allGoods, resultCount, corrected, partialMatch
    case nothingFound, nothingFoundHelp, sort, sortRelevance, sortSales, sortPriceUp, sortPriceDown, sortNewest
    case filters, inStock, removeFilter, priceRange, minimum, maximum, brands, from, listPrice, notForSale
    case viewProduct, addToCart, addedToCart, viewCart, buyNow, chooseVariant, quantity, soldOut, stockGood
    case flashPrice, flashLeft, flashLimit, until, stockLow, stockNone, stockShort, stockGone, offShelf, description,
        attributes, videosShowing, similar
    case visitShop, priceChanged, lineRemoved, someUnbuyable, someLeftOut, total, checkout, checkoutTitle
    case checkoutHelp, cartEmpty, cartEmptyHelp, deliverTo, recipient, phone, region, city, street, placeOrder
    case placeOrderHelp, confirmNewPrices, nothingToOrder, nothingToOrderHelp, paid, paidHelp, paymentPending
    case paymentPendingHelp, paymentFailed, paymentFailedHelp, orderCancelled, orderCancelledHelp, payNow
    case payUntil, keepShopping, testPayment, testPaymentLabel, testPaymentHelp, pay, decline, alreadyPaid
    case backToShop, orders, noOrders, noOrdersHelp, andMore, orderNumber, orderStates, all, statePlaced
    case statePaid, stateShipped, stateCompleted, stateCancelled, helpPlaced, helpPaid, helpShipped
    case helpCompleted, helpCancelled, confirmReceipt, carrier, trackingNumber, timeline, cancelOrder
    case decisionSteps, caseSteps
    case cancelReason, cancelsWholeGroup, reasonMind, reasonWrong, reasonCheaper, reasonSlow, signIn, signUp
    case signOut, signUpHelp, noAccount, haveAccount, email, password, passwordHelp, name, meVisitor
    case meVisitorHelp, profile, bio, preferences, language, theme, themeSystem, themeLight, themeDark, sessions
    case sessionsHelp, thisDevice, tokens, tokensHelp, tokenSecret, newToken, scopes, validDays, makeToken
    case shipMany, shipManyLines, shippedOf
    case shopDesk, shopOrders, noShops, noShopsHelp, toShip, ship, queueEmpty, queueEmptyHelp, roleOwner, roleManager
    case roleSupport, roleFinance, roleWarehouse, roleGoods, roleViewer, problemNotFound, problemForbidden,
        problemConflict
    case problemTooMany, problemOurs, problemUnavailable, problemRequest

    /// The word for a language.
    func text(in language: Kernel.Language) -> String { language == .zh ? texts.zh : texts.en }

    private var texts: (en: String, zh: String) {
        switch self {
        case .siteName: ("Quanyu", "全域")
        case .skipToContent: ("Skip to content", "跳到正文")
        case .mainNavigation: ("Main", "主导航")
        case .footer: ("Quanyu · open-source interest commerce", "全域 · 开源兴趣电商")
        case .actionFailed: ("That did not work. Try again.", "操作未成功，请重试。")
        case .linkCopied: ("Link copied", "链接已复制")
        case .pages: ("Pages", "分页")
        case .pageOf: ("Page {0} of {1}", "第 {0} / {1} 页")
        case .previous: ("Previous", "上一页")
        case .next: ("Next", "下一页")
        case .older: ("Older", "更早")
        case .more: ("More", "更多")
        case .showMore: ("Show me more", "再看一些")
        case .goBack: ("Go back", "返回")
        case .update: ("Update", "更新")
        case .remove: ("Remove", "移除")
        case .undo: ("Undo", "撤销")
        case .apply: ("Apply", "应用")
        case .save: ("Save", "保存")
        case .saved: ("Saved.", "已保存。")
        case .send: ("Send", "发送")
        case .end: ("End", "结束")
        case .nothingHere: ("Nothing here yet", "这里还没有内容")
        case .forYou: ("For You", "推荐")
        case .following: ("Following", "关注")
        case .feeds: ("Feeds", "信息流")
        case .mall: ("Mall", "商城")
        case .search: ("Search", "搜索")
        case .cart: ("Cart", "购物车")
        case .me: ("Me", "我的")
        case .trending: ("Trending now", "大家都在看")
        case .feedKeys:
            (
                "Keys: ↑ ↓ or j k to move, space to play or pause, l to like, m for sound.",
                "快捷键：↑ ↓ 或 j k 切换，空格播放或暂停，l 点赞，m 声音。"
            )
        case .feedEmpty: ("You have seen everything", "都看完啦")
        case .feedEmptyHelp:
            (
                "New videos and goods appear here as they are made. The mall has everything else.",
                "有新视频和新品会出现在这里，先去商城逛逛吧。"
            )
        case .searchPrompt: ("Search for", "搜索")
        case .openVideo: ("Open video", "打开视频")
        case .sound: ("Sound", "声音")
        case .actions: ("Actions", "操作")
        case .like: ("Like", "点赞")
        case .likes: ("likes", "赞")
        case .comments: ("Comments", "评论")
        case .share: ("Share", "分享")
        case .follow: ("Follow", "关注")
        case .followingNow: ("Following", "已关注")
        case .bag: ("Goods in this video", "视频同款")
        case .why: ("Why am I seeing this?", "为什么推荐给我？")
        case .whyHelp:
            (
                "What you tap, like, buy and skip decides what you see. “Not interested” takes effect at once.",
                "你的点击、点赞、购买与划走决定推荐内容；点「不感兴趣」立即生效。"
            )
        case .notInterested: ("Not interested", "不感兴趣")
        case .notInterestedDone: ("Got it. You will see less of this.", "好的，将减少此类推荐。")
        case .backToFeed: ("Back to the feed", "回到推荐")
        case .yourComment: ("Say something kind or useful", "说点什么吧")
        case .signInToComment: ("Sign in to comment", "登录后评论")
        case .noComments: ("No comments yet. Be the first.", "还没有评论，来抢沙发。")
        case .followNobody: ("You follow nobody yet", "还没有关注任何人")
        case .followNobodyHelp:
            (
                "Follow creators and shops you like; their newest videos and goods appear here.",
                "关注喜欢的达人和店铺，他们的最新视频和商品会出现在这里。"
            )
        case .creatorsToFollow: ("Creators to follow", "推荐关注")
        case .followers: ("{0} followers", "{0} 位粉丝")
        case .creatorEmptyHelp: ("This creator has not published a video yet.", "这位达人还没有发布视频。")
        case .shopEmptyHelp: ("This shop has not put anything on the shelf yet.", "这家店铺还没有上架商品。")
        case .mallEmptyHelp: ("No goods are on the shelf yet. Come back soon.", "暂无上架商品，稍后再来看看。")
        case .categories: ("Categories", "分类")
        case .subcategories: ("Subcategories", "子分类")
        case .buyAgain: ("Buy again", "再次购买")
        case .buyAgainHelp: ("What you may soon need again", "可能又要用到的好物")
        case .newest: ("New arrivals", "新品上架")
        case .goods: ("Goods", "商品")
        case .videos: ("Videos", "视频")
        case .breadcrumbs: ("Where you are", "当前位置")
        case .searchTitle: ("What are you looking for?", "想找点什么？")
        case .searchHelp: ("Search goods, shops and videos in Chinese or English.", "支持中英文搜索商品、店铺和视频。")
        case .searchPlaceholder: ("Goods, shops, videos", "商品、店铺、视频")
        case .searchLabel: ("Search", "搜索")
        case .results: ("Results for “{0}”", "「{0}」的搜索结果")
        case .allGoods: ("All goods", "全部商品")
        case .resultCount: ("{0} goods", "{0} 件商品")
        case .corrected: ("Showing results for “{0}” instead of “{1}”.", "已为你显示「{0}」的结果，原搜索词「{1}」。")
        case .partialMatch: ("Nothing has all of your words; these have some of them.", "没有完全匹配的商品，以下为部分匹配。")
        case .nothingFound: ("Nothing found", "没有找到")
        case .nothingFoundHelp: ("Try fewer or other words, remove a filter, or look at these.", "换个词、减少筛选条件，或看看这些。")
        case .sort: ("Sort", "排序")
        case .sortRelevance: ("Best match", "综合")
        case .sortSales: ("Most sold", "销量")
        case .sortPriceUp: ("Price: low to high", "价格从低到高")
        case .sortPriceDown: ("Price: high to low", "价格从高到低")
        case .sortNewest: ("Newest", "最新")
        case .filters: ("Filters", "筛选")
        case .inStock: ("In stock", "仅看有货")
        case .removeFilter: ("remove filter", "移除筛选")
        case .priceRange: ("Price", "价格区间")
        case .minimum: ("Lowest price", "最低价")
        case .maximum: ("Highest price", "最高价")
        case .brands: ("Brands", "品牌")
        case .from: ("from ", "低至")
        case .listPrice: ("List price", "原价")
        case .notForSale: ("Not for sale", "暂不可售")
        case .viewProduct: ("View", "查看详情")
        case .addToCart: ("Add to cart", "加入购物车")
        case .addedToCart: ("Added to your cart.", "已加入购物车。")
        case .viewCart: ("View cart", "查看购物车")
        case .buyNow: ("Buy now", "立即购买")
        case .chooseVariant: ("Choose", "选择规格")
        case .quantity: ("Quantity", "数量")
        case .soldOut: ("Sold out", "已售罄")
        case .stockGood: ("In stock", "有货")
        case .flashPrice: ("Flash price", "限时特价")
        case .flashLeft: ("{0} left", "仅剩 {0} 件")
        case .flashLimit: ("up to {0} each", "每人限购 {0} 件")
        case .until: ("until", "截止")
        case .stockLow: ("Only {0} left", "仅剩 {0} 件")
        case .stockNone: ("Sold out. Like it and it may come back in your feed.", "已售罄，点赞收藏等它回来。")
        case .stockShort: ("Only {0} left; lower the quantity.", "仅剩 {0} 件，请减少数量。")
        case .stockGone: ("Sold out. Remove it or wait until it is back.", "已售罄，请移除或等待补货。")
        case .offShelf: ("No longer for sale. Remove it.", "已下架，请移除。")
        case .description: ("About it", "商品介绍")
        case .attributes: ("Details", "商品参数")
        case .videosShowing: ("Seen in videos", "相关视频")
        case .similar: ("You may also like", "相似好物")
        case .visitShop: ("Visit shop", "进店逛逛")
        case .priceChanged: ("The price changed from {0} to {1}.", "价格已由 {0} 变为 {1}。")
        case .lineRemoved: ("Removed from your cart.", "已移出购物车。")
        case .someUnbuyable: ("Some goods can’t be bought right now; they stay in the cart.", "部分商品暂不可购买，会保留在购物车。")
        case .someLeftOut:
            (
                "Goods that can’t be bought now, or that have another currency, stay in your cart.",
                "暂不可购买或不同币种的商品会留在购物车。"
            )
        case .total: ("Total", "合计")
        case .checkout: ("Checkout", "去结算")
        case .checkoutTitle: ("Checkout", "确认订单")
        case .checkoutHelp: ("You will see every price once more before you pay.", "付款前会再次确认所有价格。")
        case .cartEmpty: ("Your cart is empty", "购物车是空的")
        case .cartEmptyHelp: ("Find something good in the feed or the mall.", "去推荐或商城发现好物吧。")
        case .deliverTo: ("Deliver to", "收货信息")
        case .recipient: ("Recipient", "收货人")
        case .phone: ("Phone", "电话")
        case .region: ("Province or state", "省份")
        case .city: ("City", "城市")
        case .street: ("Street, house, floor", "详细地址")
        case .placeOrder: ("Place order and pay", "提交订单并付款")
        case .placeOrderHelp: ("The goods are held for 15 minutes while you pay.", "提交后为你保留库存 15 分钟。")
        case .confirmNewPrices: ("Confirm the new prices", "确认新价格并提交")
        case .nothingToOrder: ("There is nothing to order", "没有可结算的商品")
        case .nothingToOrderHelp:
            ("Put goods into the cart, or change quantities that are more than what is left.", "请先加入商品，或调整超出库存的数量。")
        case .paid: ("Paid. Thank you!", "支付成功，谢谢！")
        case .paidHelp: ("The shop has been told and will ship your goods.", "已通知商家尽快发货。")
        case .paymentPending: ("Waiting for the payment", "等待支付")
        case .paymentPendingHelp: ("As soon as the payment arrives, this page shows it.", "收到付款后会自动更新本页。")
        case .paymentFailed: ("The payment did not go through", "支付未成功")
        case .paymentFailedHelp:
            ("Nothing was charged. You can try again while the goods are held.", "没有扣款，库存保留期间可再次支付。")
        case .orderCancelled: ("The order was cancelled", "订单已取消")
        case .orderCancelledHelp: ("Anything that was paid goes back to you.", "已付款项将原路退回。")
        case .payNow: ("Pay now", "立即付款")
        case .payUntil: ("Pay before", "请在此时间前付款：")
        case .keepShopping: ("Keep shopping", "继续逛逛")
        case .testPayment: ("Test payment", "测试支付")
        case .testPaymentLabel: ("Test page: no money moves", "测试页面：不会产生真实扣款")
        case .testPaymentHelp:
            (
                "Choose how this payment ends. The result comes back by a signed webhook, as from a real provider.",
                "请选择支付结果，系统会像真实支付机构一样通过签名回调通知。"
            )
        case .pay: ("Pay", "支付")
        case .decline: ("Decline", "拒绝支付")
        case .alreadyPaid: ("This payment is done.", "该笔支付已完成。")
        case .backToShop: ("Back to the shop", "返回商城")
        case .orders: ("Orders", "我的订单")
        case .noOrders: ("No orders yet", "还没有订单")
        case .noOrdersHelp: ("What you buy appears here, with every step until you have it.", "购买后可在这里查看每一步进展。")
        case .andMore: ("{0} and {1} more", "{0} 及另外 {1} 种")
        case .orderNumber: ("Order", "订单号")
        case .orderStates: ("States", "订单状态")
        case .all: ("All", "全部")
        case .statePlaced: ("Unpaid", "待付款")
        case .statePaid: ("To be shipped", "待发货")
        case .stateShipped: ("On its way", "待收货")
        case .stateCompleted: ("Completed", "已完成")
        case .stateCancelled: ("Cancelled", "已取消")
        case .helpPlaced: ("The goods are held for you until the payment arrives.", "库存已为你保留，请尽快付款。")
        case .helpPaid: ("The shop is packing your goods.", "商家正在备货。")
        case .helpShipped: ("Confirm once you have the goods and they are right.", "收到商品并确认无误后，请确认收货。")
        case .helpCompleted: ("You have the goods. Enjoy them!", "已确认收货，祝使用愉快！")
        case .helpCancelled: ("Anything that was paid goes back to you.", "已付款项将原路退回。")
        case .confirmReceipt: ("I have the goods", "确认收货")
        case .carrier: ("Carrier", "快递公司")
        case .trackingNumber: ("Tracking number", "运单号")
        case .timeline: ("Timeline", "订单进度")
        case .decisionSteps: ("Timeline", "决策进展")
        case .caseSteps: ("Timeline", "售后进度")
        case .cancelOrder: ("Cancel order", "取消订单")
        case .cancelReason: ("Why?", "取消原因")
        case .cancelsWholeGroup:
            ("One payment covers all orders of this checkout, so all of them are cancelled.", "同一笔付款的全部订单会一并取消。")
        case .reasonMind: ("I changed my mind", "不想要了")
        case .reasonWrong: ("Wrong goods, variant or address", "商品、规格或地址选错")
        case .reasonCheaper: ("I found it cheaper", "其他地方更便宜")
        case .reasonSlow: ("It takes too long", "等待时间太长")
        case .signIn: ("Sign in", "登录")
        case .signUp: ("Create account", "注册")
        case .signOut: ("Sign out", "退出登录")
        case .signUpHelp: ("What the feed has learned and your cart stay with you.", "推荐偏好和购物车都会保留。")
        case .noAccount: ("No account yet?", "还没有账号？")
        case .haveAccount: ("Already have an account?", "已有账号？")
        case .email: ("E-mail", "邮箱")
        case .password: ("Password", "密码")
        case .passwordHelp: ("At least 8 characters.", "至少 8 个字符。")
        case .name: ("Name", "昵称")
        case .meVisitor: ("Welcome", "欢迎")
        case .meVisitorHelp: ("Sign in to see your orders and keep what the feed has learned.", "登录后可查看订单，并保留推荐偏好。")
        case .profile: ("Profile", "个人资料")
        case .bio: ("About you", "简介")
        case .preferences: ("Language and look", "语言与外观")
        case .language: ("Language", "语言")
        case .theme: ("Look", "外观")
        case .themeSystem: ("System", "跟随系统")
        case .themeLight: ("Light", "浅色")
        case .themeDark: ("Dark", "深色")
        case .sessions: ("Devices", "登录设备")
        case .sessionsHelp: ("Where you are signed in. End what you don’t know.", "你登录过的设备，如有陌生设备请结束。")
        case .thisDevice: ("This device", "当前设备")
        case .tokens: ("API tokens", "API 令牌")
        case .tokensHelp: ("For programs that act for you. Give each only what it needs.", "供程序代表你使用，请只授予必要的权限。")
        case .tokenSecret: ("Copy the secret now; it is never shown again.", "请立即复制密钥，之后不再显示。")
        case .newToken: ("New token", "新建令牌")
        case .scopes: ("May do", "权限范围")
        case .validDays: ("Valid for days", "有效天数")
        case .makeToken: ("Make token", "生成令牌")
        case .shopDesk: ("Shop desk", "商家工作台")
        case .shopOrders: ("Orders", "店铺订单")
        case .noShops: ("You are on no shop’s staff", "你还不是任何店铺的员工")
        case .noShopsHelp: ("The owner of a shop can add you.", "请联系店主将你加入。")
        case .shipMany: ("Ship many", "批量发货")
        case .shipManyLines:
            (
                "One order a line: order, carrier, tracking number. Lines from a table can be pasted.",
                "每行一单：订单号,快递公司,运单号，可直接从表格粘贴。"
            )
        case .shippedOf: ("{0} of {1} shipped.", "{1} 单中已发货 {0} 单。")
        case .toShip: ("{0} to ship", "{0} 单待发货")
        case .ship: ("Ship", "发货")
        case .queueEmpty: ("Nothing in this state", "没有此状态的订单")
        case .queueEmptyHelp: ("New orders appear here as soon as they are paid.", "新订单付款后会立即出现在这里。")
        case .roleOwner: ("Owner", "店主")
        case .roleManager: ("Manager", "店长")
        case .roleSupport: ("Support", "客服")
        case .roleFinance: ("Finance", "财务")
        case .roleWarehouse: ("Warehouse", "仓库")
        case .roleGoods: ("Goods", "商品")
        case .roleViewer: ("Looks on", "只读")
        case .problemNotFound: ("This page does not exist", "页面不存在")
        case .problemForbidden: ("You may not do this", "没有权限")
        case .problemConflict: ("It has changed in the meantime", "内容已发生变化")
        case .problemTooMany: ("A little slower, please", "操作太频繁")
        case .problemOurs: ("Something went wrong", "出错了")
        case .problemUnavailable: ("We are busy right now", "系统繁忙")
        case .problemRequest: ("This can’t be done like that", "请求无法处理")
        }
    }
}

/// The words in one language, for templates (`{{w.addToCart}}`) and for pages.
struct Wording: MustacheParent, Sendable {
    let language: Kernel.Language

    func child(named name: String) -> Any? {
        Self.lists.lazy.compactMap { $0(name, language) }.first
    }

    /// Every list of words, the ones of all pages first.
    private static let lists: [@Sendable (String, Kernel.Language) -> String?] = [
        { Word(rawValue: $0)?.text(in: $1) },
        { DeskWord(rawValue: $0)?.text(in: $1) },
        { DecisionWord(rawValue: $0)?.text(in: $1) },
        { ExperimentWord(rawValue: $0)?.text(in: $1) },
        { PriceWord(rawValue: $0)?.text(in: $1) },
        { ExperienceWord(rawValue: $0)?.text(in: $1) },
        { NorthStarWord(rawValue: $0)?.text(in: $1) },
        { ReconciliationWord(rawValue: $0)?.text(in: $1) },
        { WebhookWord(rawValue: $0)?.text(in: $1) },
        { GoodsWord(rawValue: $0)?.text(in: $1) },
        { WarehouseWord(rawValue: $0)?.text(in: $1) },
        { AllianceWord(rawValue: $0)?.text(in: $1) },
        { AccountWord(rawValue: $0)?.text(in: $1) },
        { RuleWord(rawValue: $0)?.text(in: $1) },
        { LeverWord(rawValue: $0)?.text(in: $1) },
        { LiveWord(rawValue: $0)?.text(in: $1) },
    ]

    /// A word of the back office with its values filled in.
    func callAsFunction(_ word: GoodsWord, _ values: String...) -> String {
        Self.fill(word.text(in: language), values)
    }

    /// A word of levers and published prices with its values filled in.
    func callAsFunction(_ word: LeverWord, _ values: String...) -> String {
        Self.fill(word.text(in: language), values)
    }

    /// A word of stock and parcels with its values filled in.
    func callAsFunction(_ word: WarehouseWord, _ values: String...) -> String {
        Self.fill(word.text(in: language), values)
    }

    /// A word of prices and coupons with its values filled in.
    func callAsFunction(_ word: PriceWord, _ values: String...) -> String {
        Self.fill(word.text(in: language), values)
    }

    /// A word with its values filled in.
    func callAsFunction(_ word: Word, _ values: String...) -> String { Self.fill(word.text(in: language), values) }

    /// A word of the desks with its values filled in.
    func callAsFunction(_ word: DeskWord, _ values: String...) -> String { Self.fill(word.text(in: language), values) }

    /// A word of decision records.
    func callAsFunction(_ word: DecisionWord) -> String { word.text(in: language) }

    /// A word of experiments with its values filled in.
    func callAsFunction(_ word: ExperimentWord, _ values: String...) -> String {
        Self.fill(word.text(in: language), values)
    }

    /// A word of surveys and scores with its values filled in.
    func callAsFunction(_ word: ExperienceWord, _ values: String...) -> String {
        Self.fill(word.text(in: language), values)
    }

    /// A word of the North Star tree with its values filled in.
    func callAsFunction(_ word: NorthStarWord, _ values: String...) -> String {
        Self.fill(word.text(in: language), values)
    }

    static func fill(_ text: String, _ values: [String]) -> String {
        var text = text
        for (index, value) in values.enumerated() { text = text.replacing("{\(index)}", with: value) }
        return text
    }
}
