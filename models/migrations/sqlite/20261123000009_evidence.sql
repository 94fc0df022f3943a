-- +goose Up
CREATE TABLE evidence (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    name text NOT NULL,
    person_id integer REFERENCES people (id),
    staff_id integer REFERENCES staff (id),
    change_id integer REFERENCES change_requests (id),
    content_type text NOT NULL CHECK (content_type IN ('image/jpeg', 'application/pdf')),
    size integer NOT NULL CHECK (size > 0 AND size <= 2097152),
    sha256 blob NOT NULL,
    content blob NOT NULL,
    created_at datetime NOT NULL,
    CHECK ((person_id IS NULL) <> (staff_id IS NULL))
);
CREATE UNIQUE INDEX evidence_name ON evidence (name);
CREATE UNIQUE INDEX evidence_once ON evidence (change_id, sha256) WHERE change_id IS NOT NULL;
CREATE INDEX evidence_person ON evidence (person_id, created_at);
CREATE INDEX evidence_staff ON evidence (staff_id, created_at);
CREATE INDEX evidence_loose ON evidence (created_at) WHERE change_id IS NULL;
