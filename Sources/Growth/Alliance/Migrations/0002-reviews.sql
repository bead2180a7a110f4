ALTER TABLE commission_lines ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE commission_lines ADD COLUMN decided_at BIGINT;
CREATE INDEX commission_lines_reviewed ON commission_lines (decided_at, line) WHERE decided_at IS NOT NULL;
CREATE INDEX commission_lines_shop ON commission_lines (shop, created_at, line);
CREATE INDEX commission_plans_effective ON commission_plans (effective_from, product);
CREATE INDEX commission_plans_shop ON commission_plans (shop, product);
