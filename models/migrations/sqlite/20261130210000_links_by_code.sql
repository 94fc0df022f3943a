-- +goose Up
-- Whether a right code was shown; else there is only the word of who asks.
ALTER TABLE link_requests ADD COLUMN by_code boolean NOT NULL DEFAULT false;
UPDATE link_requests SET by_code = true WHERE EXISTS (SELECT 1 FROM audit_entries a
    WHERE a.ward_id = link_requests.ward_id AND a.subject = 'link:' || link_requests.id
      AND a.action = 'link.asked' AND a.detail LIKE '%"by":"code"%');
