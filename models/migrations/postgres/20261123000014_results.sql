-- +goose Up
-- The bank's result sheets on their way onto a payment list.
CREATE TABLE result_sheets (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    staff_id bigint REFERENCES staff (id),
    run_id bigint REFERENCES payment_runs (id),
    file_name text NOT NULL DEFAULT '',
    file_hash bytea NOT NULL,
    state text NOT NULL CHECK (state IN ('asked', 'previewed', 'applied', 'dropped')),
    plan bytea NOT NULL,
    counts text NOT NULL DEFAULT '{}',
    content text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    applied_at timestamptz,
    CHECK ((state = 'applied') = (applied_at IS NOT NULL)),
    CHECK (run_id IS NOT NULL OR state IN ('asked', 'dropped')),
    -- A file is full of account numbers: it stays only while it may be confirmed.
    CHECK (state IN ('asked', 'previewed') OR content = '')
);
CREATE INDEX result_sheets_ward ON result_sheets (ward_id, created_at);
