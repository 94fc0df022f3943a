-- +goose Up
-- Certificates of the ward's tokens, which two humans vouch for.
CREATE TABLE ward_certificates (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    fingerprint blob NOT NULL,
    subject text NOT NULL,
    valid_from datetime NOT NULL,
    valid_to datetime NOT NULL,
    state text NOT NULL CHECK (state IN ('seen', 'asked', 'agreed', 'refused', 'ended')),
    version integer NOT NULL,
    proposed_by_staff integer REFERENCES staff (id),
    submitted_at datetime,
    reminded_at datetime,
    decided_by_staff integer REFERENCES staff (id),
    decided_at datetime
);
CREATE UNIQUE INDEX ward_certificates_fingerprint ON ward_certificates (ward_id, fingerprint);

-- Papers of lists that went out to be signed, and came back.
CREATE TABLE signed_lists (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    run_id integer NOT NULL REFERENCES payment_runs (id),
    list_sum blob NOT NULL,
    paper_sum blob NOT NULL,
    paper_size integer NOT NULL CHECK (paper_size > 0),
    offered_at datetime NOT NULL,
    content blob,
    certificate_id integer REFERENCES ward_certificates (id),
    signatures integer NOT NULL,
    received_at datetime,
    received_by_staff integer REFERENCES staff (id)
);
CREATE UNIQUE INDEX signed_lists_paper ON signed_lists (ward_id, paper_sum);
CREATE INDEX signed_lists_run ON signed_lists (run_id);
