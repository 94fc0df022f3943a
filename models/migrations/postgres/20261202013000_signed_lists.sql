-- +goose Up
-- Certificates of the ward's tokens, which two humans vouch for.
CREATE TABLE ward_certificates (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    fingerprint bytea NOT NULL,
    subject text NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_to timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('seen', 'asked', 'agreed', 'refused', 'ended')),
    version bigint NOT NULL,
    proposed_by_staff bigint REFERENCES staff (id),
    submitted_at timestamptz,
    reminded_at timestamptz,
    decided_by_staff bigint REFERENCES staff (id),
    decided_at timestamptz
);
CREATE UNIQUE INDEX ward_certificates_fingerprint ON ward_certificates (ward_id, fingerprint);

-- Papers of lists that went out to be signed, and came back.
CREATE TABLE signed_lists (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    run_id bigint NOT NULL REFERENCES payment_runs (id),
    list_sum bytea NOT NULL,
    paper_sum bytea NOT NULL,
    paper_size bigint NOT NULL CHECK (paper_size > 0),
    offered_at timestamptz NOT NULL,
    content bytea,
    certificate_id bigint REFERENCES ward_certificates (id),
    signatures bigint NOT NULL,
    received_at timestamptz,
    received_by_staff bigint REFERENCES staff (id)
);
CREATE UNIQUE INDEX signed_lists_paper ON signed_lists (ward_id, paper_sum);
CREATE INDEX signed_lists_run ON signed_lists (run_id);
