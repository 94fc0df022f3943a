-- +goose Up
-- How a bank wants the transfers of a list: its own empty form, as the ward has sent it.
CREATE TABLE bank_forms (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    name text NOT NULL CHECK (name <> ''),
    sheet text NOT NULL,
    above text NOT NULL,
    columns text NOT NULL,
    staff_id integer REFERENCES staff (id),
    at datetime NOT NULL
);
CREATE UNIQUE INDEX bank_forms_name ON bank_forms (ward_id, name);
