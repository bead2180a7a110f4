// The identifiers of every room, kept in one place so that rooms can name each other's things without importing each other.

/// Somebody: shopper, creator, merchant staff, warehouse worker or operator; also a visitor who has no account yet.
public enum PersonKind: IdentifierKind { public static let prefix = "per" }
/// Identifies a person or an anonymous visitor.
public typealias PersonID = Identifier<PersonKind>

/// A signed-in browser or app.
public enum SessionKind: IdentifierKind { public static let prefix = "ses" }
/// Identifies a session; never its secret.
public typealias SessionID = Identifier<SessionKind>

/// A token for programs.
public enum TokenKind: IdentifierKind { public static let prefix = "tok" }
/// Identifies an API token; never its secret.
public typealias TokenID = Identifier<TokenKind>

/// A shop.
public enum ShopKind: IdentifierKind { public static let prefix = "shp" }
/// Identifies a shop.
public typealias ShopID = Identifier<ShopKind>

/// A category of goods.
public enum CategoryKind: IdentifierKind { public static let prefix = "cat" }
/// Identifies a category.
public typealias CategoryID = Identifier<CategoryKind>

/// A product.
public enum ProductKind: IdentifierKind { public static let prefix = "prd" }
/// Identifies a product.
public typealias ProductID = Identifier<ProductKind>

/// A variant (SKU) of a product.
public enum VariantKind: IdentifierKind { public static let prefix = "var" }
/// Identifies a variant.
public typealias VariantID = Identifier<VariantKind>

/// A short video.
public enum VideoKind: IdentifierKind { public static let prefix = "vid" }
/// Identifies a short video.
public typealias VideoID = Identifier<VideoKind>

/// A comment under a video.
public enum CommentKind: IdentifierKind { public static let prefix = "cmt" }
/// Identifies a comment.
public typealias CommentID = Identifier<CommentKind>

/// A slate: the goods and videos shown for one request.
public enum SlateKind: IdentifierKind { public static let prefix = "slt" }
/// Identifies a logged slate.
public typealias SlateID = Identifier<SlateKind>

/// Everything that was bought at one checkout, one order per shop.
public enum OrderGroupKind: IdentifierKind { public static let prefix = "grp" }
/// Identifies an order group.
public typealias OrderGroupID = Identifier<OrderGroupKind>

/// An order at one shop.
public enum OrderKind: IdentifierKind { public static let prefix = "ord" }
/// Identifies an order.
public typealias OrderID = Identifier<OrderKind>

/// A line of an order.
public enum OrderLineKind: IdentifierKind { public static let prefix = "lin" }
/// Identifies an order line.
public typealias OrderLineID = Identifier<OrderLineKind>

/// A reservation of stock.
public enum ReservationKind: IdentifierKind { public static let prefix = "rsv" }
/// Identifies a reservation.
public typealias ReservationID = Identifier<ReservationKind>

/// A payment intent.
public enum PaymentIntentKind: IdentifierKind { public static let prefix = "pay" }
/// Identifies a payment intent.
public typealias PaymentIntentID = Identifier<PaymentIntentKind>

/// A refund.
public enum RefundKind: IdentifierKind { public static let prefix = "rfd" }
/// Identifies a refund.
public typealias RefundID = Identifier<RefundKind>

/// A flash lot.
public enum FlashLotKind: IdentifierKind { public static let prefix = "flt" }
/// Identifies a flash lot.
public typealias FlashLotID = Identifier<FlashLotKind>

/// A company that represents creators.
public enum AgencyKind: IdentifierKind { public static let prefix = "agn" }
/// Identifies an agency.
public typealias AgencyID = Identifier<AgencyKind>

/// An entry of the ledger.
public enum LedgerEntryKind: IdentifierKind { public static let prefix = "ent" }
/// Identifies a ledger entry.
public typealias LedgerEntryID = Identifier<LedgerEntryKind>

/// A settlement run: lines whose money became payable together.
public enum SettlementKind: IdentifierKind { public static let prefix = "stl" }
/// Identifies a settlement run.
public typealias SettlementID = Identifier<SettlementKind>

/// Money on its way to a shop, creator or agency.
public enum PayoutKind: IdentifierKind { public static let prefix = "pyo" }
/// Identifies a payout.
public typealias PayoutID = Identifier<PayoutKind>

