-- How many points of the North Star may be given up in a time. What is spent is one conditional write.
CREATE TABLE experience_budgets (
    id BIGINT PRIMARY KEY,
    decision TEXT NOT NULL,
    person TEXT NOT NULL,
    allowance DOUBLE PRECISION NOT NULL,
    spent DOUBLE PRECISION NOT NULL DEFAULT 0,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE TABLE experience_spending (
    budget BIGINT NOT NULL,
    position BIGINT NOT NULL,
    decision TEXT NOT NULL,
    what TEXT NOT NULL,
    points DOUBLE PRECISION NOT NULL,
    spent_at BIGINT NOT NULL,
    PRIMARY KEY (budget, position)
);
CREATE TABLE allocations (
    id TEXT PRIMARY KEY,
    decision TEXT NOT NULL,
    person TEXT NOT NULL,
    request TEXT NOT NULL,
    outcome TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX allocations_created ON allocations (created_at, id);
