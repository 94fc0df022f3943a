-- +goose Up
-- An act that gave many lines their outcomes, kept so that it can be taken back
-- before the officers are told.
CREATE TABLE settlements (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    run_id bigint NOT NULL REFERENCES payment_runs (id),
    staff_id bigint REFERENCES staff (id),
    action text NOT NULL CHECK (action <> ''),
    lines bigint NOT NULL,
    total bigint NOT NULL,
    at timestamptz NOT NULL,
    tell_at timestamptz NOT NULL,
    told_at timestamptz,
    taken_back_at timestamptz
);
CREATE INDEX settlements_run ON settlements (run_id);
CREATE INDEX settlements_open ON settlements (tell_at) WHERE told_at IS NULL AND taken_back_at IS NULL;
CREATE TABLE settled_lines (
    settlement_id bigint NOT NULL REFERENCES settlements (id) ON DELETE CASCADE,
    line_id bigint NOT NULL REFERENCES payment_lines (id),
    state text NOT NULL,
    reason text NOT NULL,
    paid_on date,
    to_state text NOT NULL,
    PRIMARY KEY (settlement_id, line_id)
);
