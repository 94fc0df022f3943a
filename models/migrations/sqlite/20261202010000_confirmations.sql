-- +goose Up
-- Papers about a person that whoever is shown one can check.
CREATE TABLE confirmations (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    person_id integer NOT NULL REFERENCES people (id),
    kind text NOT NULL CHECK (kind IN ('office', 'payment')),
    line_id integer REFERENCES payment_lines (id),
    token_hash blob,
    said text NOT NULL,
    issued_at datetime NOT NULL,
    expires_at datetime NOT NULL,
    revoked_at datetime,
    revoked_by_staff integer REFERENCES staff (id),
    CHECK ((kind = 'payment') = (line_id IS NOT NULL))
);
CREATE UNIQUE INDEX confirmations_token ON confirmations (token_hash);
CREATE INDEX confirmations_person ON confirmations (person_id, issued_at);
CREATE INDEX confirmations_expires ON confirmations (expires_at);
