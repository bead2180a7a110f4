ALTER TABLE products ADD COLUMN code TEXT NOT NULL DEFAULT '';
ALTER TABLE products ADD COLUMN is_archived BIGINT NOT NULL DEFAULT 0;
ALTER TABLE products ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE variants ADD COLUMN is_retired BIGINT NOT NULL DEFAULT 0;
CREATE INDEX products_desk ON products (shop, is_archived, created_at, id);
CREATE INDEX products_code ON products (shop, code);
CREATE INDEX variants_sku ON variants (shop, sku);
ALTER TABLE products ADD COLUMN alts TEXT NOT NULL DEFAULT '{}';
