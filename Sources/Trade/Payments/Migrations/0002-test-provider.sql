CREATE TABLE test_provider_payments (
    intent TEXT PRIMARY KEY,
    amount BIGINT NOT NULL,
    currency TEXT NOT NULL,
    state TEXT NOT NULL,
    return_url TEXT NOT NULL
);
CREATE TABLE test_provider_events (
    id TEXT PRIMARY KEY,
    payload TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    delivered_at BIGINT
);
CREATE INDEX test_provider_events_due ON test_provider_events (due_at) WHERE delivered_at IS NULL;
