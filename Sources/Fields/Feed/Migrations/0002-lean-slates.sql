-- Slates are written by the thousand a second and read by identifier, which begins with their time.
DROP INDEX slates_person;
