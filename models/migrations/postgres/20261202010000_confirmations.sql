-- +goose Up
-- Papers about a person that whoever is shown one can check.
CREATE TABLE confirmations (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    person_id bigint NOT NULL REFERENCES people (id),
    kind text NOT NULL CHECK (kind IN ('office', 'payment')),
    line_id bigint REFERENCES payment_lines (id),
    token_hash bytea,
    said text NOT NULL,
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    revoked_by_staff bigint REFERENCES staff (id),
    CHECK ((kind = 'payment') = (line_id IS NOT NULL))
);
CREATE UNIQUE INDEX confirmations_token ON confirmations (token_hash);
CREATE INDEX confirmations_person ON confirmations (person_id, issued_at);
CREATE INDEX confirmations_expires ON confirmations (expires_at);
