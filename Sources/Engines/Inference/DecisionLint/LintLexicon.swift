/// The words that tell ends from means, in both languages.
enum LintLexicon {
    /// Results of trade and size: they follow from value and are no value themselves.
    static let results = [
        "gmv", "gross merchandise", "revenue", "turnover", "sales", "trade volume", "order volume", "orders",
        "ad income", "ad revenue", "advertising revenue", "market share",
        "installs",
        "registrations", "daily actives", "daily active*", "monthly active*", "dau", "mau", "active users",
        "traffic", "page views", "basket size", "average basket", "average order value", "sell through",
        "downloads", "成交额", "成交总额", "交易额", "交易规模", "销售额", "营收", "广告收入", "订单量", "订单数",
        "日活", "月活", "活跃用户", "装机量", "下载量", "注册数", "新注册", "市场份额", "客单价", "流量", "浏览量", "售罄率",
        "付费流量收入",
    ]

    /// Money that changes hands: never an objective, whatever stands beside it.
    static let trade = [
        "gmv", "gross merchandise", "revenue", "turnover", "trade volume", "sales volume", "sales value", "paid value",
        "成交额", "成交总额", "交易额", "交易规模", "销售额", "营收", "支付金额",
    ]

    /// Behaviour that rises with attention, good or bad.
    static let attention = [
        "watch time", "engagement", "minutes", "time spent", "click through*", "clicks", "ctr", "conversion",
        "open rate",
        "opens", "likes", "likes per video", "comments", "comments per video", "shares", "followers", "videos uploaded",
        "add to cart*", "redemption*", "impressions", "views", "观看时长", "互动时长", "使用时长", "点击率", "点击量", "转化率",
        "打开率", "点赞", "评论数", "转发", "粉丝数", "涨粉", "发布视频数", "加购率", "核销率", "曝光量", "播放量",
    ]

    /// Ways in which a figure can be made better while people are worse off.
    static let silenced = [
        "contacts per order", "asking only", "hiding", "share of five stars", "five star reviews", "投诉量", "咨询量", "隐藏",
        "只邀请", "五星占比",
    ]

    /// Said beside a result metric, these mean that it is *not* the end.
    static let denials = [
        "as a result", "side result", "result only", "may fall", "may drop", "not our aim", "not the goal",
        "not our goal",
        "watched", "作为结果", "只作", "附带结果", "不是目标", "可能减少", "可能下降", "仅供参考",
    ]

    /// Things that are put into the world, whoever they help.
    static let verbs = [
        "launch", "build", "ship", "implement", "deploy", "roll out", "release", "introduce", "migrate", "move",
        "install",
        "develop", "write", "rewrite", "set up", "open", "switch", "integrate", "finish", "complete", "create", "adopt",
        "organise", "organize", "establish", "provide", "hand out", "apply", "use", "replace", "hold", "apply",
        "upgrade",
        "automate", "finish integrating", "our goal is to use", "上线", "完成", "发布", "搭建", "部署", "开发", "接入", "举办",
        "撰写", "建立", "成立", "开设", "发放", "用", "把", "给", "为", "所有", "全部", "覆盖", "目标是用",
        "引入", "推出", "采用", "升级", "替换", "迁移",
    ]

    /// A metric that only says that something was done.
    static let outputs = [
        "launched", "deployed", "issued", "handed out", "written", "held", "created", "converted", "installed",
        "covered",
        "done", "complete", "completed", "ready", "live", "in use", "released", "shipped", "set up", "opened",
        "switched",
        "published", "generated", "split", "integrated", "on chain", "finished", "migrated", "上线", "发券数", "进度", "完成",
        "覆盖", "部署", "场次", "安装", "生成", "转换", "拆分", "课程数", "文章数",
        "接入数", "发放数", "自提点数", "账号数", "建成", "成立", "投入使用", "切换", "上链", "发布",
    ]

    /// Stages of work, or counts of things made.
    static let stages = [
        "design", "designed", "prototype", "alpha", "beta", "release", "released", "rollout", "full rollout", "test",
        "tests",
        "tested", "build", "built", "code", "coded", "go live", "live", "launch", "launched", "deployed",
        "done",
        "spike", "half", "contract", "members named", "first meeting", "cluster", "pipelines", "dashboards",
        "simulator", "offline test", "in use",
        "courses",
        "articles", "programme live", "方案", "评审", "开发", "原型", "内测", "公测", "发布", "上线", "覆盖", "测试", "编码", "签约", "试验",
        "投入使用", "集群", "管道", "看板", "确定成员", "首次会议", "仿真", "全量", "迁移", "万张", "场",
        "全部", "种", "篇", "门", "套", "计划上线",
    ]

    /// Somebody who is better off.
    static let beneficiaries = [
        "so that", "buyers", "buyer", "shoppers", "shopper", "people", "viewers", "members", "who", "nobody",
        "somebody",
        "satisfaction", "satisfied", "glad", "trust", "nps", "answer", "honest", "better off", "earn", "fewer", "让",
        "买家", "顾客", "用户觉得", "观众", "满意", "放心", "信任", "nps", "不用", "愿意", "口碑", "感受",
        "更划算", "本人", "他们", "农户",
    ]
}
