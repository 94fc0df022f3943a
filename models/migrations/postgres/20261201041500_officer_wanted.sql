-- +goose Up
-- Which person of the roster a ward user says they are, until another agrees; 0 for none.
ALTER TABLE staff ADD COLUMN officer_wanted bigint;
