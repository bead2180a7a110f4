CREATE TABLE webhook_endpoints (
    id TEXT PRIMARY KEY,
    shop TEXT NOT NULL,
    url TEXT NOT NULL,
    topics TEXT NOT NULL,
    secret TEXT NOT NULL,
    is_paused BIGINT NOT NULL DEFAULT 0,
    failing_since BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX webhook_endpoints_shop ON webhook_endpoints (shop);
CREATE TABLE webhook_deliveries (
    id TEXT PRIMARY KEY,
    endpoint TEXT NOT NULL,
    topic TEXT NOT NULL,
    body TEXT NOT NULL,
    happened_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    due_at BIGINT,
    state TEXT NOT NULL,
    answer TEXT
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX webhook_deliveries_endpoint ON webhook_deliveries (endpoint, happened_at, id);
CREATE INDEX webhook_deliveries_age ON webhook_deliveries (happened_at);
