-- +goose Up
-- What the officer themselves says of money that was paid.
CREATE TABLE line_receipts (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    run_id bigint NOT NULL REFERENCES payment_runs (id),
    line_id bigint NOT NULL REFERENCES payment_lines (id),
    person_id bigint NOT NULL REFERENCES people (id),
    answer text NOT NULL CHECK (answer IN ('full', 'less', 'none')),
    amount bigint NOT NULL DEFAULT 0 CHECK (amount >= 0),
    case_id bigint REFERENCES cases (id),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CHECK ((answer = 'less') = (amount > 0))
);
CREATE UNIQUE INDEX line_receipts_line ON line_receipts (line_id);
CREATE INDEX line_receipts_run ON line_receipts (run_id, answer);

ALTER TABLE cases ADD COLUMN line_state text NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN first_answered_at timestamptz;
ALTER TABLE cases ADD COLUMN closed_at timestamptz;
UPDATE cases SET first_answered_at = answered_at;
UPDATE cases SET closed_at = updated_at WHERE state = 'closed';
UPDATE cases SET line_state = 'paid' WHERE kind = 'payment'; -- nobody is asked about what was before
CREATE INDEX cases_line ON cases (line_id);
