-- How much of an order line is in open parcels, has left, and will not be shipped any more.
CREATE TABLE fulfilment_lines (
    line TEXT PRIMARY KEY,
    order_id TEXT NOT NULL,
    shop TEXT NOT NULL,
    variant TEXT NOT NULL,
    reservation TEXT,
    quantity BIGINT NOT NULL,
    planned BIGINT NOT NULL DEFAULT 0 CHECK (planned >= 0),
    shipped BIGINT NOT NULL DEFAULT 0,
    withdrawn BIGINT NOT NULL DEFAULT 0,
    CHECK (planned + shipped + withdrawn <= quantity)
);
CREATE INDEX fulfilment_lines_order ON fulfilment_lines (order_id, line);
CREATE TABLE shipments (
    id TEXT PRIMARY KEY,
    order_id TEXT NOT NULL,
    shop TEXT NOT NULL,
    warehouse TEXT NOT NULL,
    state TEXT NOT NULL,
    carrier TEXT,
    tracking TEXT,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX shipments_order ON shipments (order_id, created_at, id);
CREATE INDEX shipments_open ON shipments (shop, warehouse, created_at, id)
    WHERE state IN ('planned', 'picking', 'picked', 'packed');
CREATE TABLE shipment_lines (
    shipment TEXT NOT NULL,
    line TEXT NOT NULL,
    variant TEXT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    picked BIGINT NOT NULL DEFAULT 0 CHECK (picked >= 0 AND picked <= quantity),
    is_tracked BIGINT NOT NULL,
    PRIMARY KEY (shipment, line)
);
CREATE TABLE shipment_steps (
    shipment TEXT NOT NULL,
    position BIGINT NOT NULL,
    state TEXT NOT NULL,
    person TEXT,
    happened_at BIGINT NOT NULL,
    PRIMARY KEY (shipment, position)
);
