-- +goose Up
-- Sheets on their way into the roster.
CREATE TABLE imports (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    staff_id bigint REFERENCES staff (id),
    file_name text NOT NULL DEFAULT '',
    file_hash bytea NOT NULL,
    state text NOT NULL CHECK (state IN ('previewed', 'applied', 'dropped')),
    plan bytea NOT NULL,
    counts text NOT NULL DEFAULT '{}',
    outcome text NOT NULL DEFAULT '[]',
    content text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    applied_at timestamptz,
    CHECK ((state = 'applied') = (applied_at IS NOT NULL)),
    -- A file is full of personal data: it stays only while it may be confirmed.
    CHECK (state = 'previewed' OR content = '')
);
CREATE INDEX imports_ward ON imports (ward_id, created_at);
