-- Share of the feed's slots that exploration may take, from when on, in the name of which decision; only ever added to.
CREATE TABLE exploration_in_force (
    position BIGINT PRIMARY KEY,
    share BIGINT NOT NULL CHECK (share BETWEEN 0 AND 2000),
    decision TEXT NOT NULL,
    since BIGINT NOT NULL
);
-- What one sign of dissatisfaction costs a person, and what a like is worth: with λ and μ it becomes a weight.
CREATE TABLE exchange_rates (
    position BIGINT PRIMARY KEY,
    rates TEXT NOT NULL,
    decision TEXT NOT NULL,
    since BIGINT NOT NULL
);
