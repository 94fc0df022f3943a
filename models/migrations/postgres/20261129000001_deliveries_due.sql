-- +goose Up
-- A delivery of which nothing has left waits for its time in its own row: what
-- works through hundreds of them leaves it out until then.
ALTER TABLE deliveries ADD COLUMN due_at timestamptz;
