-- +goose Up
-- How a ward's money goes out: by a bank, by the treasury first, or by hand.
ALTER TABLE wards ADD COLUMN pay_through text NOT NULL DEFAULT 'bank' CHECK (pay_through IN ('bank', 'treasury', 'cash'));
-- What the treasury's forms name the ward by.
ALTER TABLE wards ADD COLUMN treasury_name text NOT NULL DEFAULT '';
ALTER TABLE wards ADD COLUMN treasury_account text NOT NULL DEFAULT '';
ALTER TABLE wards ADD COLUMN budget_unit text NOT NULL DEFAULT '';
ALTER TABLE wards ADD COLUMN budget_chapter text NOT NULL DEFAULT '';
ALTER TABLE wards ADD COLUMN budget_category text NOT NULL DEFAULT '';
ALTER TABLE wards ADD COLUMN budget_item text NOT NULL DEFAULT '';

-- A list may lie at the treasury.
ALTER TABLE payment_runs DROP CONSTRAINT payment_runs_state_check;
ALTER TABLE payment_runs ADD CONSTRAINT payment_runs_state_check
    CHECK (state IN ('draft', 'submitted', 'approved', 'treasury', 'exported', 'closed'));
ALTER TABLE payment_runs ADD COLUMN through text NOT NULL DEFAULT 'bank' CHECK (through IN ('bank', 'treasury', 'cash'));
ALTER TABLE payment_runs ADD COLUMN treasury_at timestamptz;
ALTER TABLE payment_runs ADD COLUMN treasury_reason text NOT NULL DEFAULT '';
