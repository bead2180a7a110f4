CREATE TABLE search_log (
    words TEXT NOT NULL,
    day BIGINT NOT NULL,
    searches BIGINT NOT NULL,
    answered BIGINT NOT NULL,
    PRIMARY KEY (words, day)
);
