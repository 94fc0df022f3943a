-- +goose Up
-- A list may lie at the treasury.
ALTER TABLE payment_runs ADD COLUMN through text NOT NULL DEFAULT 'bank' CHECK (through IN ('bank', 'treasury', 'cash'));
ALTER TABLE payment_runs ADD COLUMN treasury_at datetime;
ALTER TABLE payment_runs ADD COLUMN treasury_reason text NOT NULL DEFAULT '';
-- SQLite changes a check in the table's own text
-- (https://www.sqlite.org/lang_altertable.html, section 7); what adds columns next
-- has every connection read it again.
PRAGMA writable_schema = ON;
UPDATE sqlite_master SET sql = replace(sql, '''approved'', ''exported''', '''approved'', ''treasury'', ''exported''')
WHERE type = 'table' AND name = 'payment_runs';
PRAGMA writable_schema = RESET;

-- How a ward's money goes out: by a bank, by the treasury first, or by hand.
ALTER TABLE wards ADD COLUMN pay_through text NOT NULL DEFAULT 'bank' CHECK (pay_through IN ('bank', 'treasury', 'cash'));
-- What the treasury's forms name the ward by.
ALTER TABLE wards ADD COLUMN treasury_name text NOT NULL DEFAULT '';
ALTER TABLE wards ADD COLUMN treasury_account text NOT NULL DEFAULT '';
ALTER TABLE wards ADD COLUMN budget_unit text NOT NULL DEFAULT '';
ALTER TABLE wards ADD COLUMN budget_chapter text NOT NULL DEFAULT '';
ALTER TABLE wards ADD COLUMN budget_category text NOT NULL DEFAULT '';
ALTER TABLE wards ADD COLUMN budget_item text NOT NULL DEFAULT '';
