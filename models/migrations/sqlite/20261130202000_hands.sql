-- +goose Up
-- Who brought about what proves a person: their invite, their link, their number.
-- For a while they sign nothing about where that person's money goes.
CREATE TABLE hands (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    person_id integer NOT NULL REFERENCES people (id),
    staff_id integer NOT NULL REFERENCES staff (id),
    how text NOT NULL CHECK (how <> ''),
    at datetime NOT NULL
);
CREATE INDEX hands_person ON hands (ward_id, person_id, at);
INSERT INTO hands (ward_id, person_id, staff_id, how, at)
SELECT ward_id, person_id, created_by_staff, 'invite', created_at FROM invites WHERE person_id IS NOT NULL AND created_by_staff IS NOT NULL
UNION ALL
SELECT ward_id, person_id, decided_by_staff, 'link', decided_at FROM link_requests
WHERE state = 'agreed' AND person_id IS NOT NULL AND decided_by_staff IS NOT NULL AND decided_at IS NOT NULL;
-- How many days that is.
ALTER TABLE wards ADD COLUMN hands_days integer NOT NULL DEFAULT 30 CHECK (hands_days BETWEEN 0 AND 366);
