-- +goose Up
-- Transfers that failed and debts are few among all lines, and asked for by
-- every run.
CREATE INDEX payment_lines_open ON payment_lines (ward_id, person_id) WHERE state IN ('failed', 'returned', 'carried');

-- What a source of money gives the ward for a year.
CREATE TABLE budgets (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    source text NOT NULL CHECK (source <> ''),
    year bigint NOT NULL CHECK (year BETWEEN 2000 AND 2100),
    amount bigint NOT NULL CHECK (amount > 0),
    staff_id bigint REFERENCES staff (id),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX budgets_source ON budgets (ward_id, source, year);

ALTER TABLE people ADD COLUMN every_stage boolean NOT NULL DEFAULT false;
