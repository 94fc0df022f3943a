-- +goose Up
-- Whether the roster had the number or the name that was said. Of those who have
-- asked so far nobody looked: they are not refused in one go.
ALTER TABLE link_requests ADD COLUMN known boolean NOT NULL DEFAULT false;
UPDATE link_requests SET known = true;
