-- +goose Up
-- One table for the signatures of whatever waits for them: change requests,
-- payment lists, notices, links, policies, delegations.
CREATE TABLE signatures (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    item text NOT NULL CHECK (item <> ''),
    item_id integer NOT NULL,
    version integer NOT NULL,
    step integer NOT NULL CHECK (step >= 1),
    staff_id integer NOT NULL REFERENCES staff (id),
    for_staff_id integer NOT NULL REFERENCES staff (id),
    at datetime NOT NULL,
    ended_at datetime,
    ended_why text NOT NULL DEFAULT '' CHECK (ended_why IN ('', 'taken_back', 'returned', 'void')),
    CHECK ((ended_at IS NULL) = (ended_why = ''))
);
INSERT INTO signatures (id, ward_id, item, item_id, version, step, staff_id, for_staff_id, at, ended_at, ended_why)
SELECT id, ward_id, 'change', change_id, version, step, staff_id, for_staff_id, at, ended_at, ended_why FROM approval_signatures;
DROP TABLE approval_signatures;
-- A list that waits for its way to the bank can still lose its signature.
INSERT INTO signatures (ward_id, item, item_id, version, step, staff_id, for_staff_id, at)
SELECT ward_id, 'list', id, version - 1, 1, approved_by_staff_id, approved_by_staff_id, approved_at FROM payment_runs
WHERE state = 'approved' AND approved_by_staff_id IS NOT NULL AND approved_at IS NOT NULL;
-- One signs an item once, whichever step, and nobody is signed for twice.
CREATE UNIQUE INDEX signatures_staff ON signatures (item, item_id, staff_id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX signatures_for ON signatures (item, item_id, for_staff_id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX signatures_version ON signatures (item, item_id, version);

-- A decision names the version that it saw.
ALTER TABLE notices ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE notices ADD COLUMN submitted_at datetime;
ALTER TABLE link_requests ADD COLUMN version integer NOT NULL DEFAULT 1;
UPDATE notices SET submitted_at = created_at WHERE state = 'waiting';
-- A card is told once a version; so far they were counted.
UPDATE notices SET version = 1 + (
    SELECT count(*) FROM deliveries d WHERE d.subject_id = notices.id AND d.kind IN ('notice_waiting', 'notice_returned'))
WHERE state IN ('draft', 'waiting', 'scheduled');
-- When those were reminded who are to sign; what has come of a notice is reminded of apart.
ALTER TABLE payment_runs ADD COLUMN reminded_at datetime;
ALTER TABLE link_requests ADD COLUMN reminded_at datetime;
ALTER TABLE notices ADD COLUMN signers_reminded_at datetime;

-- Which kinds of items there are, the program knows. A check is dropped with its
-- table, and a table with those that refer to it.
CREATE TABLE approval_rules_new (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    kind text NOT NULL CHECK (kind <> ''),
    proposers text NOT NULL,
    created_by_staff integer REFERENCES staff (id),
    created_at datetime NOT NULL,
    retired_at datetime,
    CHECK (retired_at IS NULL OR retired_at >= created_at)
);
INSERT INTO approval_rules_new SELECT id, ward_id, kind, proposers, created_by_staff, created_at, retired_at FROM approval_rules;
CREATE TABLE approval_steps_new (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    rule_id integer NOT NULL REFERENCES approval_rules_new (id),
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
INSERT INTO approval_steps_new SELECT id, ward_id, rule_id, step, role, desk, people, step_up, remind_hours, escalate_hours FROM approval_steps;
DROP TABLE approval_steps;
DROP TABLE approval_rules;
ALTER TABLE approval_rules_new RENAME TO approval_rules;
ALTER TABLE approval_steps_new RENAME TO approval_steps;
CREATE UNIQUE INDEX approval_rules_kind ON approval_rules (ward_id, kind) WHERE retired_at IS NULL;
CREATE INDEX approval_rules_ward ON approval_rules (ward_id, created_at);
CREATE UNIQUE INDEX approval_steps_rule ON approval_steps (rule_id, step);
