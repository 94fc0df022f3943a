-- +goose Up
-- How much of a month's money a list takes at most off what is owed back.
CREATE TABLE debt_caps (
    person_id integer PRIMARY KEY REFERENCES people (id),
    ward_id integer NOT NULL REFERENCES wards (id),
    most integer NOT NULL CHECK (most > 0),
    since text NOT NULL,
    staff_id integer REFERENCES staff (id),
    at datetime NOT NULL
);
CREATE INDEX debt_caps_ward ON debt_caps (ward_id);
