import Kernel
import Warehouse

/// The words of stock, warehouses and parcels; see ``Word``.
enum WarehouseWord: String, CaseIterable {
    case stock, stockHelp, noStock, noLowStock, lowOnly, everything, canBeSold, onHand, allocated, lowFrom, isLow
    case adjust, adjustHelp, quantityChange, moveReason, moveNote, count, counted, countHelp, watch, watchHelp
    case history, noHistory, snapshot, sku, change, leftThere, changed
    case reasonReceived, reasonCounted, reasonDamagedGoods, reasonLost, reasonReturned, reasonCorrection
    case reasonOpening, reasonShipped, reasonTransferred, reasonImported
    case warehouses, warehousesHelp, warehouse, mainWarehouse, addWarehouse, warehouseName, warehouseRegion, regionHelp,
        isActive
    case isDefaultWarehouse, saveWarehouse, transfer, transferHelp, moveFrom, moveTo, units
    case inbound, inboundHelp, noInbound, expect, reference, expected, arrivedWell, arrivedBroken, receive, closeInbound
    case inboundExpected, inboundReceiving, inboundClosed
    case parcels, parcelsHelp, noParcels, makePickList, wavePlanned, pickList, noTasks, parcel, order, toTake
    case scan, takeUnit, scanHelp, scanned, pack, handOver, openParcel, openParcelHelp, partOf, shipPart, shipPartHelp
    case parcelPlanned, parcelPicking, parcelPicked, parcelPacked, parcelShipped, parcelCancelled
    case condition, resellable, notResellable, putInto
    case messages, noMessages, messageText, sendMessage, you, otherSide, unread, unreadOrders

    /// The word for a language.
    func text(in language: Kernel.Language) -> String { language == .zh ? texts.zh : texts.en }

