import Store

/// Every place where the marketplace keeps something about a person. A test holds this list against the tables: a column
/// that is neither here nor known to say nothing about anybody fails it.
public enum PersonalColumns {
    /// In the order in which they are exported and erased; what is found through another table comes before it.
    public static let tables = account + content + shopping + orders + money + creators + surveys + work

    private static let account: [PersonalTable] = [
        .init(
            "people", .column("id"), "email handle name language bio_en bio_zh avatar created_at",
            secrets: "password_hash", .deleted),
        .init("person_roles", .column("person"), "role", .deleted),
        .init("shop_staff", .column("person"), "shop role", .deleted),
        .init(
            "sessions", .column("person"), "device created_at rotated_at expires_at",
            secrets: "id secret_hash previous_hash", .deleted),
        .init(
            "api_tokens", .column("person"), "name scopes created_at expires_at", secrets: "id secret_hash", .deleted),
        .init("person_devices", .column("person"), "device", .deleted),
        .init(
            "idempotency_keys", .column("caller"), "key_text created_at", secrets: "fingerprint answer", .deleted),
    ]

    private static let content: [PersonalTable] = [
        .init(
            "videos", .column("creator"),
            "id caption_en caption_zh hashtags media poster duration_ms is_listed created_at",
            .kept(["caption_en": "", "caption_zh": "", "hashtags": "[]"])),
        .init("reactions", .column("person"), "subject kind reacted_at", .deleted),
        .init("follows", .column("person"), "subject followed_at", .deleted),
        .init("comments", .column("person"), "id video body created_at", .deleted),
        .init("live_watchers", .column("person"), "session joined_at seen_at liked_at", .deleted),
        .init("live_messages", .column("person"), "id session body sent_at", .deleted),
        .init("live_mutes", .column("person"), "session muted_at", .deleted),
        .init(
            "live_sessions", .column("host"),
            "id title_en title_zh cover planned_at state pinned banned_words started_at ended_at created_at",
            .kept(["title_en": "—", "title_zh": "—", "banned_words": ""])),
        // Written by the thousand a second and not found by person: they lead to nobody, and go after ninety days.
        .init("slates", .column("person"), "id surface model slots shown_at", .kept([:])),
    ]

    private static let shopping: [PersonalTable] = [
        .init("cart_lines", .column("person"), "variant product shop quantity shown_amount slate added_at", .deleted),
        .init("quotes", .column("person"), "id content expires_at", .deleted),
        .init("shop_members", .column("person"), "shop terms joined_at", .deleted),
        .init("coupon_claims", .column("person"), "coupon used claimed_at", .deleted),
        .init("coupon_uses", .column("person"), "order_group coupon amount state expires_at", .kept([:])),
        .init("flash_claims", .column("buyer"), "lot quantity", .kept([:])),
        .init("reservations", .column("buyer"), "id variant quantity state expires_at", .kept([:])),
    ]