/// An after-sale case.
public enum AfterSaleCaseKind: IdentifierKind { public static let prefix = "cse" }
/// Identifies an after-sale case.
public typealias AfterSaleCaseID = Identifier<AfterSaleCaseKind>

/// A creator's link to a product.
public enum PromotionLinkKind: IdentifierKind { public static let prefix = "lnk" }
/// Identifies a promotion link.
public typealias PromotionLinkID = Identifier<PromotionLinkKind>

/// A decision record.
public enum DecisionKind: IdentifierKind { public static let prefix = "dcs" }
/// Identifies a decision record.
public typealias DecisionID = Identifier<DecisionKind>

/// An experiment.
public enum ExperimentKind: IdentifierKind { public static let prefix = "exp" }
/// Identifies an experiment.
public typealias ExperimentID = Identifier<ExperimentKind>

/// A coupon.
public enum CouponKind: IdentifierKind { public static let prefix = "cpn" }
/// Identifies a coupon.
public typealias CouponID = Identifier<CouponKind>

/// A price of a variant that holds under a rule: a deal, a tier of members, a live session.
public enum PriceOfferKind: IdentifierKind { public static let prefix = "ofr" }
/// Identifies a price offer.
public typealias PriceOfferID = Identifier<PriceOfferKind>

/// How a shop charges for delivery.
public enum FreightTemplateKind: IdentifierKind { public static let prefix = "frt" }
/// Identifies a freight template.
public typealias FreightTemplateID = Identifier<FreightTemplateKind>

/// What a checkout costs, as a buyer was shown it.
public enum QuoteKind: IdentifierKind { public static let prefix = "qte" }
/// Identifies a quote.
public typealias QuoteID = Identifier<QuoteKind>

/// An invitation to answer a survey.
public enum InvitationKind: IdentifierKind { public static let prefix = "inv" }
/// Identifies an invitation to answer a survey.
public typealias InvitationID = Identifier<InvitationKind>

/// An allocation of money or traffic.
public enum AllocationKind: IdentifierKind { public static let prefix = "alo" }
/// Identifies an allocation of money or traffic.
public typealias AllocationID = Identifier<AllocationKind>

/// A warehouse of a shop.
public enum WarehouseKind: IdentifierKind { public static let prefix = "whs" }
/// Identifies a warehouse.
public typealias WarehouseID = Identifier<WarehouseKind>

/// Goods that are on their way to a warehouse.
public enum InboundOrderKind: IdentifierKind { public static let prefix = "inb" }
/// Identifies an inbound order.
public typealias InboundOrderID = Identifier<InboundOrderKind>

/// A parcel of an order.
public enum ShipmentKind: IdentifierKind { public static let prefix = "pcl" }
/// Identifies a shipment.
public typealias ShipmentID = Identifier<ShipmentKind>

/// A message about an order.
public enum OrderMessageKind: IdentifierKind { public static let prefix = "msg" }
/// Identifies a message about an order.
public typealias OrderMessageID = Identifier<OrderMessageKind>

/// An address of a shop's own program that is told what happens.
public enum WebhookEndpointKind: IdentifierKind { public static let prefix = "whk" }
/// An address of a shop's own program that is told what happens.
public typealias WebhookEndpointID = Identifier<WebhookEndpointKind>

/// One message to one such address.
public enum WebhookDeliveryKind: IdentifierKind { public static let prefix = "whd" }
/// One message to one such address.
public typealias WebhookDeliveryID = Identifier<WebhookDeliveryKind>

/// Marks identifiers of a shop's rules about its goods.
public enum GoodsRuleKind: IdentifierKind { public static let prefix = "rul" }
/// Identifies a rule about a shop's goods.
public typealias GoodsRuleID = Identifier<GoodsRuleKind>

/// A live session of a creator or a shop.
public enum LiveSessionKind: IdentifierKind { public static let prefix = "lvs" }
/// Identifies a live session.
public typealias LiveSessionID = Identifier<LiveSessionKind>

/// What somebody wrote in a live session.
public enum LiveMessageKind: IdentifierKind { public static let prefix = "lvm" }
/// Identifies a message in a live session.
public typealias LiveMessageID = Identifier<LiveMessageKind>
