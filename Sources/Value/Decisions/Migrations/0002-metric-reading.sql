-- What the North Star tree knew of the metric when the draft was last written or the decision was started.
ALTER TABLE decisions ADD COLUMN reading TEXT NOT NULL DEFAULT '{}';
