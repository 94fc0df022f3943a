-- +goose Up
ALTER TABLE people ADD COLUMN phone_tail blob;
ALTER TABLE people ADD COLUMN phone_head blob;
ALTER TABLE staff ADD COLUMN phone_hash blob;
CREATE INDEX people_phone_tail ON people (ward_id, phone_tail) WHERE phone_tail IS NOT NULL;
CREATE INDEX people_phone_head ON people (ward_id, phone_head) WHERE phone_head IS NOT NULL;
CREATE INDEX people_phone_any ON people (ward_id, phone_hash) WHERE phone_hash IS NOT NULL;
