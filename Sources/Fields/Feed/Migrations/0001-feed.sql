CREATE TABLE slates (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    surface TEXT NOT NULL,
    model TEXT NOT NULL,
    slots TEXT NOT NULL,
    shown_at BIGINT NOT NULL
);
CREATE INDEX slates_person ON slates (person, shown_at);
