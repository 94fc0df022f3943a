-- +goose Up
-- What wards have beside a rate for a post: rates by class of village, a pool that
-- is shared, less for who only stands in, and what is held back.
ALTER TABLE policies ADD COLUMN villages text NOT NULL DEFAULT '[]';
ALTER TABLE policies ADD COLUMN pool integer NOT NULL DEFAULT 0 CHECK (pool >= 0);
ALTER TABLE policies ADD COLUMN acting_percent integer NOT NULL DEFAULT 0 CHECK (acting_percent BETWEEN 0 AND 100);
ALTER TABLE policies ADD COLUMN deduct_percent integer NOT NULL DEFAULT 0 CHECK (deduct_percent BETWEEN 0 AND 10000);
ALTER TABLE policies ADD COLUMN deduct_amount integer NOT NULL DEFAULT 0 CHECK (deduct_amount >= 0);
ALTER TABLE policies ADD COLUMN deduct_basis text NOT NULL DEFAULT '';
ALTER TABLE payment_components ADD COLUMN deducted integer NOT NULL DEFAULT 0 CHECK (deducted >= 0);
