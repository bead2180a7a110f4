CREATE TABLE goods_rules (
    id TEXT PRIMARY KEY,
    shop TEXT NOT NULL,
    product TEXT NOT NULL,
    variant TEXT,
    at_most BIGINT,
    starts_at BIGINT,
    ends_at BIGINT,
    amount BIGINT,
    currency TEXT,
    state TEXT NOT NULL,
    amount_before BIGINT,
    list_before BIGINT,
    refusal TEXT NOT NULL,
    set_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX goods_rules_shop ON goods_rules (shop, created_at, id);
CREATE INDEX goods_rules_open ON goods_rules (id) WHERE state <> 'over';
-- Two rules must not set one price, or move one product, against each other.
CREATE UNIQUE INDEX goods_rules_price ON goods_rules (variant) WHERE state <> 'over' AND amount IS NOT NULL;
CREATE UNIQUE INDEX goods_rules_shelf ON goods_rules (product) WHERE state <> 'over' AND amount IS NULL;
