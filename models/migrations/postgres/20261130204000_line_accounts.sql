-- +goose Up
-- The account that a list was signed with, whole, as a keyed hash: its bank and
-- last digits could be another's. Lists of before know no more than those.
ALTER TABLE payment_lines ADD COLUMN bank_hash bytea;
