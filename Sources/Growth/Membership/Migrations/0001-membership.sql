CREATE TABLE shop_members (
    shop TEXT NOT NULL,
    person TEXT NOT NULL,
    terms BIGINT NOT NULL,
    joined_at BIGINT NOT NULL,
    PRIMARY KEY (shop, person)
);
CREATE INDEX shop_members_person ON shop_members (person, joined_at);
