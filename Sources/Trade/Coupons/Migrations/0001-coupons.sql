CREATE TABLE coupons (
    id TEXT PRIMARY KEY,
    shop TEXT,
    creator TEXT,
    name_en TEXT NOT NULL,
    name_zh TEXT NOT NULL,
    code TEXT,
    kind TEXT NOT NULL,
    value BIGINT NOT NULL CHECK (value > 0),
    ceiling BIGINT,
    threshold BIGINT NOT NULL CHECK (threshold >= 0),
    products TEXT,
    currency TEXT NOT NULL,
    shop_share BIGINT NOT NULL,
    platform_share BIGINT NOT NULL,
    creator_share BIGINT NOT NULL,
    person_limit BIGINT NOT NULL CHECK (person_limit > 0),
    uses BIGINT NOT NULL,
    uses_left BIGINT NOT NULL CHECK (uses_left >= 0),
    budget BIGINT NOT NULL,
    budget_left BIGINT NOT NULL CHECK (budget_left >= 0),
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    zone TEXT NOT NULL,
    decision TEXT,
    shop_agreed_at BIGINT,
    platform_agreed_at BIGINT,
    creator_agreed_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX coupons_code ON coupons (code) WHERE code IS NOT NULL;
CREATE INDEX coupons_shop ON coupons (shop, created_at);
CREATE INDEX coupons_creator ON coupons (creator, created_at) WHERE creator IS NOT NULL;
CREATE TABLE coupon_claims (
    person TEXT NOT NULL,
    coupon TEXT NOT NULL,
    used BIGINT NOT NULL CHECK (used >= 0),
    claimed_at BIGINT NOT NULL,
    PRIMARY KEY (person, coupon)
);
CREATE TABLE coupon_uses (
    order_group TEXT NOT NULL,
    coupon TEXT NOT NULL,
    person TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    state TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (order_group, coupon)
);
CREATE INDEX coupon_uses_held ON coupon_uses (coupon, expires_at) WHERE state = 'held';
