ALTER TABLE order_lines ADD COLUMN charges TEXT;
ALTER TABLE order_lines ADD COLUMN price_rule TEXT;
ALTER TABLE order_lines ADD COLUMN price_version BIGINT;
ALTER TABLE order_lines ADD COLUMN price_source TEXT;
