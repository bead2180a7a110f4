import Kernel

extension NorthStarTree {
    /// What stands before anybody has written a tree.
    public static let first = NorthStarTree(nodes: [
        NorthStarNode(
            key: "global_nps", kind: .northStar, parent: nil, title: Localized(en: "Global NPS", zh: "全局 NPS"),
            definition: Localized(
                en: "Net Promoter Score of random people who were seen, weighted back to everybody",
                zh: "随机抽取的到访者的净推荐值，按人群加权"), owner: "Experience", unit: "points"),
        NorthStarNode(
            key: "good_content", kind: .pillar, parent: "global_nps", title: Localized(en: "Good content", zh: "好内容"),
            definition: Localized(en: "What is shown is worth people's time", zh: "内容值得用户花时间"), owner: "Content",
            unit: "points"),
        NorthStarNode(
            key: "good_goods", kind: .pillar, parent: "global_nps", title: Localized(en: "Good goods", zh: "好商品"),
            definition: Localized(en: "NPS of buyers on the goods they received", zh: "收货后对商品的 NPS"),
            owner: "Catalog", unit: "points"),
        NorthStarNode(
            key: "good_service", kind: .pillar, parent: "global_nps", title: Localized(en: "Good service", zh: "好服务"),
            definition: Localized(en: "NPS on logistics and on ended after-sale cases", zh: "物流与售后的 NPS"),
            owner: "Trade", unit: "points"),
        NorthStarNode(
            key: "finished_videos", kind: .process, parent: "good_content",
            title: Localized(en: "Finished videos", zh: "完播数"),
            definition: Localized(en: "Videos watched to the end, each once a slate", zh: "看完的视频，同一次推荐内每个计一次"),
            owner: "Content", unit: "videos a person", metric: "finished_videos"),
        NorthStarNode(
            key: "not_interested", kind: .process, parent: "good_content",
            title: Localized(en: "“Not interested” taps", zh: "“不感兴趣”次数"),
            definition: Localized(en: "Taps on “not interested”, each item once a slate", zh: "点“不感兴趣”的次数"),
            owner: "Feed", unit: "taps a person", isMoreGood: false, metric: "not_interested"),
        NorthStarNode(
            key: "reports", kind: .process, parent: "good_content", title: Localized(en: "Reports", zh: "举报次数"),
            definition: Localized(en: "Reports, each item once a slate", zh: "举报的次数"), owner: "Feed",
            unit: "taps a person", isMoreGood: false, metric: "reports"),
        NorthStarNode(
            key: "refunds", kind: .process, parent: "good_goods", title: Localized(en: "Refunds", zh: "退款次数"),
            definition: Localized(en: "Refunds that reached the buyer", zh: "已到账的退款"), owner: "Trade",
            unit: "refunds a person", isMoreGood: false, metric: "refunds"),
        NorthStarNode(
            key: "shipped_in_time", kind: .process, parent: "good_service",
            title: Localized(en: "Shipped in time", zh: "及时发货率"),
            definition: Localized(en: "Share of orders shipped within 48 hours of payment", zh: "付款后 48 小时内发货的订单占比"),
            owner: "Warehouse", unit: "percent"),
        NorthStarNode(
            key: "gmv", kind: .result, parent: nil, title: Localized(en: "GMV", zh: "成交额 (GMV)"),
            definition: Localized(
                en: "Sum of the lines of paid orders: what follows, never the goal", zh: "已支付订单金额之和：结果，而非目标"),
            owner: "Trade", unit: "minor units", metric: "paid_value"),
    ])
}
