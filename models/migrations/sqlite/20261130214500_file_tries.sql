-- +goose Up
-- Files that people gave to be opened, whatever came of them.
CREATE TABLE file_tries (
    id         integer PRIMARY KEY AUTOINCREMENT,
    ward_id    integer NOT NULL REFERENCES wards (id),
    giver      text NOT NULL, -- person:12 or staff:3
    event      text NOT NULL, -- that brought the file
    created_at datetime NOT NULL
);
CREATE INDEX file_tries_giver ON file_tries (ward_id, giver, created_at);
