CREATE TABLE stripe_checkouts (
    intent TEXT PRIMARY KEY,
    attempt BIGINT NOT NULL,
    session TEXT NOT NULL
);
ALTER TABLE test_provider_payments ADD COLUMN created_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE test_provider_refunds ADD COLUMN created_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX test_provider_payments_age ON test_provider_payments (created_at);
CREATE INDEX test_provider_refunds_age ON test_provider_refunds (created_at);
CREATE INDEX payment_intents_age ON payment_intents (created_at);
CREATE INDEX refunds_age ON refunds (created_at);
