-- A settlement run takes a stretch of what is due, and writes one index in the order in which it goes.
DROP INDEX ledger_holdbacks_due;
CREATE INDEX ledger_holdbacks_due ON ledger_holdbacks (release_at, number)
    WHERE settlement IS NULL AND blocks = 0 AND release_at IS NOT NULL;
DROP INDEX ledger_holdbacks_settlement;
CREATE INDEX ledger_holdbacks_settlement ON ledger_holdbacks (settlement) WHERE settlement IS NOT NULL;
