CREATE TABLE commission_plans (
    product TEXT NOT NULL,
    version BIGINT NOT NULL,
    shop TEXT NOT NULL,
    rate BIGINT NOT NULL CHECK (rate BETWEEN 0 AND 10000),
    effective_from BIGINT NOT NULL,
    set_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (product, version)
);
CREATE TABLE promotion_links (
    id TEXT PRIMARY KEY,
    creator TEXT NOT NULL,
    product TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (creator, product)
);
CREATE TABLE creator_touches (
    person TEXT NOT NULL,
    product TEXT NOT NULL,
    creator TEXT NOT NULL,
    cause TEXT NOT NULL,
    touched_at BIGINT NOT NULL,
    PRIMARY KEY (person, product, touched_at, creator, cause)
);
CREATE TABLE agency_members (
    creator TEXT PRIMARY KEY,
    agency TEXT NOT NULL,
    share BIGINT NOT NULL CHECK (share BETWEEN 0 AND 10000),
    joined_at BIGINT NOT NULL
);
CREATE TABLE person_devices (
    device TEXT NOT NULL,
    person TEXT NOT NULL,
    PRIMARY KEY (device, person)
);
CREATE INDEX person_devices_person ON person_devices (person);
CREATE TABLE commission_lines (
    line TEXT PRIMARY KEY,
    order_group TEXT NOT NULL,
    product TEXT NOT NULL,
    shop TEXT NOT NULL,
    buyer TEXT NOT NULL,
    creator TEXT NOT NULL,
    agency TEXT,
    plan_version BIGINT NOT NULL,
    rate BIGINT NOT NULL,
    agency_share BIGINT NOT NULL,
    base BIGINT NOT NULL,
    currency TEXT NOT NULL,
    touches TEXT NOT NULL,
    signals TEXT NOT NULL,
    decision TEXT,
    decided_by TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX commission_lines_creator ON commission_lines (creator, created_at, line);
CREATE INDEX commission_lines_held ON commission_lines (created_at, line) WHERE signals <> '[]' AND decision IS NULL;
