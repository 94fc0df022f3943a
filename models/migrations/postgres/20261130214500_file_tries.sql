-- +goose Up
-- Files that people gave to be opened, whatever came of them.
CREATE TABLE file_tries (
    id         bigserial PRIMARY KEY,
    ward_id    bigint NOT NULL REFERENCES wards (id),
    giver      text NOT NULL, -- person:12 or staff:3
    event      text NOT NULL, -- that brought the file
    created_at timestamptz NOT NULL
);
CREATE INDEX file_tries_giver ON file_tries (ward_id, giver, created_at);
