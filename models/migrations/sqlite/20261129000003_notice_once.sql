-- +goose Up
-- What of a notice may have arrived is sent again, unless its author would rather
-- have a gap than a repeat.
ALTER TABLE notices ADD COLUMN once boolean NOT NULL DEFAULT false;
ALTER TABLE recurring_notices ADD COLUMN once boolean NOT NULL DEFAULT false;
