-- +goose Up
-- What people ask of the data about them, by the law's clock.
CREATE TABLE data_requests (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    person_id bigint NOT NULL REFERENCES people (id),
    kind text NOT NULL CHECK (kind IN ('copy', 'correct', 'restrict', 'erase', 'object')),
    text text NOT NULL DEFAULT '',
    state text NOT NULL CHECK (state IN ('open', 'done', 'refused')),
    reply_by timestamptz NOT NULL,
    due_by timestamptz NOT NULL,
    answer text NOT NULL DEFAULT '',
    answered_by_staff bigint REFERENCES staff (id),
    answered_at timestamptz,
    version bigint NOT NULL DEFAULT 1,
    idempotency_key text NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT data_requests_answered CHECK ((state = 'open') = (answered_at IS NULL))
);
CREATE UNIQUE INDEX data_requests_key ON data_requests (idempotency_key);
CREATE INDEX data_requests_ward ON data_requests (ward_id, state, due_by);
CREATE INDEX data_requests_person ON data_requests (person_id, created_at);
-- Since when somebody wants nothing but what is about their money and requests.
ALTER TABLE people ADD COLUMN quiet_since timestamptz;
-- What became known that should not have, and what was done about it.
CREATE TABLE breaches (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    what text NOT NULL CHECK (what <> ''),
    whom text NOT NULL CHECK (whom <> ''),
    measures text NOT NULL DEFAULT '',
    found_at timestamptz NOT NULL,
    due_by timestamptz NOT NULL,
    reported_at timestamptz,
    closed_at timestamptz,
    by_staff bigint REFERENCES staff (id),
    created_at timestamptz NOT NULL
);
CREATE INDEX breaches_ward ON breaches (ward_id, closed_at, due_by);
-- On which channels, by commas, nobody is to type an account number.
ALTER TABLE wards ADD COLUMN accounts_not_on text NOT NULL DEFAULT '';
-- What tidying took away, and when.
CREATE TABLE removals (
    id bigserial PRIMARY KEY,
    name text NOT NULL,
    gone bigint NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX removals_name ON removals (name, at);
