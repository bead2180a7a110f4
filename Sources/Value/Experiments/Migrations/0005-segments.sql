-- Cells by kind of buyer too. Whoever came before this has no kind: -1, in the cells as on the person.
ALTER TABLE experiment_people ADD COLUMN segment BIGINT NOT NULL DEFAULT -1;
ALTER TABLE experiment_cells RENAME TO experiment_cells_of_all;
CREATE TABLE experiment_cells (
    experiment TEXT NOT NULL,
    arm BIGINT NOT NULL,
    metric TEXT NOT NULL,
    day BIGINT NOT NULL,
    segment BIGINT NOT NULL,
    people BIGINT NOT NULL,
    moments TEXT NOT NULL,
    PRIMARY KEY (experiment, day, arm, segment, metric)
);
INSERT INTO experiment_cells (experiment, arm, metric, day, segment, people, moments)
    SELECT experiment, arm, metric, day, -1, people, moments FROM experiment_cells_of_all;
DROP TABLE experiment_cells_of_all;
