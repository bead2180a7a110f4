CREATE INDEX price_offers_audience ON price_offers (audience, ends_at);
