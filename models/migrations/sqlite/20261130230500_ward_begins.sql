-- +goose Up
-- The first month that the ward pays by these lists; null is that of its first list.
ALTER TABLE wards ADD COLUMN pay_from text;
