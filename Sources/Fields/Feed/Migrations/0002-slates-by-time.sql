CREATE INDEX slates_time ON slates (shown_at, id);
