-- +goose Up
-- What a ward decides not to take back of what it paid too much.
CREATE TABLE waivers (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    person_id integer NOT NULL REFERENCES people (id),
    amount integer NOT NULL CHECK (amount > 0),
    decision text NOT NULL,
    state text NOT NULL CHECK (state IN ('asked', 'agreed', 'refused')),
    version integer NOT NULL,
    proposed_by_staff integer REFERENCES staff (id),
    submitted_at datetime NOT NULL,
    reminded_at datetime,
    decided_by_staff integer REFERENCES staff (id),
    decided_at datetime
);
CREATE INDEX waivers_person ON waivers (person_id);
CREATE UNIQUE INDEX waivers_asked ON waivers (person_id) WHERE state = 'asked';

-- Which months of which posts are not taken back.
CREATE TABLE waiver_parts (
    id integer PRIMARY KEY AUTOINCREMENT,
    waiver_id integer NOT NULL REFERENCES waivers (id),
    ward_id integer NOT NULL REFERENCES wards (id),
    person_id integer NOT NULL REFERENCES people (id),
    month text NOT NULL,
    policy_id integer NOT NULL REFERENCES policies (id),
    term_id integer NOT NULL REFERENCES terms (id),
    branch_id integer NOT NULL REFERENCES branches (id),
    role text NOT NULL,
    amount integer NOT NULL CHECK (amount > 0)
);
CREATE INDEX waiver_parts_person ON waiver_parts (ward_id, person_id, month);
CREATE INDEX waiver_parts_waiver ON waiver_parts (waiver_id);
