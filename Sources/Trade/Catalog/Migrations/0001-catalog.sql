CREATE TABLE categories (
    id TEXT PRIMARY KEY,
    parent TEXT,
    name_en TEXT NOT NULL,
    name_zh TEXT NOT NULL,
    emoji TEXT NOT NULL DEFAULT '',
    position BIGINT NOT NULL
);
CREATE TABLE products (
    id TEXT PRIMARY KEY,
    shop TEXT NOT NULL,
    category TEXT NOT NULL,
    title_en TEXT NOT NULL,
    title_zh TEXT NOT NULL,
    description_en TEXT NOT NULL,
    description_zh TEXT NOT NULL,
    brand TEXT NOT NULL,
    attributes TEXT NOT NULL,
    media TEXT NOT NULL,
    is_listed BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX products_shop ON products (shop, is_listed, created_at);
CREATE INDEX products_category ON products (category, is_listed, created_at);
CREATE TABLE variants (
    id TEXT PRIMARY KEY,
    product TEXT NOT NULL,
    shop TEXT NOT NULL,
    spec_en TEXT NOT NULL,
    spec_zh TEXT NOT NULL,
    sku TEXT NOT NULL,
    position BIGINT NOT NULL
);
CREATE INDEX variants_product ON variants (product, position);
CREATE TABLE prices (
    variant TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT,
    amount BIGINT NOT NULL,
    list_amount BIGINT,
    currency TEXT NOT NULL,
    PRIMARY KEY (variant, starts_at)
);
