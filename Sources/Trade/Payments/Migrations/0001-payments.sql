CREATE TABLE payment_intents (
    id TEXT PRIMARY KEY,
    order_group TEXT NOT NULL UNIQUE,
    buyer TEXT NOT NULL,
    amount BIGINT NOT NULL,
    refunded BIGINT NOT NULL DEFAULT 0 CHECK (refunded >= 0 AND refunded <= amount),
    currency TEXT NOT NULL,
    state TEXT NOT NULL,
    provider TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE TABLE refunds (
    id TEXT PRIMARY KEY,
    intent TEXT NOT NULL,
    source TEXT NOT NULL UNIQUE,
    amount BIGINT NOT NULL CHECK (amount > 0),
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX refunds_intent ON refunds (intent);
CREATE INDEX refunds_pending ON refunds (state, created_at);
CREATE TABLE webhook_inbox (
    provider TEXT NOT NULL,
    event TEXT NOT NULL,
    payload TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    processed_at BIGINT,
    outcome TEXT,
    PRIMARY KEY (provider, event)
);
CREATE INDEX webhook_inbox_waiting ON webhook_inbox (received_at) WHERE processed_at IS NULL;
