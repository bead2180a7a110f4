-- Whoever met an experiment as a visitor stays in that arm as a person, whatever the hash of the person says.
CREATE TABLE experiment_kept (
    experiment TEXT NOT NULL,
    person TEXT NOT NULL,
    arm BIGINT NOT NULL,
    PRIMARY KEY (experiment, person)
);
-- Everybody against those who are held out of everything.
INSERT INTO experiment_layers (name, version) VALUES ('everything', 0);
