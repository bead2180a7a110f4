CREATE TABLE stock_levels (
    variant TEXT PRIMARY KEY,
    product TEXT NOT NULL,
    shop TEXT NOT NULL,
    available BIGINT NOT NULL CHECK (available >= 0)
);
CREATE INDEX stock_levels_product ON stock_levels (product);
CREATE TABLE reservations (
    id TEXT PRIMARY KEY,
    variant TEXT NOT NULL,
    shop TEXT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    state TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX reservations_held ON reservations (variant, expires_at) WHERE state = 'held';
