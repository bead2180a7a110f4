-- A tree is one text and never rewritten: whoever changes it adds the next version.
CREATE TABLE north_star_versions (
    version BIGINT PRIMARY KEY,
    tree TEXT NOT NULL,
    note TEXT NOT NULL,
    person TEXT NOT NULL,
    made_at BIGINT NOT NULL
);
-- What past experiments did to a process metric and to the North Star, on the same people.
CREATE TABLE north_star_effects (
    experiment TEXT NOT NULL,
    metric TEXT NOT NULL,
    proxy DOUBLE PRECISION NOT NULL,
    north_star DOUBLE PRECISION NOT NULL,
    proxy_error DOUBLE PRECISION NOT NULL,
    covariance DOUBLE PRECISION NOT NULL,
    learnt_at BIGINT NOT NULL,
    PRIMARY KEY (metric, experiment)
);
