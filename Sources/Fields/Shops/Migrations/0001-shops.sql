CREATE TABLE shops (
    id TEXT PRIMARY KEY,
    name_en TEXT NOT NULL,
    name_zh TEXT NOT NULL,
    about_en TEXT NOT NULL,
    about_zh TEXT NOT NULL,
    logo TEXT,
    created_at BIGINT NOT NULL
);
