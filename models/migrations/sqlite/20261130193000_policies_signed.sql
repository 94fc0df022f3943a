-- +goose Up
-- What a ward pays, a second human agrees to. What it pays already, it goes on paying.
ALTER TABLE policies ADD COLUMN state text NOT NULL DEFAULT 'in_force' CHECK (state IN ('proposed', 'in_force', 'ending', 'refused'));
ALTER TABLE policies ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE policies ADD COLUMN replaces_id integer REFERENCES policies (id);
-- The last day that is proposed.
ALTER TABLE policies ADD COLUMN ending_on text CHECK ((state = 'ending') = (ending_on IS NOT NULL));
ALTER TABLE policies ADD COLUMN proposed_by_staff integer REFERENCES staff (id);
ALTER TABLE policies ADD COLUMN submitted_at datetime;
ALTER TABLE policies ADD COLUMN reminded_at datetime;
ALTER TABLE policies ADD COLUMN decided_by_staff integer REFERENCES staff (id);
ALTER TABLE policies ADD COLUMN decided_at datetime;
