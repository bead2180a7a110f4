-- A slot is a line now, not JSON; slates of before can't be read as lines.
DELETE FROM slates;
