-- +goose Up
CREATE TABLE evidence (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    name text NOT NULL,
    person_id bigint REFERENCES people (id),
    staff_id bigint REFERENCES staff (id),
    change_id bigint REFERENCES change_requests (id),
    content_type text NOT NULL CHECK (content_type IN ('image/jpeg', 'application/pdf')),
    size bigint NOT NULL CHECK (size > 0 AND size <= 2097152),
    sha256 bytea NOT NULL,
    content bytea NOT NULL,
    created_at timestamptz NOT NULL,
    CHECK ((person_id IS NULL) <> (staff_id IS NULL))
);
CREATE UNIQUE INDEX evidence_name ON evidence (name);
CREATE UNIQUE INDEX evidence_once ON evidence (change_id, sha256) WHERE change_id IS NOT NULL;
CREATE INDEX evidence_person ON evidence (person_id, created_at);
CREATE INDEX evidence_staff ON evidence (staff_id, created_at);
CREATE INDEX evidence_loose ON evidence (created_at) WHERE change_id IS NULL;
