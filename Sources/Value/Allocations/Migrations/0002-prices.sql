-- λ and μ of the latest allocation in each currency: what ranking and coupons reckon with.
CREATE TABLE allocation_prices (
    currency TEXT PRIMARY KEY,
    allocation TEXT NOT NULL,
    decision TEXT NOT NULL,
    money DOUBLE PRECISION NOT NULL,
    experience DOUBLE PRECISION NOT NULL,
    published_at BIGINT NOT NULL
);
