-- +goose Up
-- Until when an account that an officer asked for takes two signatures, since the
-- chat or the number that it was asked by was younger than the ward's days.
ALTER TABLE change_requests ADD COLUMN held_until timestamptz;
ALTER TABLE wards ADD COLUMN hold_days integer NOT NULL DEFAULT 7 CHECK (hold_days BETWEEN 0 AND 366);
