-- +goose Up
-- What a ward has said that a bank means by a phrase that is not surely an answer.
CREATE TABLE result_words (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    words text NOT NULL,
    text text NOT NULL,
    answer text NOT NULL CHECK (answer IN ('paid', 'failed', 'returned', 'waiting')),
    staff_id integer REFERENCES staff (id),
    at datetime NOT NULL,
    UNIQUE (ward_id, words)
);
