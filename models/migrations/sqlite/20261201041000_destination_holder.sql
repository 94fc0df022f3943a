-- +goose Up
-- A destination is an account with its holder, or a way that needs no account.
-- Of who is on the roster nobody has said: their accounts go on as their own.
ALTER TABLE people ADD COLUMN pay_way text NOT NULL DEFAULT '';
ALTER TABLE people ADD COLUMN bank_holder text NOT NULL DEFAULT '';
ALTER TABLE people ADD COLUMN bank_relation text NOT NULL DEFAULT '';
ALTER TABLE payment_lines ADD COLUMN pay_way text NOT NULL DEFAULT '';
ALTER TABLE payment_lines ADD COLUMN bank_holder text NOT NULL DEFAULT '';
ALTER TABLE payment_lines ADD COLUMN bank_relation text NOT NULL DEFAULT '';
