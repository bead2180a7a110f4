CREATE TABLE order_groups (
    id TEXT PRIMARY KEY,
    buyer TEXT NOT NULL,
    total BIGINT NOT NULL,
    currency TEXT NOT NULL,
    address TEXT NOT NULL,
    reserved_until BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX order_groups_buyer ON order_groups (buyer, created_at);
CREATE TABLE orders (
    id TEXT PRIMARY KEY,
    order_group TEXT NOT NULL,
    shop TEXT NOT NULL,
    buyer TEXT NOT NULL,
    state TEXT NOT NULL,
    total BIGINT NOT NULL,
    currency TEXT NOT NULL,
    carrier TEXT,
    tracking TEXT,
    reason TEXT,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX orders_group ON orders (order_group);
CREATE INDEX orders_buyer ON orders (buyer, created_at, id);
CREATE INDEX orders_shop ON orders (shop, created_at, id);
CREATE INDEX orders_shop_state ON orders (shop, state, created_at, id);
CREATE TABLE order_lines (
    id TEXT PRIMARY KEY,
    order_id TEXT NOT NULL,
    shop TEXT NOT NULL,
    product TEXT NOT NULL,
    variant TEXT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    title_en TEXT NOT NULL,
    title_zh TEXT NOT NULL,
    spec_en TEXT NOT NULL,
    spec_zh TEXT NOT NULL,
    image TEXT,
    unit_amount BIGINT NOT NULL,
    list_amount BIGINT,
    amount BIGINT NOT NULL,
    reservation TEXT,
    slate TEXT
);
CREATE INDEX order_lines_order ON order_lines (order_id);
CREATE TABLE order_history (
    order_id TEXT NOT NULL,
    position BIGINT NOT NULL,
    state TEXT NOT NULL,
    person TEXT,
    note TEXT NOT NULL,
    happened_at BIGINT NOT NULL,
    PRIMARY KEY (order_id, position)
);
