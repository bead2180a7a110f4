CREATE TABLE experiment_holdout_changes (
    name TEXT NOT NULL,
    position BIGINT NOT NULL,
    share BIGINT NOT NULL,
    decision TEXT NOT NULL,
    person TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (name, position)
);
