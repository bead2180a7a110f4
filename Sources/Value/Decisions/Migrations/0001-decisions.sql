-- What was claimed is one text, so that freezing it is one condition: it is written while the state is draft only.
CREATE TABLE decisions (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    terms TEXT NOT NULL,
    author TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    started_at BIGINT
);
CREATE INDEX decisions_created ON decisions (created_at, id);
CREATE TABLE decision_acknowledgements (
    decision TEXT NOT NULL,
    mistake TEXT NOT NULL,
    reason TEXT NOT NULL,
    person TEXT NOT NULL,
    happened_at BIGINT NOT NULL,
    PRIMARY KEY (decision, mistake)
);
CREATE TABLE decision_amendments (
    decision TEXT NOT NULL,
    position BIGINT NOT NULL,
    part TEXT NOT NULL,
    change TEXT NOT NULL,
    reason TEXT NOT NULL,
    person TEXT NOT NULL,
    happened_at BIGINT NOT NULL,
    PRIMARY KEY (decision, position)
);
CREATE TABLE decision_steps (
    decision TEXT NOT NULL,
    position BIGINT NOT NULL,
    event TEXT NOT NULL,
    state TEXT NOT NULL,
    person TEXT NOT NULL,
    note TEXT NOT NULL,
    happened_at BIGINT NOT NULL,
    PRIMARY KEY (decision, position)
);
