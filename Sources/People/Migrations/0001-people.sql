CREATE TABLE people (
    id TEXT PRIMARY KEY,
    email TEXT UNIQUE,
    handle TEXT UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT,
    language TEXT NOT NULL,
    bio_en TEXT NOT NULL DEFAULT '',
    bio_zh TEXT NOT NULL DEFAULT '',
    avatar TEXT,
    created_at BIGINT NOT NULL
);
CREATE TABLE person_roles (
    person TEXT NOT NULL,
    role TEXT NOT NULL,
    PRIMARY KEY (person, role)
);
CREATE INDEX person_roles_role ON person_roles (role, person);
CREATE TABLE shop_staff (
    shop TEXT NOT NULL,
    person TEXT NOT NULL,
    role TEXT NOT NULL,
    PRIMARY KEY (shop, person)
);
CREATE INDEX shop_staff_person ON shop_staff (person);
CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    secret_hash TEXT NOT NULL UNIQUE,
    previous_hash TEXT,
    device TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    rotated_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_person ON sessions (person);
CREATE INDEX sessions_previous ON sessions (previous_hash);
CREATE TABLE api_tokens (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    secret_hash TEXT NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT
);
CREATE INDEX api_tokens_person ON api_tokens (person);
