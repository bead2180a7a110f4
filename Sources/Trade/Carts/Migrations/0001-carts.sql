CREATE TABLE cart_lines (
    person TEXT NOT NULL,
    variant TEXT NOT NULL,
    product TEXT NOT NULL,
    shop TEXT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    shown_amount BIGINT NOT NULL,
    slate TEXT,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (person, variant)
);
