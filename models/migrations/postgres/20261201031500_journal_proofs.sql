-- +goose Up
-- How far the clock has proved each ward's journal, under the key that chains it.
CREATE TABLE journal_proofs (
    ward_id bigint PRIMARY KEY REFERENCES wards (id),
    seq bigint NOT NULL,
    hash bytea NOT NULL,
    keyed boolean NOT NULL,
    at timestamptz NOT NULL,
    whole_at timestamptz,
    key_id text NOT NULL,
    mac bytea NOT NULL
);

-- What was found wrong with it, each once.
CREATE TABLE journal_faults (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    seq bigint NOT NULL,
    why text NOT NULL,
    found_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX journal_faults_once ON journal_faults (ward_id, seq, why);

-- How far it went on a day, as its leaders were told.
CREATE TABLE journal_days (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    day date NOT NULL,
    seq bigint NOT NULL,
    hash bytea NOT NULL
);
CREATE UNIQUE INDEX journal_days_once ON journal_days (ward_id, day);
