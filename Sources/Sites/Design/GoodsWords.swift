import Kernel

/// The words of a shop's back office: goods, pictures, tables, staff, trail; see ``Word``.
enum GoodsWord: String, CaseIterable {
    case goodsHelp, newProduct, noGoods, noGoodsHelp, noGoodsFound, searchGoods, findGoods
    case statusListed, statusUnlisted, statusArchived, allKept, putOnShelf, takeOff, archive, restore
    case productCode, productCodeHelp, titleEnglish, titleChinese, descriptionEnglish, descriptionChinese
    case goodsCategory, brand, properties, propertiesHelp, variants, variantsHelp, newVariant, specEnglish, specChinese
    case sku, unitPrice, struckPrice, retired, saveProduct, goodsSaved, nowIs, changedMeanwhile, variantsCount, noPrice,
        edit
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
        case .seeProduct: ("See it as a shopper", "查看商品页")
        }
    }
}
