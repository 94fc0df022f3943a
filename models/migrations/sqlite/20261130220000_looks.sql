-- +goose Up
-- Whose numbers an entry of the journal says were seen whole, so that each finds
-- who looked. The entry itself names them too.
CREATE TABLE looks (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    entry_id integer NOT NULL REFERENCES audit_entries (id),
    person_id integer NOT NULL REFERENCES people (id)
);
CREATE UNIQUE INDEX looks_person ON looks (person_id, entry_id);
-- What was looked at before there was a row for each.
INSERT INTO looks (ward_id, entry_id, person_id)
SELECT e.ward_id, e.id, c.subject_id FROM audit_entries e JOIN change_requests c ON e.subject = 'change:' || c.id
WHERE e.action IN ('change.revealed', 'evidence.opened') AND c.subject_id IS NOT NULL
UNION
SELECT e.ward_id, e.id, c.newcomer_id FROM audit_entries e JOIN change_requests c ON e.subject = 'change:' || c.id
WHERE e.action IN ('change.revealed', 'evidence.opened') AND c.newcomer_id IS NOT NULL
UNION
SELECT e.ward_id, e.id, p.id FROM audit_entries e JOIN people p ON e.subject = 'person:' || p.id
WHERE e.action IN ('story.viewed', 'story.exported')
UNION
SELECT e.ward_id, e.id, l.person_id FROM audit_entries e JOIN payment_lines l ON e.subject = 'run:' || l.run_id
WHERE e.action IN ('run.listed', 'run.transfer_listed', 'run.cash_listed');
