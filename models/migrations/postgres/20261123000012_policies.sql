-- +goose Up
-- A policy that pays already is closed and followed by another, never edited.
ALTER TABLE policies ADD COLUMN replaced_by_id bigint REFERENCES policies (id);
CREATE INDEX payment_components_policy ON payment_components (policy_id);

-- The state's base salary; a ward's own knowledge of it stays.
INSERT INTO base_salaries (from_date, amount, legal_basis) VALUES
    ('2019-07-01', 1490000, 'Nghị định 38/2019/NĐ-CP'),
    ('2023-07-01', 1800000, 'Nghị định 24/2023/NĐ-CP'),
    ('2024-07-01', 2340000, 'Nghị định 73/2024/NĐ-CP'),
    ('2026-07-01', 2530000, 'Nghị định 161/2026/NĐ-CP')
ON CONFLICT DO NOTHING;

-- Some wards pay every month, some every quarter: how many months a list covers.
ALTER TABLE wards ADD COLUMN pay_every bigint NOT NULL DEFAULT 1 CHECK (pay_every IN (1, 3));
ALTER TABLE payment_runs ADD COLUMN covers bigint NOT NULL DEFAULT 1 CHECK (covers IN (1, 3));
-- Why a leader sent a list back.
ALTER TABLE payment_runs ADD COLUMN returned_reason text NOT NULL DEFAULT '';
