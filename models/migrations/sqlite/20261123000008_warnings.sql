-- +goose Up
-- How long a term usually lasts by the organization's charter, in whole years;
-- 0 when it has no usual length. The ward may correct it: youth branches elect
-- anew sooner than the others.
ALTER TABLE organizations ADD COLUMN term_years integer NOT NULL DEFAULT 5;
UPDATE organizations SET term_years = 3 WHERE code = 'youth';
