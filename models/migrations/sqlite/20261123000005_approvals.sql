-- +goose Up
-- The desk at which a ward user works, such as front; '' for none.
ALTER TABLE staff ADD COLUMN desk text NOT NULL DEFAULT '' CHECK (desk = lower(desk));

-- Who may propose a kind of change and who signs it. A rule is never edited: a
-- new one takes its place, and the old one goes on for what was sent under it.
CREATE TABLE approval_rules (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    kind text NOT NULL CHECK (kind IN ('*', 'appoint', 'replace', 'leave', 'phone', 'bank', 'profile', 'merge', 'correct')),
    proposers text NOT NULL CHECK (proposers <> ''),
    created_by_staff integer REFERENCES staff (id),
    created_at datetime NOT NULL,
    retired_at datetime,
    CHECK (retired_at IS NULL OR retired_at >= created_at)
);
CREATE UNIQUE INDEX approval_rules_kind ON approval_rules (ward_id, kind) WHERE retired_at IS NULL;
CREATE INDEX approval_rules_ward ON approval_rules (ward_id, created_at);

CREATE TABLE approval_steps (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    rule_id integer NOT NULL REFERENCES approval_rules (id),
    step integer NOT NULL CHECK (step >= 1),
    role text NOT NULL DEFAULT '' CHECK (role IN ('', 'clerk', 'leader', 'any')),
    desk text NOT NULL DEFAULT '',
    -- A quorum of nobody would be reached at once.
    people integer NOT NULL CHECK (people BETWEEN 1 AND 10),
    step_up boolean NOT NULL DEFAULT false,
    remind_hours integer NOT NULL DEFAULT 0 CHECK (remind_hours >= 0),
    escalate_hours integer NOT NULL DEFAULT 0 CHECK (escalate_hours >= 0),
    CHECK ((role = '') <> (desk = ''))
);
CREATE UNIQUE INDEX approval_steps_rule ON approval_steps (rule_id, step);

CREATE TABLE approval_signatures (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    change_id integer NOT NULL REFERENCES change_requests (id),
    version integer NOT NULL,
    step integer NOT NULL CHECK (step >= 1),
    staff_id integer NOT NULL REFERENCES staff (id),
    for_staff_id integer NOT NULL REFERENCES staff (id),
    at datetime NOT NULL,
    ended_at datetime,
    ended_why text NOT NULL DEFAULT '' CHECK (ended_why IN ('', 'taken_back', 'returned', 'void')),
    CHECK ((ended_at IS NULL) = (ended_why = ''))
);
-- One signs a request once, whichever step, and nobody is signed for twice.
CREATE UNIQUE INDEX approval_signatures_staff ON approval_signatures (change_id, staff_id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX approval_signatures_for ON approval_signatures (change_id, for_staff_id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX approval_signatures_version ON approval_signatures (change_id, version);

-- Who signs for whom while they are absent; at most one on any day.
CREATE TABLE delegations (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    from_staff_id integer NOT NULL REFERENCES staff (id),
    to_staff_id integer NOT NULL REFERENCES staff (id),
    from_date text NOT NULL,
    to_date text NOT NULL,
    created_by_staff integer REFERENCES staff (id),
    created_at datetime NOT NULL,
    revoked_at datetime,
    CHECK (from_staff_id <> to_staff_id),
    CHECK (to_date >= from_date)
);
CREATE INDEX delegations_ward ON delegations (ward_id, to_date);
-- What PostgreSQL refuses by an exclusion constraint.
-- +goose StatementBegin
CREATE TRIGGER delegations_insert BEFORE INSERT ON delegations
WHEN NEW.revoked_at IS NULL
BEGIN
    SELECT RAISE(ABORT, 'delegations_days: another delegation covers those days')
    WHERE EXISTS (
        SELECT 1 FROM delegations d
        WHERE d.from_staff_id = NEW.from_staff_id AND d.revoked_at IS NULL
          AND d.from_date <= NEW.to_date AND NEW.from_date <= d.to_date);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER delegations_update BEFORE UPDATE ON delegations
WHEN NEW.revoked_at IS NULL
BEGIN
    SELECT RAISE(ABORT, 'delegations_days: another delegation covers those days')
    WHERE EXISTS (
        SELECT 1 FROM delegations d
        WHERE d.from_staff_id = NEW.from_staff_id AND d.revoked_at IS NULL AND d.id <> NEW.id
          AND d.from_date <= NEW.to_date AND NEW.from_date <= d.to_date);
END;
-- +goose StatementEnd
