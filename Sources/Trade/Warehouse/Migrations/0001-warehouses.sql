CREATE TABLE warehouses (
    id TEXT PRIMARY KEY,
    shop TEXT NOT NULL,
    name TEXT NOT NULL,
    region TEXT NOT NULL,
    is_active BIGINT NOT NULL,
    is_default BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX warehouses_shop ON warehouses (shop, created_at, id);
CREATE UNIQUE INDEX warehouses_default ON warehouses (shop) WHERE is_default = 1;
-- Variants whose goods have a place; the edition is the one of the stock level that they were counted at.
CREATE TABLE warehouse_variants (
    variant TEXT PRIMARY KEY,
    shop TEXT NOT NULL,
    edition BIGINT NOT NULL
);
CREATE TABLE warehouse_levels (
    variant TEXT NOT NULL,
    warehouse TEXT NOT NULL,
    shop TEXT NOT NULL,
    on_hand BIGINT NOT NULL CHECK (on_hand >= 0),
    allocated BIGINT NOT NULL DEFAULT 0 CHECK (allocated >= 0 AND allocated <= on_hand),
    PRIMARY KEY (variant, warehouse)
);
CREATE INDEX warehouse_levels_place ON warehouse_levels (warehouse, variant);
-- Append-only: what moved, why, and what lay there afterwards.
CREATE TABLE stock_movements (
    position SERIAL_KEY,
    shop TEXT NOT NULL,
    warehouse TEXT NOT NULL,
    variant TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    on_hand BIGINT NOT NULL,
    reason TEXT NOT NULL,
    note TEXT NOT NULL,
    cause TEXT,
    person TEXT,
    happened_at BIGINT NOT NULL
);
CREATE INDEX stock_movements_shop ON stock_movements (shop, position);
CREATE INDEX stock_movements_variant ON stock_movements (variant, position);
CREATE INDEX stock_movements_place ON stock_movements (warehouse, variant, position);
-- Deltas of programs, each applied once for its identifier.
CREATE TABLE stock_deltas (
    shop TEXT NOT NULL,
    delta TEXT NOT NULL,
    content TEXT NOT NULL,
    applied_at BIGINT NOT NULL,
    PRIMARY KEY (shop, delta)
);
CREATE TABLE inbound_orders (
    id TEXT PRIMARY KEY,
    shop TEXT NOT NULL,
    warehouse TEXT NOT NULL,
    reference TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX inbound_orders_shop ON inbound_orders (shop, created_at, id);
CREATE TABLE inbound_lines (
    inbound TEXT NOT NULL,
    variant TEXT NOT NULL,
    expected BIGINT NOT NULL CHECK (expected > 0),
    received BIGINT NOT NULL DEFAULT 0 CHECK (received >= 0),
    damaged BIGINT NOT NULL DEFAULT 0 CHECK (damaged >= 0),
    PRIMARY KEY (inbound, variant)
);
