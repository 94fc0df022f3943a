-- +goose Up
-- What a ward pays, a second human agrees to. What it pays already, it goes on paying.
ALTER TABLE policies ADD COLUMN state text NOT NULL DEFAULT 'in_force' CHECK (state IN ('proposed', 'in_force', 'ending', 'refused'));
ALTER TABLE policies ALTER COLUMN state DROP DEFAULT;
ALTER TABLE policies ADD COLUMN version bigint NOT NULL DEFAULT 1;
ALTER TABLE policies ADD COLUMN replaces_id bigint REFERENCES policies (id);
-- The last day that is proposed.
ALTER TABLE policies ADD COLUMN ending_on date;
ALTER TABLE policies ADD COLUMN proposed_by_staff bigint REFERENCES staff (id);
ALTER TABLE policies ADD COLUMN submitted_at timestamptz;
ALTER TABLE policies ADD COLUMN reminded_at timestamptz;
ALTER TABLE policies ADD COLUMN decided_by_staff bigint REFERENCES staff (id);
ALTER TABLE policies ADD COLUMN decided_at timestamptz;
ALTER TABLE policies ADD CONSTRAINT policies_ending CHECK ((state = 'ending') = (ending_on IS NOT NULL));
