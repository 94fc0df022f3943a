-- +goose Up
-- By whose word alone a chat is taken for an officer's: who issued its code, or
-- agreed to it, and nobody else has decided where its officer is paid since. A code
-- on Telegram went with the platform's word for the number.
ALTER TABLE accounts ADD COLUMN made_by_staff_id bigint REFERENCES staff (id);
ALTER TABLE change_requests ADD COLUMN proposer_account_id bigint;
UPDATE accounts SET made_by_staff_id = COALESCE(
    (SELECT r.decided_by_staff FROM link_requests r WHERE r.state = 'agreed' AND r.person_id = accounts.person_id
     AND r.channel = accounts.channel AND r.external_id = accounts.external_id ORDER BY r.id DESC LIMIT 1),
    (SELECT i.created_by_staff FROM invites i WHERE i.used_by_account = accounts.id AND accounts.channel <> 'telegram'
     ORDER BY i.id DESC LIMIT 1))
WHERE person_id IS NOT NULL AND unlinked_at IS NULL;
UPDATE accounts SET made_by_staff_id = NULL
WHERE made_by_staff_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM change_requests c WHERE c.kind = 'destination' AND c.state = 'approved'
    AND c.proposer_person_id = accounts.person_id AND c.submitted_at >= accounts.linked_at
    AND c.decided_by_staff_id <> accounts.made_by_staff_id);
