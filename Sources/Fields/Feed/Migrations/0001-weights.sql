-- Weight sets are never changed: another set is another version.
CREATE TABLE weight_sets (
    version TEXT PRIMARY KEY,
    weights TEXT NOT NULL,
    author TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
-- What everybody got from when on, and in the name of which decision; only ever added to.
CREATE TABLE weights_in_force (
    position BIGINT PRIMARY KEY,
    version TEXT NOT NULL,
    decision TEXT NOT NULL,
    since BIGINT NOT NULL
);
