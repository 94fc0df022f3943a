-- +goose Up
-- One table for the signatures of whatever waits for them: change requests,
-- payment lists, notices, links, policies, delegations.
CREATE TABLE signatures (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    item text NOT NULL CHECK (item <> ''),
    item_id bigint NOT NULL,
    version bigint NOT NULL,
    step bigint NOT NULL CHECK (step >= 1),
    staff_id bigint NOT NULL REFERENCES staff (id),
    for_staff_id bigint NOT NULL REFERENCES staff (id),
    at timestamptz NOT NULL,
    ended_at timestamptz,
    ended_why text NOT NULL DEFAULT '' CHECK (ended_why IN ('', 'taken_back', 'returned', 'void')),
    CHECK ((ended_at IS NULL) = (ended_why = ''))
);
INSERT INTO signatures (id, ward_id, item, item_id, version, step, staff_id, for_staff_id, at, ended_at, ended_why)
SELECT id, ward_id, 'change', change_id, version, step, staff_id, for_staff_id, at, ended_at, ended_why FROM approval_signatures;
SELECT setval('signatures_id_seq', GREATEST((SELECT MAX(id) FROM signatures), 1));
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
ALTER TABLE notices ADD COLUMN version bigint NOT NULL DEFAULT 1;
ALTER TABLE notices ADD COLUMN submitted_at timestamptz;
ALTER TABLE link_requests ADD COLUMN version bigint NOT NULL DEFAULT 1;
UPDATE notices SET submitted_at = created_at WHERE state = 'waiting';
-- A card is told once a version; so far they were counted.
UPDATE notices SET version = 1 + (
    SELECT count(*) FROM deliveries d WHERE d.subject_id = notices.id AND d.kind IN ('notice_waiting', 'notice_returned'))
WHERE state IN ('draft', 'waiting', 'scheduled');
-- When those were reminded who are to sign; what has come of a notice is reminded of apart.
ALTER TABLE payment_runs ADD COLUMN reminded_at timestamptz;
ALTER TABLE link_requests ADD COLUMN reminded_at timestamptz;
ALTER TABLE notices ADD COLUMN signers_reminded_at timestamptz;

-- Which kinds of items there are, the program knows.
ALTER TABLE approval_rules DROP CONSTRAINT approval_rules_kind_check;
ALTER TABLE approval_rules DROP CONSTRAINT approval_rules_proposers_check;
ALTER TABLE approval_rules ADD CONSTRAINT approval_rules_kind_check CHECK (kind <> '');