    private var texts: (en: String, zh: String) {
        switch self {
        case .stock: ("Stock", "库存")
        case .stockHelp:
            ("What can be sold, and where it lies. Every change is kept with its reason.", "可售数量与存放位置；每次变动均留有原因。")
        case .noStock: ("No goods yet", "暂无商品")
        case .noLowStock: ("Nothing is running low.", "没有低库存商品。")
        case .lowOnly: ("Running low", "低库存")
        case .everything: ("Everything", "全部")
        case .canBeSold: ("Can be sold", "可售")
        case .onHand: ("On hand", "在库")
        case .allocated: ("Promised to parcels", "已分配")
        case .lowFrom: ("Low from", "预警值")
        case .isLow: ("Low", "库存不足")
        case .adjust: ("Change by", "调整")
        case .adjustHelp: ("Units that came, or with a minus went.", "增加的数量；减少请填负数。")
        case .quantityChange: ("Units", "数量")
        case .moveReason: ("Why", "原因")
        case .moveNote: ("Note", "备注")
        case .count: ("Set to what was counted", "按盘点数更新")
        case .counted: ("Counted", "盘点数")
        case .countHelp: ("All units that lie there, those that wait to be shipped with them.", "仓内全部实物数量，含待发货部分。")
        case .watch: ("Tell me when low", "设置预警")
        case .watchHelp: ("Empty to stop.", "留空则不再预警。")
        case .history: ("History", "变动记录")
        case .noHistory: ("Nothing has moved yet.", "暂无变动。")
        case .snapshot: ("Download the stock as CSV", "下载库存 CSV")
        case .sku: ("SKU", "货号")
        case .change: ("Change", "变动")
        case .leftThere: ("Then there", "变动后在库")
        case .changed: ("Done: {0}. {1} lie there now.", "已更新：{0}，现有 {1} 件。")
        case .reasonReceived: ("Received", "到货")
        case .reasonCounted: ("Counted", "盘点")
        case .reasonDamagedGoods: ("Damaged", "破损")
        case .reasonLost: ("Lost", "丢失")
        case .reasonReturned: ("Returned", "退货入库")
        case .reasonCorrection: ("Correction", "更正")
        case .reasonOpening: ("What was there", "期初")
        case .reasonShipped: ("Shipped", "发货")
        case .reasonTransferred: ("Moved between warehouses", "调拨")
        case .reasonImported: ("Import", "导入")
        case .warehouses: ("Warehouses", "仓库")
        case .warehousesHelp:
            ("Where goods lie. Orders leave from the fewest, then the nearest.", "商品存放地点；订单优先合并发货，其次就近发货。")
        case .warehouse: ("Warehouse", "仓库")
        case .mainWarehouse: ("Main warehouse", "主仓")
        case .addWarehouse: ("Add a warehouse", "新建仓库")
        case .warehouseName: ("Name", "名称")
        case .warehouseRegion: ("Region", "省份")
        case .regionHelp: ("As it stands in addresses.", "与收货地址中的写法一致。")
        case .isActive: ("In use", "启用")
        case .isDefaultWarehouse: ("Default", "默认")
        case .saveWarehouse: ("Save", "保存")
        case .transfer: ("Move goods", "调拨")
        case .transferHelp: ("From one warehouse to another; what can be sold stays the same.", "在仓库之间移动，不影响可售数量。")
        case .moveFrom: ("From", "调出")
        case .moveTo: ("To", "调入")
        case .units: ("Units", "数量")
        case .inbound: ("Coming in", "入库单")
        case .inboundHelp: ("Goods that a supplier has announced.", "供应商已通知的到货。")
        case .noInbound: ("Nothing is announced.", "暂无入库单。")
        case .expect: ("Announce goods", "新建入库单")
        case .reference: ("Number", "单号")
        case .expected: ("Expected", "预期")
        case .arrivedWell: ("Came well", "完好")
        case .arrivedBroken: ("Came broken", "破损")
        case .receive: ("Receive", "收货")
        case .closeInbound: ("Nothing more comes", "关闭")
        case .inboundExpected: ("Expected", "待到货")
        case .inboundReceiving: ("Arriving", "收货中")
        case .inboundClosed: ("Closed", "已关闭")
        case .parcels: ("Parcels", "包裹")
        case .parcelsHelp: ("Take goods from the shelves, pack them, hand them over.", "拣货、打包、交接。")
        case .noParcels: ("No parcels in the house", "暂无待发包裹")
        case .makePickList: ("Make a pick list", "生成拣货单")
        case .wavePlanned: ("Orders that have parcels now: {0}.", "已为 {0} 个订单生成包裹。")
        case .pickList: ("Pick list", "拣货单")
        case .noTasks: ("Nothing to take from the shelves.", "没有待拣商品。")
        case .parcel: ("Parcel", "包裹")
        case .order: ("Order", "订单")
        case .toTake: ("To take", "待拣")
        case .scan: ("Scan or type a code", "扫码或输入货号")
        case .takeUnit: ("Take one", "计一件")
        case .scanHelp: ("Each scan counts one unit.", "每扫一次计一件。")
        case .scanned: ("{0} of {1} taken", "已拣 {0}/{1}")
        case .pack: ("Close the parcel", "打包完成")
        case .handOver: ("Hand over to the carrier", "交接快递")
        case .openParcel: ("Open the parcel again", "取消包裹")
        case .openParcelHelp: ("Its goods wait for a new one.", "商品将等待重新分配。")
        case .partOf: ("{0} of {1}", "{0}/{1}")
        case .shipPart: ("Ship a part", "部分发货")
        case .shipPartHelp: ("The order is shipped when all of it has left.", "全部发出后订单变为已发货。")
        case .parcelPlanned: ("Planned", "待拣货")
        case .parcelPicking: ("Being picked", "拣货中")
        case .parcelPicked: ("Picked", "已拣齐")
        case .parcelPacked: ("Packed", "已打包")
        case .parcelShipped: ("On its way", "已发出")
        case .parcelCancelled: ("Opened again", "已取消")
        case .condition: ("The goods", "商品状况")
        case .resellable: ("Can be sold again", "可再次销售")
        case .notResellable: ("Are written off", "报损")
        case .putInto: ("Put into", "放入")
        case .messages: ("Messages", "留言")
        case .noMessages: ("No messages yet.", "暂无留言。")
        case .messageText: ("Your message", "留言内容")
        case .sendMessage: ("Send", "发送")
        case .you: ("You", "我")
        case .otherSide: ("The other side", "对方")
        case .unread: ("{0} unread", "{0} 条未读")
        case .unreadOrders: ("Orders with unread messages", "有未读留言的订单")
        }
    }
}

extension MovementReason {
    var word: WarehouseWord {
        switch self {
        case .received: .reasonReceived
        case .counted: .reasonCounted
        case .damaged: .reasonDamagedGoods
        case .lost: .reasonLost
        case .returned: .reasonReturned
        case .correction: .reasonCorrection
        case .opening: .reasonOpening
        case .shipped: .reasonShipped
        case .transferred: .reasonTransferred
        case .imported: .reasonImported
        }
    }
}

extension ShipmentState {
    var word: WarehouseWord {
        switch self {
        case .planned: .parcelPlanned
        case .picking: .parcelPicking
        case .picked: .parcelPicked
        case .packed: .parcelPacked
        case .shipped: .parcelShipped
        case .cancelled: .parcelCancelled
        }
    }
}

extension InboundOrder.State {
    var word: WarehouseWord {
        switch self {
        case .expected: .inboundExpected
        case .receiving: .inboundReceiving
        case .closed: .inboundClosed
        }
    }
}
