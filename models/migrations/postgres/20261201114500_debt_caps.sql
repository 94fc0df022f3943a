-- +goose Up
-- How much of a month's money a list takes at most off what is owed back.
CREATE TABLE debt_caps (
    person_id bigint PRIMARY KEY REFERENCES people (id),
    ward_id bigint NOT NULL REFERENCES wards (id),
    most bigint NOT NULL CHECK (most > 0),
    since text NOT NULL,
    staff_id bigint REFERENCES staff (id),
    at timestamptz NOT NULL
);
CREATE INDEX debt_caps_ward ON debt_caps (ward_id);
