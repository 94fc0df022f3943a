-- +goose Up
-- Whether somebody said which officer a ward user is, or that they are none. Of
-- those so far who were taken for an officer somebody has. Their citizen's number
-- finds two rows that are one human.
ALTER TABLE staff ADD COLUMN officer_said boolean NOT NULL DEFAULT false;
ALTER TABLE staff ADD COLUMN citizen_id text NOT NULL DEFAULT '';
ALTER TABLE staff ADD COLUMN citizen_hash blob;
UPDATE staff SET officer_said = true WHERE person_id IS NOT NULL;
