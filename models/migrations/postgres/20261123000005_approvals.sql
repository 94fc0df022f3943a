-- +goose Up
-- The desk at which a ward user works, such as front; '' for none.
ALTER TABLE staff ADD COLUMN desk text NOT NULL DEFAULT '' CHECK (desk = lower(desk));

-- Who may propose a kind of change and who signs it. A rule is never edited: a
-- new one takes its place, and the old one goes on for what was sent under it.
CREATE TABLE approval_rules (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    kind text NOT NULL CHECK (kind IN ('*', 'appoint', 'replace', 'leave', 'phone', 'bank', 'profile', 'merge', 'correct')),
    proposers text NOT NULL CHECK (proposers <> ''),
    created_by_staff bigint REFERENCES staff (id),
    created_at timestamptz NOT NULL,
    retired_at timestamptz,
    CHECK (retired_at IS NULL OR retired_at >= created_at)
);
CREATE UNIQUE INDEX approval_rules_kind ON approval_rules (ward_id, kind) WHERE retired_at IS NULL;
CREATE INDEX approval_rules_ward ON approval_rules (ward_id, created_at);

CREATE TABLE approval_steps (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    rule_id bigint NOT NULL REFERENCES approval_rules (id),
    step bigint NOT NULL CHECK (step >= 1),
    role text NOT NULL DEFAULT '' CHECK (role IN ('', 'clerk', 'leader', 'any')),
    desk text NOT NULL DEFAULT '',
    -- A quorum of nobody would be reached at once.
    people bigint NOT NULL CHECK (people BETWEEN 1 AND 10),
    step_up boolean NOT NULL DEFAULT false,
    remind_hours bigint NOT NULL DEFAULT 0 CHECK (remind_hours >= 0),
    escalate_hours bigint NOT NULL DEFAULT 0 CHECK (escalate_hours >= 0),
    CHECK ((role = '') <> (desk = ''))
);
CREATE UNIQUE INDEX approval_steps_rule ON approval_steps (rule_id, step);

CREATE TABLE approval_signatures (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    change_id bigint NOT NULL REFERENCES change_requests (id),
    version bigint NOT NULL,
    step bigint NOT NULL CHECK (step >= 1),
    staff_id bigint NOT NULL REFERENCES staff (id),
    for_staff_id bigint NOT NULL REFERENCES staff (id),
    at timestamptz NOT NULL,
    ended_at timestamptz,
    ended_why text NOT NULL DEFAULT '' CHECK (ended_why IN ('', 'taken_back', 'returned', 'void')),
    CHECK ((ended_at IS NULL) = (ended_why = ''))
);
-- One signs a request once, whichever step, and nobody is signed for twice.
CREATE UNIQUE INDEX approval_signatures_staff ON approval_signatures (change_id, staff_id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX approval_signatures_for ON approval_signatures (change_id, for_staff_id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX approval_signatures_version ON approval_signatures (change_id, version);

-- Who signs for whom while they are absent; at most one on any day.
CREATE TABLE delegations (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    from_staff_id bigint NOT NULL REFERENCES staff (id),
    to_staff_id bigint NOT NULL REFERENCES staff (id),
    from_date date NOT NULL,
    to_date date NOT NULL,
    created_by_staff bigint REFERENCES staff (id),
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CHECK (from_staff_id <> to_staff_id),
    CHECK (to_date >= from_date),
    CONSTRAINT delegations_days EXCLUDE USING gist (
        int8range(from_staff_id, from_staff_id, '[]') WITH =,
        daterange(from_date, to_date, '[]') WITH &&
    ) WHERE (revoked_at IS NULL)
);
CREATE INDEX delegations_ward ON delegations (ward_id, to_date);
