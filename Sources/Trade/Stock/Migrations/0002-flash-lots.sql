CREATE TABLE flash_lots (
    id TEXT PRIMARY KEY,
    variant TEXT NOT NULL,
    shop TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    total BIGINT NOT NULL CHECK (total > 0),
    remaining BIGINT NOT NULL CHECK (remaining >= 0),
    buyer_limit BIGINT NOT NULL CHECK (buyer_limit > 0),
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL
);
CREATE INDEX flash_lots_variant ON flash_lots (variant, ends_at);
CREATE INDEX flash_lots_shop ON flash_lots (shop, starts_at);
CREATE TABLE flash_claims (
    lot TEXT NOT NULL,
    buyer TEXT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity >= 0),
    PRIMARY KEY (lot, buyer)
);
ALTER TABLE reservations ADD COLUMN flash_lot TEXT;
ALTER TABLE reservations ADD COLUMN buyer TEXT;
