-- Books: entries, their postings and the chain that seals them. Rows here are only ever added.
CREATE TABLE ledger_entries (
    id TEXT PRIMARY KEY,
    source TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    note TEXT NOT NULL,
    reverses TEXT UNIQUE,
    posted_at BIGINT NOT NULL,
    digest TEXT NOT NULL
);
CREATE INDEX ledger_entries_subject ON ledger_entries (subject);
CREATE TABLE ledger_postings (
    entry TEXT NOT NULL,
    position BIGINT NOT NULL,
    party TEXT NOT NULL,
    account TEXT NOT NULL,
    component TEXT NOT NULL,
    line TEXT,
    amount BIGINT NOT NULL CHECK (amount <> 0),
    currency TEXT NOT NULL,
    posted_at BIGINT NOT NULL,
    PRIMARY KEY (entry, position)
);
CREATE INDEX ledger_postings_party ON ledger_postings (party, posted_at, entry, position);
CREATE TABLE ledger_chain (
    sequence BIGINT PRIMARY KEY,
    entry TEXT NOT NULL UNIQUE,
    hash TEXT NOT NULL
);
-- What follows from the books and can be made again from them.
CREATE TABLE ledger_unsealed (
    number SERIAL_KEY,
    entry TEXT NOT NULL
);
CREATE TABLE ledger_balances (
    account TEXT PRIMARY KEY,
    party TEXT NOT NULL,
    purpose TEXT NOT NULL,
    currency TEXT NOT NULL,
    balance BIGINT NOT NULL,
    negative_since BIGINT
);
CREATE INDEX ledger_balances_party ON ledger_balances (party);
CREATE INDEX ledger_balances_negative ON ledger_balances (negative_since) WHERE negative_since IS NOT NULL;
-- Lines as they were sold, and what has been taken back of each.
CREATE TABLE ledger_lines (
    line TEXT PRIMARY KEY,
    order_id TEXT NOT NULL,
    buyer TEXT NOT NULL,
    shop TEXT NOT NULL,
    creator TEXT,
    agency TEXT,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    currency TEXT NOT NULL,
    tax_included BIGINT NOT NULL,
    amounts TEXT NOT NULL,
    takes BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX ledger_lines_order ON ledger_lines (order_id);
CREATE TABLE ledger_line_returns (
    line TEXT NOT NULL,
    cause TEXT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity >= 0),
    amounts TEXT NOT NULL,
    PRIMARY KEY (line, cause)
);
CREATE TABLE ledger_holdbacks (
    number SERIAL_KEY,
    line TEXT NOT NULL,
    party TEXT NOT NULL,
    amount BIGINT NOT NULL,
    currency TEXT NOT NULL,
    release_at BIGINT,
    blocks BIGINT NOT NULL DEFAULT 0 CHECK (blocks >= 0),
    settlement TEXT,
    UNIQUE (line, party)
);
CREATE INDEX ledger_holdbacks_due ON ledger_holdbacks (release_at)
    WHERE settlement IS NULL AND blocks = 0 AND release_at IS NOT NULL;
CREATE INDEX ledger_holdbacks_settlement ON ledger_holdbacks (settlement, party) WHERE settlement IS NOT NULL;
CREATE TABLE ledger_payouts (
    id TEXT PRIMARY KEY,
    party TEXT NOT NULL,
    currency TEXT NOT NULL,
    number BIGINT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    state TEXT NOT NULL,
    reference TEXT,
    claimed_by TEXT,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    UNIQUE (party, currency, number)
);
CREATE INDEX ledger_payouts_state ON ledger_payouts (state, created_at);
