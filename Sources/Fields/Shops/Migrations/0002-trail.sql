CREATE TABLE shop_trail (
    number SERIAL_KEY,
    shop TEXT NOT NULL,
    at BIGINT NOT NULL,
    person TEXT NOT NULL,
    action TEXT NOT NULL,
    thing TEXT NOT NULL,
    name TEXT NOT NULL,
    version BIGINT,
    changes TEXT NOT NULL
);
CREATE INDEX shop_trail_shop ON shop_trail (shop, number);
CREATE INDEX shop_trail_thing ON shop_trail (thing, number);
