CREATE TABLE live_sessions (
    id TEXT PRIMARY KEY,
    host TEXT NOT NULL,
    title_en TEXT NOT NULL,
    title_zh TEXT NOT NULL,
    cover TEXT,
    planned_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    pinned TEXT,
    banned_words TEXT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX live_sessions_host ON live_sessions (host, planned_at);
CREATE INDEX live_sessions_state ON live_sessions (state, planned_at);
CREATE TABLE live_products (
    session TEXT NOT NULL,
    product TEXT NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (session, product)
);
CREATE INDEX live_products_product ON live_products (product);
CREATE TABLE live_pins (
    number SERIAL_KEY,
    session TEXT NOT NULL,
    product TEXT NOT NULL,
    pinned_at BIGINT NOT NULL,
    unpinned_at BIGINT
);
CREATE INDEX live_pins_session ON live_pins (session, number);
CREATE TABLE live_watchers (
    session TEXT NOT NULL,
    person TEXT NOT NULL,
    joined_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    liked_at BIGINT,
    PRIMARY KEY (session, person)
);
CREATE INDEX live_watchers_person ON live_watchers (person, seen_at);
CREATE INDEX live_watchers_seen ON live_watchers (session, seen_at);
CREATE TABLE live_messages (
    id TEXT PRIMARY KEY,
    session TEXT NOT NULL,
    person TEXT NOT NULL,
    body TEXT NOT NULL,
    sent_at BIGINT NOT NULL
);
CREATE INDEX live_messages_session ON live_messages (session, sent_at, id);
CREATE TABLE live_mutes (
    session TEXT NOT NULL,
    person TEXT NOT NULL,
    muted_at BIGINT NOT NULL,
    PRIMARY KEY (session, person)
);
