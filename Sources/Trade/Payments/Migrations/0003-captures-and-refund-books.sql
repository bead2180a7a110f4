CREATE TABLE payment_operations (
    intent TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (intent, kind)
);
CREATE INDEX payment_operations_pending ON payment_operations (created_at) WHERE state = 'pending';
CREATE TABLE test_provider_refunds (
    refund TEXT PRIMARY KEY,
    intent TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0)
);
CREATE INDEX test_provider_refunds_intent ON test_provider_refunds (intent);
