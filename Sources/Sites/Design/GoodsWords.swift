import Kernel

/// The words of a shop's back office: goods, pictures, tables, staff, trail; see ``Word``.
enum GoodsWord: String, CaseIterable {
    case goodsHelp, newProduct, noGoods, noGoodsHelp, noGoodsFound, searchGoods, findGoods
    case statusListed, statusUnlisted, statusArchived, allKept, putOnShelf, takeOff, archive, restore
    case productCode, productCodeHelp, titleEnglish, titleChinese, descriptionEnglish, descriptionChinese
    case goodsCategory, brand, properties, propertiesHelp, variants, variantsHelp, newVariant, specEnglish, specChinese
    case memberPrice
    case sku, unitPrice, struckPrice, retired, saveProduct, goodsSaved, nowIs, changedMeanwhile, variantsCount, noPrice,
        edit
    case goodsTable, goodsTableHelp, tableOut, tableIn, tableFile, checkTable, applyAll, applyGood, tableApplied
    case tableChecked, tableStopped, rowNumbers, resultCreated, resultChanged, resultUnchanged, resultRefused,
        emptyTable
    case columnsHelp
    case staff, staffHelp, addStaff, staffEmail, part, changePart, removeStaff, permissions
    case maySee, mayGoods, mayPrices, mayOrders, mayStock, mayPlaces, mayIntegrations, mayShip, mayService, mayCases,
        mayMoney, mayStaff,
        mayTrail, mayLive
    case trail, trailHelp, noTrail, anyAction, anybody, who, what, whichThing, fromDay, untilDay, filterTrail
    case seeProduct, pictures, picturesHelp, addPictures, chooseFiles, altText, altChinese, place, takeAway, saveOrder

    /// The word for a language.
    func text(in language: Kernel.Language) -> String { language == .zh ? texts.zh : texts.en }

