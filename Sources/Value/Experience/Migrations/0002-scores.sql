CREATE TABLE score_products (
    product TEXT PRIMARY KEY,
    category TEXT NOT NULL
);
-- One row an order: what is known of it, and the points that it has brought its shop (thousandths, absent where it has no
-- say). Every column but the points only ever grows or is set once, so the order in which facts arrive leaves no trace.
CREATE TABLE score_orders (
    order_id TEXT PRIMARY KEY,
    shop TEXT NOT NULL DEFAULT '',
    category TEXT NOT NULL DEFAULT '',
    paid_at BIGINT,
    shipped_at BIGINT,
    completed_at BIGINT,
    cancelled_at BIGINT,
    quality_cases BIGINT NOT NULL DEFAULT 0,
    disputed_cases BIGINT NOT NULL DEFAULT 0,
    ended_cases BIGINT NOT NULL DEFAULT 0,
    asked_logistics BIGINT,
    asked_goods BIGINT,
    asked_service BIGINT,
    is_left_out BIGINT NOT NULL DEFAULT 0,
    day BIGINT,
    goods BIGINT,
    logistics BIGINT,
    service BIGINT
);
CREATE INDEX score_orders_shop ON score_orders (shop, day);
-- Which cases an order's counts have in them already.
CREATE TABLE score_cases (
    case_id TEXT NOT NULL,
    mark TEXT NOT NULL,
    PRIMARY KEY (case_id, mark)
);
-- Sums over orders; integers, so that they are exact whatever came first.
CREATE TABLE score_cells (
    shop TEXT NOT NULL,
    category TEXT NOT NULL,
    day BIGINT NOT NULL,
    part TEXT NOT NULL,
    orders BIGINT NOT NULL,
    points BIGINT NOT NULL,
    PRIMARY KEY (shop, category, day, part)
);
CREATE INDEX score_cells_day ON score_cells (day, category);
-- What shops have against an order's counting. Never deleted, also when everything else is made anew from the journal.
CREATE TABLE score_appeals (
    order_id TEXT PRIMARY KEY,
    shop TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    person TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    note TEXT NOT NULL DEFAULT '',
    decided_by TEXT,
    decided_at BIGINT
);
CREATE INDEX score_appeals_state ON score_appeals (state, created_at);
CREATE INDEX score_appeals_shop ON score_appeals (shop, created_at);
