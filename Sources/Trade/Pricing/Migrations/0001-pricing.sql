CREATE TABLE price_offers (
    id TEXT PRIMARY KEY,
    shop TEXT NOT NULL,
    variant TEXT NOT NULL,
    rule TEXT NOT NULL,
    audience TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    zone TEXT NOT NULL
);
CREATE INDEX price_offers_variant ON price_offers (variant, ends_at);
CREATE INDEX price_offers_shop ON price_offers (shop, ends_at);
CREATE TABLE freight_templates (
    id TEXT PRIMARY KEY,
    shop TEXT NOT NULL,
    name TEXT NOT NULL,
    measure TEXT NOT NULL,
    currency TEXT NOT NULL,
    zones TEXT NOT NULL,
    is_default BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX freight_templates_shop ON freight_templates (shop, created_at);
CREATE TABLE product_freight (
    product TEXT PRIMARY KEY,
    shop TEXT NOT NULL,
    template TEXT,
    grams BIGINT NOT NULL CHECK (grams >= 0)
);
CREATE TABLE tax_rates (
    shop TEXT NOT NULL,
    category TEXT NOT NULL,
    region TEXT NOT NULL,
    rate BIGINT NOT NULL,
    is_included BIGINT NOT NULL,
    PRIMARY KEY (shop, category, region)
);
CREATE TABLE quotes (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    content TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX quotes_expiry ON quotes (expires_at);
