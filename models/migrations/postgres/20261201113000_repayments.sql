-- +goose Up
-- What people have given back of what they were paid too much.
CREATE TABLE repayments (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    person_id bigint NOT NULL REFERENCES people (id),
    amount bigint NOT NULL CHECK (amount > 0),
    receipt text NOT NULL,
    paid_on date NOT NULL,
    staff_id bigint REFERENCES staff (id),
    at timestamptz NOT NULL,
    taken_back_at timestamptz
);
CREATE INDEX repayments_person ON repayments (person_id);
CREATE UNIQUE INDEX repayments_receipt ON repayments (ward_id, receipt) WHERE taken_back_at IS NULL;

-- Which months of which posts they were given back for.
CREATE TABLE repayment_parts (
    id bigserial PRIMARY KEY,
    repayment_id bigint NOT NULL REFERENCES repayments (id),
    ward_id bigint NOT NULL REFERENCES wards (id),
    person_id bigint NOT NULL REFERENCES people (id),
    month text NOT NULL,
    policy_id bigint NOT NULL REFERENCES policies (id),
    term_id bigint NOT NULL REFERENCES terms (id),
    branch_id bigint NOT NULL REFERENCES branches (id),
    role text NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0)
);
CREATE INDEX repayment_parts_person ON repayment_parts (ward_id, person_id, month);
CREATE INDEX repayment_parts_repayment ON repayment_parts (repayment_id);
