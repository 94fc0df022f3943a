-- +goose Up
-- The journal is chained by a key: each entry names it, "" before there was one.
ALTER TABLE audit_entries ADD COLUMN key_id text NOT NULL DEFAULT '';

-- How far each ward's journal goes, under the same key: whoever cuts its end off
-- is found out.
CREATE TABLE journal_heads (
    ward_id bigint PRIMARY KEY REFERENCES wards (id),
    seq bigint NOT NULL,
    hash bytea NOT NULL,
    key_id text NOT NULL,
    mac bytea NOT NULL
);

CREATE TRIGGER audit_entries_no_truncate BEFORE TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
