-- The key of every draw; made once, shared by all nodes.
CREATE TABLE survey_secret (
    id BIGINT PRIMARY KEY,
    secret TEXT NOT NULL
);
-- What is known of everybody, whether or not they answer. Who was asked last is one conditional write away.
CREATE TABLE survey_people (
    person TEXT PRIMARY KEY,
    has_account BIGINT NOT NULL DEFAULT 0,
    orders BIGINT NOT NULL DEFAULT 0,
    asked_at BIGINT
);
CREATE TABLE survey_orders (
    order_id TEXT PRIMARY KEY,
    paid_at BIGINT NOT NULL
);
CREATE INDEX survey_orders_age ON survey_orders (paid_at);
-- Cases that the platform was called into.
CREATE TABLE survey_disputes (
    case_id TEXT PRIMARY KEY
);
-- Everybody (or every order, or every case) that an answer could stand for, with the group they were in before they could
-- be asked.
CREATE TABLE survey_population (
    journey TEXT NOT NULL,
    subject TEXT NOT NULL,
    period BIGINT NOT NULL,
    stratum BIGINT NOT NULL,
    is_drawn BIGINT NOT NULL,
    PRIMARY KEY (journey, subject)
);
CREATE INDEX survey_population_period ON survey_population (journey, period, stratum);
CREATE TABLE survey_invitations (
    id TEXT PRIMARY KEY,
    journey TEXT NOT NULL,
    subject TEXT NOT NULL,
    person TEXT NOT NULL,
    order_id TEXT,
    shop TEXT,
    period BIGINT NOT NULL,
    propensity BIGINT NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    shown_at BIGINT,
    ended_at BIGINT,
    score BIGINT CHECK (score BETWEEN 0 AND 10),
    drivers TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    UNIQUE (journey, subject)
);
CREATE INDEX survey_invitations_open ON survey_invitations (person) WHERE state = 'open';
CREATE INDEX survey_invitations_period ON survey_invitations (journey, period);
CREATE INDEX survey_invitations_person ON survey_invitations (person, created_at);
CREATE INDEX survey_invitations_shop ON survey_invitations (shop, created_at);
