-- +goose Up
-- The journal is chained by a key: each entry names it, "" before there was one.
ALTER TABLE audit_entries ADD COLUMN key_id text NOT NULL DEFAULT '';

-- How far each ward's journal goes, under the same key: whoever cuts its end off
-- is found out.
CREATE TABLE journal_heads (
    ward_id integer PRIMARY KEY REFERENCES wards (id),
    seq integer NOT NULL,
    hash blob NOT NULL,
    key_id text NOT NULL,
    mac blob NOT NULL
);
