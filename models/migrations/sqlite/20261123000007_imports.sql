-- +goose Up
-- Sheets on their way into the roster.
CREATE TABLE imports (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    staff_id integer REFERENCES staff (id),
    file_name text NOT NULL DEFAULT '',
    file_hash blob NOT NULL,
    state text NOT NULL CHECK (state IN ('previewed', 'applied', 'dropped')),
    plan blob NOT NULL,
    counts text NOT NULL DEFAULT '{}',
    outcome text NOT NULL DEFAULT '[]',
    content text NOT NULL DEFAULT '',
    created_at datetime NOT NULL,
    applied_at datetime,
    CHECK ((state = 'applied') = (applied_at IS NOT NULL)),
    -- A file is full of personal data: it stays only while it may be confirmed.
    CHECK (state = 'previewed' OR content = '')
);
CREATE INDEX imports_ward ON imports (ward_id, created_at);
