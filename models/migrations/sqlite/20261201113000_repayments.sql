-- +goose Up
-- What people have given back of what they were paid too much.
CREATE TABLE repayments (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    person_id integer NOT NULL REFERENCES people (id),
    amount integer NOT NULL CHECK (amount > 0),
    receipt text NOT NULL,
    paid_on text NOT NULL,
    staff_id integer REFERENCES staff (id),
    at datetime NOT NULL,
    taken_back_at datetime
);
CREATE INDEX repayments_person ON repayments (person_id);
CREATE UNIQUE INDEX repayments_receipt ON repayments (ward_id, receipt) WHERE taken_back_at IS NULL;

-- Which months of which posts they were given back for.
CREATE TABLE repayment_parts (
    id integer PRIMARY KEY AUTOINCREMENT,
    repayment_id integer NOT NULL REFERENCES repayments (id),
    ward_id integer NOT NULL REFERENCES wards (id),
    person_id integer NOT NULL REFERENCES people (id),
    month text NOT NULL,
    policy_id integer NOT NULL REFERENCES policies (id),
    term_id integer NOT NULL REFERENCES terms (id),
    branch_id integer NOT NULL REFERENCES branches (id),
    role text NOT NULL,
    amount integer NOT NULL CHECK (amount > 0)
);
CREATE INDEX repayment_parts_person ON repayment_parts (ward_id, person_id, month);
CREATE INDEX repayment_parts_repayment ON repayment_parts (repayment_id);