    private var texts: (en: String, zh: String) {
        switch self {
        case .goodsHelp:
            ("What your shop sells. A new product is seen by nobody until it is on the shelf.", "管理店铺商品；新商品上架后才对顾客可见。")
        case .newProduct: ("New product", "新建商品")
        case .noGoods: ("No goods yet", "还没有商品")
        case .noGoodsHelp: ("Make your first product, or bring many in from a table.", "新建第一件商品，或从表格批量导入。")
        case .noGoodsFound: ("Nothing fits. Try fewer letters or another status.", "没有符合条件的商品，请换个关键词或状态。")
        case .searchGoods: ("Title, code or number", "标题、商品编码或规格编码")
        case .findGoods: ("Find", "查找")
        case .statusListed: ("On the shelf", "已上架")
        case .statusUnlisted: ("Off the shelf", "未上架")
        case .statusArchived: ("Archived", "已归档")
        case .allKept: ("All but archived", "全部")
        case .putOnShelf: ("Put on the shelf", "上架")
        case .takeOff: ("Take off", "下架")
        case .archive: ("Archive", "归档")
        case .restore: ("Take out of the archive", "恢复")
        case .productCode: ("Product code", "商品编码")
        case .productCodeHelp: ("Your own number, once in the shop.", "自定义编码，店内唯一。")
        case .titleEnglish: ("Title", "英文标题")
        case .titleChinese: ("Title in Chinese", "中文标题")
        case .descriptionEnglish: ("Description", "英文描述")
        case .descriptionChinese: ("Description in Chinese", "中文描述")
        case .goodsCategory: ("Category", "类目")
        case .brand: ("Brand", "品牌")
        case .properties: ("Properties", "属性")
        case .propertiesHelp: ("One a line: Origin: Anhui | 产地: 安徽", "每行一项：Origin: Anhui | 产地: 安徽")
        case .variants: ("Variants and prices", "规格与价格")
        case .variantsHelp:
            ("Leave empty rows empty. A new price holds for new checkouts at once.", "空行可忽略；新价格立即对新订单生效。")
        case .newVariant: ("New variant", "新增规格")
        case .specEnglish: ("Spec", "英文规格")
        case .specChinese: ("Spec in Chinese", "中文规格")
        case .sku: ("SKU code", "规格编码")
        case .unitPrice: ("Price ({0})", "价格（{0}）")
        case .struckPrice: ("Struck-through price", "划线价")
        case .memberPrice: ("Price for members of the shop", "会员价")
        case .retired: ("Sold no more", "停售")
        case .saveProduct: ("Save", "保存")
        case .goodsSaved: ("Saved.", "已保存。")
        case .nowIs: ("Now: {0}", "现为：{0}")
        case .changedMeanwhile:
            (
                "Somebody else changed this product meanwhile; the marked fields differ. Save again to keep what you see here.",
                "商品已被他人修改，差异字段已标出；再次保存将以当前内容为准。"
            )
        case .variantsCount: ("{0} variants", "{0} 个规格")
        case .noPrice: ("no price", "无价格")
        case .edit: ("Edit", "编辑")
        case .pictures: ("Pictures", "图片")
        case .picturesHelp:
            (
                "JPEG, PNG or WebP, up to 10 MiB each. The first is the cover. Where a photograph was taken is not kept.",
                "支持 JPEG、PNG、WebP，单张不超过 10 MiB；首图为封面，拍摄地点等信息会被清除。"
            )
        case .addPictures: ("Add pictures", "上传图片")
        case .chooseFiles: ("Files", "选择文件")
        case .altText: ("What it shows", "图片说明（英文）")
        case .altChinese: ("What it shows, in Chinese", "图片说明（中文）")
        case .place: ("Place", "顺序")
        case .takeAway: ("Take away", "移除")
        case .saveOrder: ("Save pictures", "保存图片")
        case .goodsTable: ("Many at once", "批量导入导出")
        case .goodsTableHelp:
            (
                "Take your goods out as a table, change it in a spreadsheet, and bring it back. Nothing changes before you have seen what would.",
                "导出表格，在电子表格中修改后再导入；确认前不会有任何改动。"
            )
        case .tableOut: ("Download the goods as CSV", "下载商品 CSV")
        case .tableIn: ("Bring a table in", "导入表格")
        case .tableFile: ("CSV file (UTF-8, up to 1 MiB and 2,000 rows)", "CSV 文件（UTF-8，不超过 1 MiB、2000 行）")
        case .checkTable: ("See what would change", "预览改动")
        case .applyAll: ("Bring all of it in", "全部导入")
        case .applyGood: ("Bring in what is right, leave the rest", "仅导入无误的商品")
        case .tableApplied:
            ("Done: {0} made, {1} changed, {2} as they were, {3} refused.", "完成：新建 {0}，修改 {1}，未变 {2}，拒绝 {3}。")
        case .tableChecked:
            (
                "Nothing has changed yet. {0} would be made, {1} changed, {2} stay as they are, {3} are refused.",
                "尚未改动。将新建 {0}，修改 {1}，未变 {2}，拒绝 {3}。"
            )
        case .tableStopped: ("Nothing was changed, because {0} are refused.", "有 {0} 项被拒绝，未做任何改动。")
        case .rowNumbers: ("Rows {0}", "第 {0} 行")
        case .resultCreated: ("New", "新建")
        case .resultChanged: ("Changed", "修改")
        case .resultUnchanged: ("As it was", "未变")
        case .resultRefused: ("Refused", "拒绝")
        case .emptyTable: ("The table has no rows.", "表格没有数据行。")
        case .columnsHelp:
            (
                "Columns: {0}. Only product_code is needed; empty cells stay as they are.",
                "列：{0}。仅 product_code 必填；空单元格保持不变。"
            )
        case .staff: ("Staff", "店员")
        case .staffHelp: ("Who works here, and what each part may do.", "管理店员及其权限。")
        case .addStaff: ("Add somebody", "添加店员")
        case .staffEmail: ("E-mail address of their account", "账号邮箱")
        case .part: ("Part", "角色")
        case .changePart: ("Change the part", "更改角色")
        case .removeStaff: ("Remove", "移除")
        case .permissions: ("What each part may do", "角色权限")
        case .maySee: ("see goods and prices", "查看商品与价格")
        case .mayGoods: ("keep goods", "管理商品")
        case .mayPrices: ("set prices, coupons, delivery", "设置价格、优惠券与运费")
        case .mayOrders: ("see orders and buyers", "查看订单与买家")
        case .mayStock: ("count, take in and move stock", "盘点、入库与调拨库存")
        case .mayIntegrations: ("tell the shop’s own programs", "配置消息回调")
        case .mayPlaces: ("manage warehouses", "管理仓库")
        case .mayShip: ("ship", "发货")
        case .mayService: ("cancel orders, take returns in", "取消订单、处理退货")
        case .mayCases: ("grant or refuse after-sales", "审批售后")
        case .mayMoney: ("see and pay out money", "查看与提现资金")
        case .mayStaff: ("manage staff", "管理店员")
        case .mayLive: ("host live sessions", "主持直播")
        case .mayTrail: ("read the trail", "查看操作记录")
        case .trail: ("Trail", "操作记录")
        case .trailHelp: ("Who did what, when, to which thing. Nothing here is ever changed.", "谁在何时对什么做了什么；记录不可更改。")
        case .noTrail: ("Nothing fits.", "没有符合条件的记录。")
        case .anyAction: ("Anything", "全部操作")
        case .anybody: ("Anybody", "所有人")
        case .who: ("Who", "操作人")
        case .what: ("What", "操作")
        case .whichThing: ("Identifier of a thing", "对象编号")
        case .fromDay: ("From (UTC)", "起始 (UTC)")
        case .untilDay: ("Until, not included (UTC)", "截止（不含，UTC）")
        case .filterTrail: ("Show", "筛选")
        case .seeProduct: ("See it as a shopper", "查看商品页")
        }
    }
}
