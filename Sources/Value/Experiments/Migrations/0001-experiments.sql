-- The key of every assignment; drawn once, shared by all nodes, never changed: changing it would move everybody.
CREATE TABLE experiment_secret (
    id BIGINT PRIMARY KEY,
    secret TEXT NOT NULL
);
CREATE TABLE experiment_holdouts (
    name TEXT PRIMARY KEY,
    share BIGINT NOT NULL CHECK (share BETWEEN 0 AND 1000)
);
INSERT INTO experiment_holdouts (name, share) VALUES ('global', 100), ('ranking', 100);
-- Whoever takes buckets of a layer raises its version from the one they read, so that two cannot take the same.
CREATE TABLE experiment_layers (
    name TEXT PRIMARY KEY,
    version BIGINT NOT NULL
);
INSERT INTO experiment_layers (name, version) VALUES ('ranking', 0);
CREATE TABLE experiments (
    id TEXT PRIMARY KEY,
    decision TEXT NOT NULL,
    purpose TEXT NOT NULL,
    layer TEXT NOT NULL,
    terms TEXT NOT NULL,
    state TEXT NOT NULL,
    buckets TEXT NOT NULL,
    people BIGINT NOT NULL DEFAULT 0,
    cost BIGINT,
    currency TEXT,
    author TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT
);
CREATE INDEX experiments_created ON experiments (created_at, id);
CREATE INDEX experiments_decision ON experiments (decision);
CREATE INDEX experiments_running ON experiments (layer) WHERE state = 'running';
-- One row a person (and window): first exposure and what they have brought since, by metric.
CREATE TABLE experiment_people (
    experiment TEXT NOT NULL,
    person TEXT NOT NULL,
    period BIGINT NOT NULL,
    arm BIGINT NOT NULL,
    day BIGINT NOT NULL,
    exposed_at BIGINT NOT NULL,
    totals TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (person, experiment, period)
);
CREATE TABLE experiment_events (
    event TEXT PRIMARY KEY,
    happened_at BIGINT NOT NULL
);
CREATE INDEX experiment_events_age ON experiment_events (happened_at);
-- Moments of persons, by the day (or window) of first exposure, so that cells share nobody and may be merged.
CREATE TABLE experiment_cells (
    experiment TEXT NOT NULL,
    arm BIGINT NOT NULL,
    metric TEXT NOT NULL,
    day BIGINT NOT NULL,
    people BIGINT NOT NULL,
    moments TEXT NOT NULL,
    PRIMARY KEY (experiment, day, arm, metric)
);
-- What was there at a planned look; a result between two looks is that of the last one.
CREATE TABLE experiment_looks (
    experiment TEXT NOT NULL,
    look BIGINT NOT NULL,
    people BIGINT NOT NULL,
    moments TEXT NOT NULL,
    taken_at BIGINT NOT NULL,
    PRIMARY KEY (experiment, look)
);
