CREATE TABLE order_messages (
    id TEXT PRIMARY KEY,
    order_id TEXT NOT NULL,
    author TEXT NOT NULL,
    is_from_shop BIGINT NOT NULL,
    content TEXT NOT NULL,
    sent_at BIGINT NOT NULL
);
CREATE INDEX order_messages_order ON order_messages (order_id, sent_at, id);
-- What each side has not read yet.
CREATE TABLE order_conversations (
    order_id TEXT PRIMARY KEY,
    shop TEXT NOT NULL,
    buyer TEXT NOT NULL,
    unread_by_buyer BIGINT NOT NULL,
    unread_by_shop BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX order_conversations_buyer ON order_conversations (buyer, changed_at) WHERE unread_by_buyer > 0;
CREATE INDEX order_conversations_shop ON order_conversations (shop, changed_at) WHERE unread_by_shop > 0;
