-- +goose Up
-- Sending a message changes its row twice. What every message changes (state,
-- channel, chat, reference) is taken out of the indexes, and pages are left half
-- empty, so that PostgreSQL can write the new row beside the old one and touch
-- no index (HOT); other rows are found by columns that few of them have.
ALTER TABLE deliveries ADD COLUMN receipt_ref text NOT NULL DEFAULT '';
ALTER TABLE deliveries ADD COLUMN mark_key text;
ALTER TABLE deliveries ADD COLUMN unreached_at timestamptz;
UPDATE deliveries SET receipt_ref = message_ref WHERE channel = 'zalo';
UPDATE deliveries SET mark_key = channel || ':' || chat_id || ':' || mark WHERE mark <> '';
UPDATE deliveries SET unreached_at = updated_at WHERE state IN ('failed', 'unreachable') AND called_at IS NULL;
DROP INDEX deliveries_ref;
DROP INDEX deliveries_mark;
DROP INDEX deliveries_unreached;
CREATE INDEX deliveries_receipt ON deliveries (receipt_ref) WHERE receipt_ref <> '';
CREATE UNIQUE INDEX deliveries_mark ON deliveries (mark_key) WHERE mark_key IS NOT NULL;
CREATE INDEX deliveries_unreached ON deliveries (ward_id, unreached_at) WHERE unreached_at IS NOT NULL;
ALTER TABLE deliveries SET (fillfactor = 45);
