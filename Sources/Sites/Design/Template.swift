import Mustache

/// The page templates and the parts they share, read once when the first page is shown.
enum Template: String, CaseIterable {
    case alliance
    case allocations
    case appeals
    case card
    case `case`
    case caseForm = "case_form"
    case cases
    case cart
    case category
    case checkout
    case commissionReview = "commission_review"
    case coupons
    case creator
    case creatorCommissions = "creator_commissions"
    case deals
    case decision
    case decisionForm = "decision_form"
    case decisions
    case deskNav = "desk_nav"
    case experiment
    case experimentForm = "experiment_form"
    case experiments
    case feed
    case flashLots = "flash_lots"
    case filters
    case follow
    case following
    case freight
    case goods
    case goodsForm = "goods_form"
    case goodsTable = "goods_table"
    case layout
    case liveBag = "live_bag"
    case liveChat = "live_chat"
    case liveCounts = "live_counts"
    case liveDesk = "live_desk"
    case liveList = "live_list"
    case livePlans = "live_plans"
    case liveRoom = "live_room"
    case liveStage = "live_stage"
    case liveTile = "live_tile"
    case mall
    case me
    case messages
    case money
    case order
    case northStar = "north_star"
    case nps
    case openPlans = "open_plans"
    case operatorDesk = "operator_desk"
    case orders
    case pager
    case parcel
    case parcels
    case payment
    case personalData = "personal_data"
    case preferences
    case price
    case problem
    case product
    case rules
    case scoreDesk = "score_desk"
    case search
    case shop
    case shopDesk = "shop_desk"
    case shopQueue = "shop_queue"
    case signIn = "sign_in"
    case signUp = "sign_up"
    case slot
    case slots
    case survey
    case testPayment = "test_payment"
    case staff
    case tile
    case trail
    case token
    case treeNode = "tree_node"
    case stock
    case stockHistory = "stock_history"
    case reconciliation
    case webhooks
    case webhook
    case valueLedger = "value_ledger"
    case video
    case warehouses
    case why

    /// The page for these values.
    static func render(_ template: Template, _ view: View) -> String {
        library.render(view, withTemplate: template.rawValue) ?? ""
    }

    private static let library: MustacheLibrary = {
        var library = MustacheLibrary()
        MustacheContentTypes.register(PageText(), named: "PAGE")
        for template in allCases {
            do {
                let text = "{{% CONTENT_TYPE:PAGE}}" + String(decoding: template.bytes, as: UTF8.self)
                try library.register(text, named: template.rawValue)
            } catch {
                // The templates are part of the program, and a test reads each of them.
                preconditionFailure("\(template.rawValue).mustache: \(error)")
            }
        }
        return library
    }()

    /// The text of the template.
    var bytes: [UInt8] {
        switch self {
        case .alliance: PackageResources.alliance_mustache
        case .allocations: PackageResources.allocations_mustache
        case .appeals: PackageResources.appeals_mustache
        case .card: PackageResources.card_mustache
        case .cart: PackageResources.cart_mustache
        case .case: PackageResources.case_mustache
        case .caseForm: PackageResources.case_form_mustache
        case .cases: PackageResources.cases_mustache
        case .category: PackageResources.category_mustache
        case .checkout: PackageResources.checkout_mustache
        case .commissionReview: PackageResources.commission_review_mustache
        case .coupons: PackageResources.coupons_mustache
        case .creator: PackageResources.creator_mustache
        case .creatorCommissions: PackageResources.creator_commissions_mustache
        case .deals: PackageResources.deals_mustache
        case .decision: PackageResources.decision_mustache
        case .decisionForm: PackageResources.decision_form_mustache
        case .decisions: PackageResources.decisions_mustache
        case .deskNav: PackageResources.desk_nav_mustache
        case .experiment: PackageResources.experiment_mustache
        case .experimentForm: PackageResources.experiment_form_mustache
        case .experiments: PackageResources.experiments_mustache
        case .feed: PackageResources.feed_mustache
        case .filters: PackageResources.filters_mustache
        case .flashLots: PackageResources.flash_lots_mustache
        case .follow: PackageResources.follow_mustache
        case .following: PackageResources.following_mustache
        case .freight: PackageResources.freight_mustache
        case .goods: PackageResources.goods_mustache
        case .goodsForm: PackageResources.goods_form_mustache
        case .goodsTable: PackageResources.goods_table_mustache
        case .layout: PackageResources.layout_mustache
        case .liveBag: PackageResources.live_bag_mustache
        case .liveChat: PackageResources.live_chat_mustache
        case .liveCounts: PackageResources.live_counts_mustache
        case .liveDesk: PackageResources.live_desk_mustache
        case .liveList: PackageResources.live_list_mustache
        case .livePlans: PackageResources.live_plans_mustache
        case .liveRoom: PackageResources.live_room_mustache
        case .liveStage: PackageResources.live_stage_mustache
        case .liveTile: PackageResources.live_tile_mustache
        case .mall: PackageResources.mall_mustache
        case .me: PackageResources.me_mustache
        case .messages: PackageResources.messages_mustache
        case .money: PackageResources.money_mustache
        case .northStar: PackageResources.north_star_mustache
        case .nps: PackageResources.nps_mustache
        case .openPlans: PackageResources.open_plans_mustache
        case .operatorDesk: PackageResources.operator_desk_mustache
        case .order: PackageResources.order_mustache
        case .orders: PackageResources.orders_mustache
        case .pager: PackageResources.pager_mustache
        case .parcel: PackageResources.parcel_mustache
        case .parcels: PackageResources.parcels_mustache
        case .payment: PackageResources.payment_mustache
        case .personalData: PackageResources.personal_data_mustache
        case .preferences: PackageResources.preferences_mustache
        case .price: PackageResources.price_mustache
        case .problem: PackageResources.problem_mustache
        case .product: PackageResources.product_mustache
        case .rules: PackageResources.rules_mustache
        case .scoreDesk: PackageResources.score_desk_mustache
        case .search: PackageResources.search_mustache
        case .shop: PackageResources.shop_mustache
        case .shopDesk: PackageResources.shop_desk_mustache
        case .shopQueue: PackageResources.shop_queue_mustache
        case .signIn: PackageResources.sign_in_mustache
        case .signUp: PackageResources.sign_up_mustache
        case .slot: PackageResources.slot_mustache
        case .slots: PackageResources.slots_mustache
        case .survey: PackageResources.survey_mustache
        case .testPayment: PackageResources.test_payment_mustache
        case .staff: PackageResources.staff_mustache
        case .tile: PackageResources.tile_mustache
        case .trail: PackageResources.trail_mustache
        case .token: PackageResources.token_mustache
        case .treeNode: PackageResources.tree_node_mustache
        case .stock: PackageResources.stock_mustache
        case .stockHistory: PackageResources.stock_history_mustache
        case .reconciliation: PackageResources.reconciliation_mustache
        case .webhooks: PackageResources.webhooks_mustache
        case .webhook: PackageResources.webhook_mustache
        case .valueLedger: PackageResources.value_ledger_mustache
        case .video: PackageResources.video_mustache
        case .warehouses: PackageResources.warehouses_mustache
        case .why: PackageResources.why_mustache
        }
    }
}
