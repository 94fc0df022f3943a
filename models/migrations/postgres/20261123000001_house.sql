-- +goose Up
CREATE TABLE wards (
    id bigserial PRIMARY KEY,
    code text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL DEFAULT 'phường',
    valid_from date,
    valid_to date,
    clerk_phone text NOT NULL DEFAULT '',
    deputy_may_propose boolean NOT NULL DEFAULT false,
    decision_required boolean NOT NULL DEFAULT false,
    remind_after_hours bigint NOT NULL DEFAULT 48,
    pay_day bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX wards_code ON wards (code);

CREATE TABLE organizations (
    code text PRIMARY KEY,
    name text NOT NULL,
    branch_name text NOT NULL,
    head_title text NOT NULL,
    deputy_title text NOT NULL,
    member_title text NOT NULL,
    deputies_max bigint NOT NULL DEFAULT 1,
    sort_order bigint NOT NULL DEFAULT 0
);

CREATE TABLE villages (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    name text NOT NULL,
    folded text NOT NULL,
    sort_order bigint NOT NULL DEFAULT 0,
    valid_from date,
    valid_to date,
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX villages_name ON villages (ward_id, folded) WHERE valid_to IS NULL;

CREATE TABLE branches (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    village_id bigint NOT NULL REFERENCES villages (id),
    organization_code text NOT NULL REFERENCES organizations (code),
    name text NOT NULL,
    valid_from date,
    valid_to date,
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX branches_village ON branches (village_id, organization_code) WHERE valid_to IS NULL;
CREATE INDEX branches_ward ON branches (ward_id);

CREATE TABLE people (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    name text NOT NULL CHECK (name <> ''),
    folded text NOT NULL,
    birth_date date,
    birth_year bigint NOT NULL DEFAULT 0,
    phone text NOT NULL DEFAULT '',
    phone_hash bytea,
    phone_shared boolean NOT NULL DEFAULT false,
    citizen_id text NOT NULL DEFAULT '',
    citizen_hash bytea,
    bank_account text NOT NULL DEFAULT '',
    bank_hash bytea,
    bank_tail text NOT NULL DEFAULT '',
    bank_name text NOT NULL DEFAULT '',
    died_on date,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
-- A number that several people answer must be declared shared.
CREATE UNIQUE INDEX people_phone ON people (ward_id, phone_hash) WHERE phone_hash IS NOT NULL AND NOT phone_shared;
CREATE UNIQUE INDEX people_citizen ON people (ward_id, citizen_hash) WHERE citizen_hash IS NOT NULL;
CREATE INDEX people_folded ON people (ward_id, folded);

CREATE TABLE change_requests (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    kind text NOT NULL,
    state text NOT NULL CHECK (state IN ('submitted', 'returned', 'approved', 'refused', 'withdrawn')),
    version bigint NOT NULL DEFAULT 1,
    branch_id bigint REFERENCES branches (id),
    subject_id bigint REFERENCES people (id),
    newcomer_id bigint REFERENCES people (id),
    payload text NOT NULL,
    base text NOT NULL DEFAULT '{}',
    proposer_person_id bigint REFERENCES people (id),
    proposer_staff_id bigint,
    decided_by_staff_id bigint,
    reason text NOT NULL DEFAULT '',
    idempotency_key text NOT NULL,
    submitted_at timestamptz NOT NULL,
    decided_at timestamptz,
    reminded_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    -- Nobody approves or refuses what they proposed.
    CHECK (decided_by_staff_id IS NULL OR proposer_staff_id IS NULL OR decided_by_staff_id <> proposer_staff_id),
    CHECK (state NOT IN ('approved', 'refused') OR decided_by_staff_id IS NOT NULL)
);
CREATE UNIQUE INDEX change_requests_key ON change_requests (idempotency_key);
CREATE INDEX change_requests_queue ON change_requests (ward_id, state, submitted_at);
CREATE INDEX change_requests_branch ON change_requests (branch_id, state);
CREATE INDEX change_requests_subject ON change_requests (subject_id, state);
CREATE INDEX change_requests_proposer ON change_requests (proposer_person_id, submitted_at);

CREATE TABLE change_events (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    change_id bigint NOT NULL REFERENCES change_requests (id),
    version bigint NOT NULL,
    from_state text NOT NULL,
    to_state text NOT NULL,
    person_id bigint,
    staff_id bigint,
    reason text NOT NULL DEFAULT '',
    at timestamptz NOT NULL
);
-- Each version of a request comes about once: two decisions cannot both win.
CREATE UNIQUE INDEX change_events_version ON change_events (change_id, version);

CREATE TABLE terms (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    branch_id bigint NOT NULL REFERENCES branches (id),
    person_id bigint NOT NULL REFERENCES people (id),
    role text NOT NULL CHECK (role IN ('head', 'deputy', 'member', 'cell_member')),
    slot bigint NOT NULL DEFAULT 0,
    title text NOT NULL,
    acting boolean NOT NULL DEFAULT false,
    from_date date NOT NULL,
    to_date date,
    decision_number text NOT NULL DEFAULT '',
    decision_date date,
    decision_signer text NOT NULL DEFAULT '',
    end_reason text NOT NULL DEFAULT '',
    change_id bigint REFERENCES change_requests (id),
    end_change_id bigint REFERENCES change_requests (id),
    superseded_at timestamptz,
    superseded_by bigint REFERENCES terms (id),
    created_at timestamptz NOT NULL,
    CHECK (to_date IS NULL OR to_date >= from_date),
    CHECK (role NOT IN ('head', 'deputy') OR slot >= 1),
    CHECK (role <> 'head' OR slot = 1),
    -- One person in one slot of a branch on any day.
    CONSTRAINT terms_slot EXCLUDE USING gist (
        int8range(branch_id, branch_id, '[]') WITH =,
        int8range(CASE role WHEN 'head' THEN 0 ELSE slot END, CASE role WHEN 'head' THEN 0 ELSE slot END, '[]') WITH =,
        daterange(from_date, to_date, '[]') WITH &&
    ) WHERE (superseded_at IS NULL AND role IN ('head', 'deputy')),
    -- A person holds one post of a branch at a time.
    CONSTRAINT terms_person EXCLUDE USING gist (
        int8range(branch_id, branch_id, '[]') WITH =,
        int8range(person_id, person_id, '[]') WITH =,
        daterange(from_date, to_date, '[]') WITH &&
    ) WHERE (superseded_at IS NULL)
);
CREATE INDEX terms_branch ON terms (branch_id, from_date);
CREATE INDEX terms_by_person ON terms (person_id, from_date);
CREATE INDEX terms_ward ON terms (ward_id, from_date);

CREATE TABLE drafts (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL DEFAULT 0,
    owner text NOT NULL,
    form text NOT NULL,
    step text NOT NULL,
    answers text NOT NULL,
    updated_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX drafts_owner ON drafts (owner);

CREATE TABLE policies (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    code text NOT NULL,
    name text NOT NULL,
    source text NOT NULL,
    legal_basis text NOT NULL CHECK (legal_basis <> ''),
    legal_date date,
    issuer text NOT NULL DEFAULT '',
    from_date date NOT NULL,
    to_date date,
    accrual text NOT NULL CHECK (accrual IN ('full_if_on_day', 'next_month', 'by_day', 'full_from')),
    accrual_days bigint NOT NULL DEFAULT 0,
    accrual_percent bigint NOT NULL DEFAULT 0,
    stacking text NOT NULL CHECK (stacking IN ('all', 'highest', 'highest_plus')),
    stacking_percent bigint NOT NULL DEFAULT 0,
    cap bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    CHECK (to_date IS NULL OR to_date >= from_date)
);
CREATE UNIQUE INDEX policies_code ON policies (ward_id, code, from_date);

CREATE TABLE policy_rules (
    id bigserial PRIMARY KEY,
    policy_id bigint NOT NULL REFERENCES policies (id),
    role text NOT NULL,
    organization_code text NOT NULL DEFAULT '',
    amount bigint NOT NULL DEFAULT 0,
    coefficient bigint NOT NULL DEFAULT 0,
    CHECK (amount >= 0 AND coefficient >= 0 AND (amount > 0) <> (coefficient > 0))
);
CREATE UNIQUE INDEX policy_rules_role ON policy_rules (policy_id, role, organization_code);

CREATE TABLE base_salaries (
    id bigserial PRIMARY KEY,
    from_date date NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    legal_basis text NOT NULL
);
CREATE UNIQUE INDEX base_salaries_from ON base_salaries (from_date);

CREATE TABLE payment_runs (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    month text NOT NULL,
    state text NOT NULL CHECK (state IN ('draft', 'submitted', 'approved', 'exported', 'closed')),
    version bigint NOT NULL DEFAULT 1,
    total bigint NOT NULL DEFAULT 0,
    people bigint NOT NULL DEFAULT 0,
    content_hash bytea,
    prepared_by_staff_id bigint,
    approved_by_staff_id bigint,
    submitted_at timestamptz,
    approved_at timestamptz,
    exported_at timestamptz,
    closed_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CHECK (approved_by_staff_id IS NULL OR approved_by_staff_id <> prepared_by_staff_id),
    CHECK (state = 'draft' OR content_hash IS NOT NULL)
);
CREATE UNIQUE INDEX payment_runs_month ON payment_runs (ward_id, month);

CREATE TABLE payment_lines (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    run_id bigint NOT NULL REFERENCES payment_runs (id),
    person_id bigint NOT NULL REFERENCES people (id),
    month text NOT NULL,
    amount bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('pending', 'paid', 'failed', 'returned', 'carried')),
    reason text NOT NULL DEFAULT '',
    paid_on date,
    name text NOT NULL,
    title text NOT NULL,
    unit text NOT NULL,
    bank_name text NOT NULL DEFAULT '',
    bank_tail text NOT NULL DEFAULT '',
    follows_id bigint REFERENCES payment_lines (id)
);
CREATE UNIQUE INDEX payment_lines_person ON payment_lines (run_id, person_id);
CREATE INDEX payment_lines_month ON payment_lines (person_id, month);

CREATE TABLE payment_components (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    line_id bigint NOT NULL REFERENCES payment_lines (id),
    run_id bigint NOT NULL REFERENCES payment_runs (id),
    person_id bigint NOT NULL REFERENCES people (id),
    month text NOT NULL,
    policy_id bigint NOT NULL REFERENCES policies (id),
    term_id bigint NOT NULL REFERENCES terms (id),
    branch_id bigint NOT NULL REFERENCES branches (id),
    role text NOT NULL,
    amount bigint NOT NULL,
    rate bigint NOT NULL DEFAULT 0,
    basis text NOT NULL,
    why text NOT NULL,
    days bigint NOT NULL DEFAULT 0
);
CREATE INDEX payment_components_line ON payment_components (line_id);
CREATE INDEX payment_components_person ON payment_components (person_id, month);
CREATE INDEX payment_components_run ON payment_components (run_id);

CREATE TABLE staff (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    name text NOT NULL,
    role text NOT NULL CHECK (role IN ('viewer', 'clerk', 'leader', 'admin')),
    person_id bigint REFERENCES people (id),
    phone text NOT NULL DEFAULT '',
    totp text NOT NULL DEFAULT '',
    totp_counter bigint NOT NULL DEFAULT 0,
    active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL
);
CREATE INDEX staff_ward ON staff (ward_id);

CREATE TABLE accounts (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    channel text NOT NULL,
    external_id text NOT NULL,
    chat_id text NOT NULL,
    person_id bigint REFERENCES people (id),
    staff_id bigint REFERENCES staff (id),
    linked_at timestamptz NOT NULL,
    unlinked_at timestamptz,
    unreachable_at timestamptz,
    last_seen_at timestamptz NOT NULL,
    stepped_up_until timestamptz,
    created_at timestamptz NOT NULL,
    CHECK ((person_id IS NULL) <> (staff_id IS NULL))
);
CREATE UNIQUE INDEX accounts_external ON accounts (channel, external_id) WHERE unlinked_at IS NULL;
CREATE UNIQUE INDEX accounts_person ON accounts (person_id, channel) WHERE unlinked_at IS NULL AND person_id IS NOT NULL;
CREATE UNIQUE INDEX accounts_staff ON accounts (staff_id, channel) WHERE unlinked_at IS NULL AND staff_id IS NOT NULL;

CREATE TABLE consents (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    person_id bigint REFERENCES people (id),
    staff_id bigint REFERENCES staff (id),
    account_id bigint NOT NULL REFERENCES accounts (id),
    version text NOT NULL,
    channel text NOT NULL,
    event_id text NOT NULL,
    given_at timestamptz NOT NULL,
    withdrawn_at timestamptz
);
CREATE INDEX consents_account ON consents (account_id);
CREATE INDEX consents_person ON consents (person_id);

CREATE TABLE invites (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    person_id bigint REFERENCES people (id),
    staff_id bigint REFERENCES staff (id),
    code_hash bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    used_by_account bigint REFERENCES accounts (id),
    revoked_at timestamptz,
    created_by_staff bigint,
    created_at timestamptz NOT NULL,
    CHECK ((person_id IS NULL) <> (staff_id IS NULL))
);
CREATE UNIQUE INDEX invites_code ON invites (code_hash);
CREATE INDEX invites_person ON invites (person_id);

CREATE TABLE link_requests (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    channel text NOT NULL,
    external_id text NOT NULL,
    chat_id text NOT NULL,
    phone text NOT NULL,
    name text NOT NULL,
    person_id bigint REFERENCES people (id),
    state text NOT NULL CHECK (state IN ('pending', 'agreed', 'refused')),
    decided_by_staff bigint,
    decided_at timestamptz,
    idempotency_key text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX link_requests_key ON link_requests (idempotency_key);
CREATE UNIQUE INDEX link_requests_pending ON link_requests (channel, external_id) WHERE state = 'pending';
CREATE INDEX link_requests_ward ON link_requests (ward_id, state);

CREATE TABLE cases (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    person_id bigint NOT NULL REFERENCES people (id),
    kind text NOT NULL,
    month text,
    line_id bigint REFERENCES payment_lines (id),
    state text NOT NULL CHECK (state IN ('open', 'answered', 'closed')),
    answered_by bigint,
    answered_at timestamptz,
    idempotency_key text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX cases_key ON cases (idempotency_key);
CREATE INDEX cases_ward ON cases (ward_id, state, created_at);
CREATE INDEX cases_person ON cases (person_id, created_at);

CREATE TABLE case_messages (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    case_id bigint NOT NULL REFERENCES cases (id),
    person_id bigint,
    staff_id bigint,
    text text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX case_messages_case ON case_messages (case_id);

CREATE TABLE notices (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    staff_id bigint NOT NULL,
    text text NOT NULL,
    needs_confirm boolean NOT NULL DEFAULT false,
    confirm_by timestamptz,
    audience text NOT NULL DEFAULT '{}',
    state text NOT NULL,
    sent_at timestamptz,
    created_at timestamptz NOT NULL
);
CREATE INDEX notices_ward ON notices (ward_id, sent_at);

CREATE TABLE deliveries (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    kind text NOT NULL,
    subject_kind text NOT NULL,
    subject_id bigint NOT NULL,
    version bigint NOT NULL DEFAULT 0,
    person_id bigint,
    staff_id bigint,
    account_id bigint,
    channel text NOT NULL DEFAULT '',
    chat_id text NOT NULL DEFAULT '',
    message_ref text NOT NULL DEFAULT '',
    state text NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'seen', 'confirmed', 'failed', 'unreachable', 'uncertain')),
    reason text NOT NULL DEFAULT '',
    attempts bigint NOT NULL DEFAULT 0,
    key text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    sent_at timestamptz,
    seen_at timestamptz,
    confirmed_at timestamptz
);
CREATE UNIQUE INDEX deliveries_key ON deliveries (key);
CREATE INDEX deliveries_subject ON deliveries (subject_kind, subject_id);
CREATE INDEX deliveries_person ON deliveries (person_id, subject_kind, created_at);

CREATE TABLE audit_entries (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    seq bigint NOT NULL,
    at timestamptz NOT NULL,
    role text NOT NULL,
    person_id bigint,
    staff_id bigint,
    action text NOT NULL,
    subject text NOT NULL,
    detail text NOT NULL,
    prev_hash bytea NOT NULL,
    hash bytea NOT NULL
);
CREATE UNIQUE INDEX audit_entries_seq ON audit_entries (ward_id, seq);
CREATE INDEX audit_entries_subject ON audit_entries (ward_id, subject);

CREATE TABLE idempotency_keys (
    key text PRIMARY KEY,
    ward_id bigint NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX idempotency_keys_at ON idempotency_keys (at);

-- +goose StatementBegin
CREATE FUNCTION audit_append_only() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'the journal is append-only';
END $$ LANGUAGE plpgsql;
-- +goose StatementEnd
CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION audit_append_only();
