-- From here on a variant counts as low; absent for one that nobody watches.
ALTER TABLE stock_levels ADD COLUMN low_at BIGINT;
-- How often the number was set from outside, without saying what moved.
ALTER TABLE stock_levels ADD COLUMN edition BIGINT NOT NULL DEFAULT 0;
CREATE INDEX stock_levels_shop ON stock_levels (shop, variant);
CREATE INDEX stock_levels_watched ON stock_levels (shop, variant) WHERE low_at IS NOT NULL;
-- Units of a reservation that have left the house, and what a reservation without an order line is for.
ALTER TABLE reservations ADD COLUMN shipped BIGINT NOT NULL DEFAULT 0;
ALTER TABLE reservations ADD COLUMN cause TEXT;
CREATE INDEX reservations_unshipped ON reservations (variant) WHERE state = 'committed' AND shipped < quantity;
CREATE INDEX reservations_cause ON reservations (cause) WHERE cause IS NOT NULL;
