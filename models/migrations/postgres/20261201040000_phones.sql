-- +goose Up
ALTER TABLE people ADD COLUMN phone_tail bytea;
ALTER TABLE people ADD COLUMN phone_head bytea;
ALTER TABLE staff ADD COLUMN phone_hash bytea;
CREATE INDEX people_phone_tail ON people (ward_id, phone_tail) WHERE phone_tail IS NOT NULL;
CREATE INDEX people_phone_head ON people (ward_id, phone_head) WHERE phone_head IS NOT NULL;
DROP INDEX IF EXISTS people_phone_parts;
CREATE INDEX people_phone_any ON people (ward_id, phone_hash) WHERE phone_hash IS NOT NULL;
