-- +goose Up
-- What a ward has said that a bank means by a phrase that is not surely an answer.
CREATE TABLE result_words (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    words text NOT NULL,
    text text NOT NULL,
    answer text NOT NULL CHECK (answer IN ('paid', 'failed', 'returned', 'waiting')),
    staff_id bigint REFERENCES staff (id),
    at timestamptz NOT NULL,
    UNIQUE (ward_id, words)
);
