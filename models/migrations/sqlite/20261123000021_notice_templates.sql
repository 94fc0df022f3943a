-- +goose Up
-- Texts that a ward sends again and again, with gaps such as {ten}.
CREATE TABLE notice_templates (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    staff_id integer NOT NULL REFERENCES staff (id),
    name text NOT NULL,
    folded text NOT NULL,
    text text NOT NULL,
    created_at datetime NOT NULL,
    ended_at datetime
);
CREATE UNIQUE INDEX notice_templates_name ON notice_templates (ward_id, folded) WHERE ended_at IS NULL;

-- Notices that go out by themselves, once a month: on a day, or on a weekday of
-- a week.
CREATE TABLE recurring_notices (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    staff_id integer NOT NULL REFERENCES staff (id),
    text text NOT NULL,
    audience text NOT NULL,
    needs_confirm boolean NOT NULL,
    attendance boolean NOT NULL,
    file_id integer,
    day integer NOT NULL DEFAULT 0 CHECK (day BETWEEN 0 AND 31),
    week integer NOT NULL DEFAULT 0 CHECK (week BETWEEN -1 AND 4),
    weekday integer NOT NULL DEFAULT 0 CHECK (weekday BETWEEN 0 AND 6),
    minute integer NOT NULL CHECK (minute BETWEEN 0 AND 1439),
    next_at datetime NOT NULL,
    created_at datetime NOT NULL,
    ended_at datetime,
    ended_by integer,
    CHECK ((day = 0) <> (week = 0))
);
CREATE INDEX recurring_notices_due ON recurring_notices (next_at) WHERE ended_at IS NULL;
