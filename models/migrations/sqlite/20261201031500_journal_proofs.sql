-- +goose Up
-- How far the clock has proved each ward's journal, under the key that chains it.
CREATE TABLE journal_proofs (
    ward_id integer PRIMARY KEY REFERENCES wards (id),
    seq integer NOT NULL,
    hash blob NOT NULL,
    keyed boolean NOT NULL,
    at datetime NOT NULL,
    whole_at datetime,
    key_id text NOT NULL,
    mac blob NOT NULL
);

-- What was found wrong with it, each once.
CREATE TABLE journal_faults (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    seq integer NOT NULL,
    why text NOT NULL,
    found_at datetime NOT NULL
);
CREATE UNIQUE INDEX journal_faults_once ON journal_faults (ward_id, seq, why);

-- How far it went on a day, as its leaders were told.
CREATE TABLE journal_days (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    day text NOT NULL,
    seq integer NOT NULL,
    hash blob NOT NULL
);
CREATE UNIQUE INDEX journal_days_once ON journal_days (ward_id, day);
