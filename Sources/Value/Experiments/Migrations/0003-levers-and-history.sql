-- Coupons and exploration pools are levers as ranking is: each has its layer and a holdout of its own.
INSERT INTO experiment_layers (name, version) VALUES ('coupons', 0), ('pools', 0);
INSERT INTO experiment_holdouts (name, share) VALUES ('coupons', 100), ('pools', 100);
-- What people brought lately, by week: from it a person's covariates are taken at the first exposure.
CREATE TABLE experiment_history (
    person TEXT PRIMARY KEY,
    week BIGINT NOT NULL,
    weeks TEXT NOT NULL
);
CREATE INDEX experiment_history_age ON experiment_history (week);
ALTER TABLE experiment_people ADD COLUMN earlier TEXT NOT NULL DEFAULT '{}';
CREATE INDEX experiment_people_of ON experiment_people (experiment, person, period);