    /// The reason and the address go; what was bought, for how much and when, is the books'.
    private static let orders: [PersonalTable] = [
        .init(
            "after_sale_lines", .throughCase, "line quantity", .kept([:])),
        .init("after_sale_steps", .throughCase, "position event state happened_at", .kept([:])),
        .init("after_sale_steps", .column("person"), "note", .kept(["note": "—"])),
        .init(
            "after_sale_cases", .column("buyer"),
            "id order_id shop kind reason state amount currency is_shipped due_at carrier tracking created_at changed_at",
            .kept(["carrier": "—", "tracking": "—"])),
        .init("order_messages", .column("author"), "order_id is_from_shop content sent_at", .kept(["content": "—"])),
        .init(
            "order_conversations", .column("buyer"), "order_id shop unread_by_buyer unread_by_shop changed_at",
            .kept([:])),
        .init("order_history", .through("order_id", "orders", "buyer"), "position state happened_at", .kept([:])),
        .init("order_history", .column("person"), "note", .kept(["note": ""])),
        .init(
            "order_lines", .through("order_id", "orders", "buyer"),
            """
            id shop product variant quantity title_en title_zh spec_en spec_zh image unit_amount list_amount amount slate \
            charges price_rule price_version price_source
            """, .kept([:])),
        .init(
            "shipments", .through("order_id", "orders", "buyer"),
            "id shop warehouse state carrier tracking created_at changed_at", .kept(["tracking": "—"])),
        .init(
            "orders", .column("buyer"),
            "id order_group shop state total currency carrier tracking reason created_at changed_at",
            .kept(["tracking": "—", "reason": "—"])),
        .init(
            "order_groups", .column("buyer"), "id total currency address reserved_until created_at",
            .kept(["address": #"{"name":"—","phone":"—","region":"—","city":"—","street":"—"}"#])),
    ]

    private static let money: [PersonalTable] = [
        .init(
            "payment_intents", .column("buyer"),
            "id order_group amount refunded currency state provider created_at changed_at",
            .kept([:])),
        .init(
            "ledger_lines", .column("buyer"),
            "line order_id shop quantity currency tax_included amounts takes", .kept([:])),
        .init("ledger_postings", .party("party"), "entry account component line amount currency posted_at", .kept([:])),
        .init("ledger_balances", .party("party"), "account purpose currency balance negative_since", .kept([:])),
        .init("ledger_holdbacks", .party("party"), "line amount currency release_at blocks settlement", .kept([:])),
        .init(
            "ledger_payouts", .party("party"), "id currency number amount state reference created_at changed_at",
            .kept([:])),
    ]

    private static let creators: [PersonalTable] = [
        .init("promotion_links", .column("creator"), "id product created_at", .kept([:])),
        .init("creator_touches", .column("person"), "product cause touched_at", .deleted),
        .init("creator_touches", .column("creator"), "product cause touched_at", .kept([:])),
        .init("agency_members", .column("creator"), "agency share joined_at", .deleted),
        .init(
            "commission_lines", .column("creator"),
            """
            line order_group product shop agency plan_version rate agency_share base currency touches signals decision \
            reason decided_at created_at
            """, .kept([:])),
        .init("commission_lines", .column("buyer"), "line product created_at", .kept([:])),
        .init("coupons", .column("creator"), "id name_en name_zh code creator_share creator_agreed_at", .kept([:])),
        .init("ledger_lines", .column("creator"), "line agency", .kept([:])),
    ]

    private static let surveys: [PersonalTable] = [
        // A survey at random draws persons, others draw orders.
        .init("survey_population", .column("subject"), "journey period stratum is_drawn", .kept([:])),
        .init("survey_people", .column("person"), "has_account orders asked_at", .kept([:])),
        .init(
            "survey_invitations", .column("person"),
            """
            id journey subject order_id shop period propensity state created_at expires_at shown_at ended_at score drivers \
            reason
            """, .kept(["reason": ""])),
        .init("experiment_history", .column("person"), "week weeks", .deleted),
        .init("experiment_kept", .column("person"), "experiment arm", .kept([:])),
        .init(
            "experiment_people", .column("person"), "experiment period arm day segment exposed_at totals earlier",
            .kept([:])),
    ]

    /// What somebody did at work: a shop and the marketplace go on knowing that it was one person, not which.
    private static let work: [PersonalTable] = [
        .init("shop_trail", .column("person"), "shop at action thing name changes", .kept([:])),
        .init("shop_trail", .column("thing"), "name", .kept(["name": ""])),
        .init("stock_movements", .column("person"), "shop variant quantity reason note happened_at", .kept([:])),
        .init("shipment_steps", .column("person"), "shipment state happened_at", .kept([:])),
        .init("goods_rules", .column("set_by"), "id shop product created_at", .kept([:])),
        .init("commission_plans", .column("set_by"), "product version rate created_at", .kept([:])),
        .init("commission_lines", .column("decided_by"), "line decision reason decided_at", .kept([:])),
        .init("ledger_payouts", .column("claimed_by"), "id state", .kept([:])),
        .init("decisions", .column("author"), "id state terms created_at", .kept([:])),
        .init("decision_acknowledgements", .column("person"), "decision mistake reason happened_at", .kept([:])),
        .init("decision_amendments", .column("person"), "decision part change reason happened_at", .kept([:])),
        .init("decision_steps", .column("person"), "decision event note happened_at", .kept([:])),
        .init("experiments", .column("author"), "id decision created_at", .kept([:])),
        .init(
            "experiment_holdout_changes", .column("person"), "name share decision changed_at", .kept([:])),
        .init("weight_sets", .column("author"), "version created_at", .kept([:])),
        .init("north_star_versions", .column("person"), "version note made_at", .kept([:])),
        .init("allocations", .column("person"), "id decision request created_at", .kept([:])),
        .init("experience_budgets", .column("person"), "id decision allowance created_at", .kept([:])),
        .init("score_appeals", .column("person"), "order_id shop reason created_at", .kept([:])),
        .init("score_appeals", .column("decided_by"), "order_id note decided_at", .kept([:])),
    ]
}

extension PersonalTable.Owner {
    fileprivate static let throughCase = Self.through("case_id", "after_sale_cases", "buyer")
}
