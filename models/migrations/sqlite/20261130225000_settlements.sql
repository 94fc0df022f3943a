-- +goose Up
-- An act that gave many lines their outcomes, kept so that it can be taken back
-- before the officers are told.
CREATE TABLE settlements (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    run_id integer NOT NULL REFERENCES payment_runs (id),
    staff_id integer REFERENCES staff (id),
    action text NOT NULL CHECK (action <> ''),
    lines integer NOT NULL,
    total integer NOT NULL,
    at datetime NOT NULL,
    tell_at datetime NOT NULL,
    told_at datetime,
    taken_back_at datetime
);
CREATE INDEX settlements_run ON settlements (run_id);
CREATE INDEX settlements_open ON settlements (tell_at) WHERE told_at IS NULL AND taken_back_at IS NULL;
CREATE TABLE settled_lines (
    settlement_id integer NOT NULL REFERENCES settlements (id) ON DELETE CASCADE,
    line_id integer NOT NULL REFERENCES payment_lines (id),
    state text NOT NULL,
    reason text NOT NULL,
    paid_on text,
    to_state text NOT NULL,
    PRIMARY KEY (settlement_id, line_id)
);
