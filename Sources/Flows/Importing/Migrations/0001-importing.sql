CREATE TABLE datasets (
    namespace TEXT PRIMARY KEY,
    name_en TEXT NOT NULL,
    name_zh TEXT NOT NULL,
    kind TEXT NOT NULL,
    currency TEXT NOT NULL
);
CREATE TABLE import_progress (
    namespace TEXT NOT NULL,
    file TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    row_number BIGINT NOT NULL,
    rows_read BIGINT NOT NULL,
    rows_refused BIGINT NOT NULL,
    is_done BIGINT NOT NULL,
    PRIMARY KEY (namespace, file)
);
-- What stands in the store as which content: key and digest are halves of SHA-256 values.
CREATE TABLE import_rows (
    row_key BIGINT PRIMARY KEY,
    digest BIGINT NOT NULL
);
-- Products that changed but were not announced to the journal yet.
CREATE TABLE import_unannounced (
    product TEXT PRIMARY KEY
);
