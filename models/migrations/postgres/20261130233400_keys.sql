-- +goose Up
-- By what the installation's keys are known: which one seals, and those that were
-- taken away, themselves sealed.
CREATE TABLE IF NOT EXISTS keys (
    id text PRIMARY KEY,
    value text NOT NULL,
    at timestamptz NOT NULL
);
