-- +goose Up
-- What a ward decides not to take back of what it paid too much.
CREATE TABLE waivers (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    person_id bigint NOT NULL REFERENCES people (id),
    amount bigint NOT NULL CHECK (amount > 0),
    decision text NOT NULL,
    state text NOT NULL CHECK (state IN ('asked', 'agreed', 'refused')),
    version bigint NOT NULL,
    proposed_by_staff bigint REFERENCES staff (id),
    submitted_at timestamptz NOT NULL,
    reminded_at timestamptz,
    decided_by_staff bigint REFERENCES staff (id),
    decided_at timestamptz
);
CREATE INDEX waivers_person ON waivers (person_id);
CREATE UNIQUE INDEX waivers_asked ON waivers (person_id) WHERE state = 'asked';

-- Which months of which posts are not taken back.
CREATE TABLE waiver_parts (
    id bigserial PRIMARY KEY,
    waiver_id bigint NOT NULL REFERENCES waivers (id),
    ward_id bigint NOT NULL REFERENCES wards (id),
    person_id bigint NOT NULL REFERENCES people (id),
    month text NOT NULL,
    policy_id bigint NOT NULL REFERENCES policies (id),
    term_id bigint NOT NULL REFERENCES terms (id),
    branch_id bigint NOT NULL REFERENCES branches (id),
    role text NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0)
);
CREATE INDEX waiver_parts_person ON waiver_parts (ward_id, person_id, month);
CREATE INDEX waiver_parts_waiver ON waiver_parts (waiver_id);
