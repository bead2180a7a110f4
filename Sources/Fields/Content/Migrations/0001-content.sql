CREATE TABLE videos (
    id TEXT PRIMARY KEY,
    creator TEXT NOT NULL,
    caption_en TEXT NOT NULL,
    caption_zh TEXT NOT NULL,
    hashtags TEXT NOT NULL,
    media TEXT NOT NULL,
    poster TEXT,
    duration_ms BIGINT NOT NULL,
    is_listed BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX videos_creator ON videos (creator, is_listed, created_at);
CREATE TABLE video_products (
    video TEXT NOT NULL,
    product TEXT NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (video, product)
);
CREATE INDEX video_products_product ON video_products (product);
CREATE TABLE reactions (
    person TEXT NOT NULL,
    subject TEXT NOT NULL,
    kind TEXT NOT NULL,
    reacted_at BIGINT NOT NULL,
    PRIMARY KEY (person, subject, kind)
);
CREATE INDEX reactions_subject ON reactions (subject, kind);
CREATE TABLE follows (
    person TEXT NOT NULL,
    subject TEXT NOT NULL,
    followed_at BIGINT NOT NULL,
    PRIMARY KEY (person, subject)
);
CREATE INDEX follows_subject ON follows (subject);
CREATE TABLE comments (
    id TEXT PRIMARY KEY,
    video TEXT NOT NULL,
    person TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX comments_video ON comments (video, created_at, id);
