-- +goose Up
-- The bank's result sheets on their way onto a payment list.
CREATE TABLE result_sheets (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    staff_id integer REFERENCES staff (id),
    run_id integer REFERENCES payment_runs (id),
    file_name text NOT NULL DEFAULT '',
    file_hash blob NOT NULL,
    state text NOT NULL CHECK (state IN ('asked', 'previewed', 'applied', 'dropped')),
    plan blob NOT NULL,
    counts text NOT NULL DEFAULT '{}',
    content text NOT NULL DEFAULT '',
    created_at datetime NOT NULL,
    applied_at datetime,
    CHECK ((state = 'applied') = (applied_at IS NOT NULL)),
    CHECK (run_id IS NOT NULL OR state IN ('asked', 'dropped')),
    -- A file is full of account numbers: it stays only while it may be confirmed.
    CHECK (state IN ('asked', 'previewed') OR content = '')
);
CREATE INDEX result_sheets_ward ON result_sheets (ward_id, created_at);
