-- +goose Up
-- Whether a person wants questions short, without examples.
ALTER TABLE people ADD COLUMN brief boolean NOT NULL DEFAULT false;
ALTER TABLE staff ADD COLUMN brief boolean NOT NULL DEFAULT false;

-- Whether what the bot did not understand is kept, masked, to be learned from.
ALTER TABLE wards ADD COLUMN keep_phrases boolean NOT NULL DEFAULT false;

-- How often the bot was not sure what was meant, by the likeliest intent.
CREATE TABLE phrase_counts (
    ward_id integer NOT NULL REFERENCES wards (id),
    day text NOT NULL,
    intent text NOT NULL,
    times integer NOT NULL,
    PRIMARY KEY (ward_id, day, intent)
);

CREATE TABLE kept_phrases (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    intent text NOT NULL,
    masked text NOT NULL,
    created_at datetime NOT NULL
);
CREATE INDEX kept_phrases_ward ON kept_phrases (ward_id, created_at);
