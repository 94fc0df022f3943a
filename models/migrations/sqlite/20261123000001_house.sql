-- +goose Up
CREATE TABLE wards (
    id integer PRIMARY KEY AUTOINCREMENT,
    code text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL DEFAULT 'phường',
    valid_from text,
    valid_to text,
    clerk_phone text NOT NULL DEFAULT '',
    deputy_may_propose boolean NOT NULL DEFAULT false,
    decision_required boolean NOT NULL DEFAULT false,
    remind_after_hours integer NOT NULL DEFAULT 48,
    pay_day integer NOT NULL DEFAULT 0,
    created_at datetime NOT NULL
);
CREATE UNIQUE INDEX wards_code ON wards (code);

CREATE TABLE organizations (
    code text PRIMARY KEY,
    name text NOT NULL,
    branch_name text NOT NULL,
    head_title text NOT NULL,
    deputy_title text NOT NULL,
    member_title text NOT NULL,
    deputies_max integer NOT NULL DEFAULT 1,
    sort_order integer NOT NULL DEFAULT 0
);

CREATE TABLE villages (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    name text NOT NULL,
    folded text NOT NULL,
    sort_order integer NOT NULL DEFAULT 0,
    valid_from text,
    valid_to text,
    created_at datetime NOT NULL
);
CREATE UNIQUE INDEX villages_name ON villages (ward_id, folded) WHERE valid_to IS NULL;

CREATE TABLE branches (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    village_id integer NOT NULL REFERENCES villages (id),
    organization_code text NOT NULL REFERENCES organizations (code),
    name text NOT NULL,
    valid_from text,
    valid_to text,
    created_at datetime NOT NULL
);
CREATE UNIQUE INDEX branches_village ON branches (village_id, organization_code) WHERE valid_to IS NULL;
CREATE INDEX branches_ward ON branches (ward_id);

CREATE TABLE people (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    name text NOT NULL CHECK (name <> ''),
    folded text NOT NULL,
    birth_date text,
    birth_year integer NOT NULL DEFAULT 0,
    phone text NOT NULL DEFAULT '',
    phone_hash blob,
    phone_shared boolean NOT NULL DEFAULT false,
    citizen_id text NOT NULL DEFAULT '',
    citizen_hash blob,
    bank_account text NOT NULL DEFAULT '',
    bank_hash blob,
    bank_tail text NOT NULL DEFAULT '',
    bank_name text NOT NULL DEFAULT '',
    died_on text,
    version integer NOT NULL DEFAULT 1,
    created_at datetime NOT NULL,
    updated_at datetime NOT NULL
);
-- A number that several people answer must be declared shared.
CREATE UNIQUE INDEX people_phone ON people (ward_id, phone_hash) WHERE phone_hash IS NOT NULL AND NOT phone_shared;
CREATE UNIQUE INDEX people_citizen ON people (ward_id, citizen_hash) WHERE citizen_hash IS NOT NULL;
CREATE INDEX people_folded ON people (ward_id, folded);

CREATE TABLE change_requests (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    kind text NOT NULL,
    state text NOT NULL CHECK (state IN ('submitted', 'returned', 'approved', 'refused', 'withdrawn')),
    version integer NOT NULL DEFAULT 1,
    branch_id integer REFERENCES branches (id),
    subject_id integer REFERENCES people (id),
    newcomer_id integer REFERENCES people (id),
    payload text NOT NULL,
    base text NOT NULL DEFAULT '{}',
    proposer_person_id integer REFERENCES people (id),
    proposer_staff_id integer,
    decided_by_staff_id integer,
    reason text NOT NULL DEFAULT '',
    idempotency_key text NOT NULL,
    submitted_at datetime NOT NULL,
    decided_at datetime,
    reminded_at datetime,
    created_at datetime NOT NULL,
    updated_at datetime NOT NULL,
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
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    change_id integer NOT NULL REFERENCES change_requests (id),
    version integer NOT NULL,
    from_state text NOT NULL,
    to_state text NOT NULL,
    person_id integer,
    staff_id integer,
    reason text NOT NULL DEFAULT '',
    at datetime NOT NULL
);
-- Each version of a request comes about once: two decisions cannot both win.
CREATE UNIQUE INDEX change_events_version ON change_events (change_id, version);

CREATE TABLE terms (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    branch_id integer NOT NULL REFERENCES branches (id),
    person_id integer NOT NULL REFERENCES people (id),
    role text NOT NULL CHECK (role IN ('head', 'deputy', 'member', 'cell_member')),
    slot integer NOT NULL DEFAULT 0,
    title text NOT NULL,
    acting boolean NOT NULL DEFAULT false,
    from_date text NOT NULL,
    to_date text,
    decision_number text NOT NULL DEFAULT '',
    decision_date text,
    decision_signer text NOT NULL DEFAULT '',
    end_reason text NOT NULL DEFAULT '',
    change_id integer REFERENCES change_requests (id),
    end_change_id integer REFERENCES change_requests (id),
    superseded_at datetime,
    superseded_by integer REFERENCES terms (id),
    created_at datetime NOT NULL,
    CHECK (to_date IS NULL OR to_date >= from_date),
    CHECK (role NOT IN ('head', 'deputy') OR slot >= 1),
    CHECK (role <> 'head' OR slot = 1)
);
CREATE INDEX terms_branch ON terms (branch_id, from_date);
CREATE INDEX terms_by_person ON terms (person_id, from_date);
CREATE INDEX terms_ward ON terms (ward_id, from_date);

CREATE TABLE drafts (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL DEFAULT 0,
    owner text NOT NULL,
    form text NOT NULL,
    step text NOT NULL,
    answers text NOT NULL,
    updated_at datetime NOT NULL,
    created_at datetime NOT NULL
);
CREATE UNIQUE INDEX drafts_owner ON drafts (owner);

CREATE TABLE policies (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    code text NOT NULL,
    name text NOT NULL,
    source text NOT NULL,
    legal_basis text NOT NULL CHECK (legal_basis <> ''),
    legal_date text,
    issuer text NOT NULL DEFAULT '',
    from_date text NOT NULL,
    to_date text,
    accrual text NOT NULL CHECK (accrual IN ('full_if_on_day', 'next_month', 'by_day', 'full_from')),
    accrual_days integer NOT NULL DEFAULT 0,
    accrual_percent integer NOT NULL DEFAULT 0,
    stacking text NOT NULL CHECK (stacking IN ('all', 'highest', 'highest_plus')),
    stacking_percent integer NOT NULL DEFAULT 0,
    cap integer NOT NULL DEFAULT 0,
    created_at datetime NOT NULL,
    CHECK (to_date IS NULL OR to_date >= from_date)
);
CREATE UNIQUE INDEX policies_code ON policies (ward_id, code, from_date);

CREATE TABLE policy_rules (
    id integer PRIMARY KEY AUTOINCREMENT,
    policy_id integer NOT NULL REFERENCES policies (id),
    role text NOT NULL,
    organization_code text NOT NULL DEFAULT '',
    amount integer NOT NULL DEFAULT 0,
    coefficient integer NOT NULL DEFAULT 0,
    CHECK (amount >= 0 AND coefficient >= 0 AND (amount > 0) <> (coefficient > 0))
);
CREATE UNIQUE INDEX policy_rules_role ON policy_rules (policy_id, role, organization_code);

CREATE TABLE base_salaries (
    id integer PRIMARY KEY AUTOINCREMENT,
    from_date text NOT NULL,
    amount integer NOT NULL CHECK (amount > 0),
    legal_basis text NOT NULL
);
CREATE UNIQUE INDEX base_salaries_from ON base_salaries (from_date);

CREATE TABLE payment_runs (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    month text NOT NULL,
    state text NOT NULL CHECK (state IN ('draft', 'submitted', 'approved', 'exported', 'closed')),
    version integer NOT NULL DEFAULT 1,
    total integer NOT NULL DEFAULT 0,
    people integer NOT NULL DEFAULT 0,
    content_hash blob,
    prepared_by_staff_id integer,
    approved_by_staff_id integer,
    submitted_at datetime,
    approved_at datetime,
    exported_at datetime,
    closed_at datetime,
    created_at datetime NOT NULL,
    updated_at datetime NOT NULL,
    CHECK (approved_by_staff_id IS NULL OR approved_by_staff_id <> prepared_by_staff_id),
    CHECK (state = 'draft' OR content_hash IS NOT NULL)
);
CREATE UNIQUE INDEX payment_runs_month ON payment_runs (ward_id, month);

CREATE TABLE payment_lines (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    run_id integer NOT NULL REFERENCES payment_runs (id),
    person_id integer NOT NULL REFERENCES people (id),
    month text NOT NULL,
    amount integer NOT NULL,
    state text NOT NULL CHECK (state IN ('pending', 'paid', 'failed', 'returned', 'carried')),
    reason text NOT NULL DEFAULT '',
    paid_on text,
    name text NOT NULL,
    title text NOT NULL,
    unit text NOT NULL,
    bank_name text NOT NULL DEFAULT '',
    bank_tail text NOT NULL DEFAULT '',
    follows_id integer REFERENCES payment_lines (id)
);
CREATE UNIQUE INDEX payment_lines_person ON payment_lines (run_id, person_id);
CREATE INDEX payment_lines_month ON payment_lines (person_id, month);

CREATE TABLE payment_components (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    line_id integer NOT NULL REFERENCES payment_lines (id),
    run_id integer NOT NULL REFERENCES payment_runs (id),
    person_id integer NOT NULL REFERENCES people (id),
    month text NOT NULL,
    policy_id integer NOT NULL REFERENCES policies (id),
    term_id integer NOT NULL REFERENCES terms (id),
    branch_id integer NOT NULL REFERENCES branches (id),
    role text NOT NULL,
    amount integer NOT NULL,
    rate integer NOT NULL DEFAULT 0,
    basis text NOT NULL,
    why text NOT NULL,
    days integer NOT NULL DEFAULT 0
);
CREATE INDEX payment_components_line ON payment_components (line_id);
CREATE INDEX payment_components_person ON payment_components (person_id, month);
CREATE INDEX payment_components_run ON payment_components (run_id);

CREATE TABLE staff (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    name text NOT NULL,
    role text NOT NULL CHECK (role IN ('viewer', 'clerk', 'leader', 'admin')),
    person_id integer REFERENCES people (id),
    phone text NOT NULL DEFAULT '',
    totp text NOT NULL DEFAULT '',
    totp_counter integer NOT NULL DEFAULT 0,
    active boolean NOT NULL DEFAULT true,
    created_at datetime NOT NULL
);
CREATE INDEX staff_ward ON staff (ward_id);

CREATE TABLE accounts (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    channel text NOT NULL,
    external_id text NOT NULL,
    chat_id text NOT NULL,
    person_id integer REFERENCES people (id),
    staff_id integer REFERENCES staff (id),
    linked_at datetime NOT NULL,
    unlinked_at datetime,
    unreachable_at datetime,
    last_seen_at datetime NOT NULL,
    stepped_up_until datetime,
    created_at datetime NOT NULL,
    CHECK ((person_id IS NULL) <> (staff_id IS NULL))
);
CREATE UNIQUE INDEX accounts_external ON accounts (channel, external_id) WHERE unlinked_at IS NULL;
CREATE UNIQUE INDEX accounts_person ON accounts (person_id, channel) WHERE unlinked_at IS NULL AND person_id IS NOT NULL;
CREATE UNIQUE INDEX accounts_staff ON accounts (staff_id, channel) WHERE unlinked_at IS NULL AND staff_id IS NOT NULL;

CREATE TABLE consents (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    person_id integer REFERENCES people (id),
    staff_id integer REFERENCES staff (id),
    account_id integer NOT NULL REFERENCES accounts (id),
    version text NOT NULL,
    channel text NOT NULL,
    event_id text NOT NULL,
    given_at datetime NOT NULL,
    withdrawn_at datetime
);
CREATE INDEX consents_account ON consents (account_id);
CREATE INDEX consents_person ON consents (person_id);

CREATE TABLE invites (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    person_id integer REFERENCES people (id),
    staff_id integer REFERENCES staff (id),
    code_hash blob NOT NULL,
    expires_at datetime NOT NULL,
    used_at datetime,
    used_by_account integer REFERENCES accounts (id),
    revoked_at datetime,
    created_by_staff integer,
    created_at datetime NOT NULL,
    CHECK ((person_id IS NULL) <> (staff_id IS NULL))
);
CREATE UNIQUE INDEX invites_code ON invites (code_hash);
CREATE INDEX invites_person ON invites (person_id);

CREATE TABLE link_requests (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    channel text NOT NULL,
    external_id text NOT NULL,
    chat_id text NOT NULL,
    phone text NOT NULL,
    name text NOT NULL,
    person_id integer REFERENCES people (id),
    state text NOT NULL CHECK (state IN ('pending', 'agreed', 'refused')),
    decided_by_staff integer,
    decided_at datetime,
    idempotency_key text NOT NULL,
    created_at datetime NOT NULL
);
CREATE UNIQUE INDEX link_requests_key ON link_requests (idempotency_key);
CREATE UNIQUE INDEX link_requests_pending ON link_requests (channel, external_id) WHERE state = 'pending';
CREATE INDEX link_requests_ward ON link_requests (ward_id, state);

CREATE TABLE cases (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    person_id integer NOT NULL REFERENCES people (id),
    kind text NOT NULL,
    month text,
    line_id integer REFERENCES payment_lines (id),
    state text NOT NULL CHECK (state IN ('open', 'answered', 'closed')),
    answered_by integer,
    answered_at datetime,
    idempotency_key text NOT NULL,
    created_at datetime NOT NULL,
    updated_at datetime NOT NULL
);
CREATE UNIQUE INDEX cases_key ON cases (idempotency_key);
CREATE INDEX cases_ward ON cases (ward_id, state, created_at);
CREATE INDEX cases_person ON cases (person_id, created_at);

CREATE TABLE case_messages (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    case_id integer NOT NULL REFERENCES cases (id),
    person_id integer,
    staff_id integer,
    text text NOT NULL,
    at datetime NOT NULL
);
CREATE INDEX case_messages_case ON case_messages (case_id);

CREATE TABLE notices (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    staff_id integer NOT NULL,
    text text NOT NULL,
    needs_confirm boolean NOT NULL DEFAULT false,
    confirm_by datetime,
    audience text NOT NULL DEFAULT '{}',
    state text NOT NULL,
    sent_at datetime,
    created_at datetime NOT NULL
);
CREATE INDEX notices_ward ON notices (ward_id, sent_at);

CREATE TABLE deliveries (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    kind text NOT NULL,
    subject_kind text NOT NULL,
    subject_id integer NOT NULL,
    version integer NOT NULL DEFAULT 0,
    person_id integer,
    staff_id integer,
    account_id integer,
    channel text NOT NULL DEFAULT '',
    chat_id text NOT NULL DEFAULT '',
    message_ref text NOT NULL DEFAULT '',
    state text NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'seen', 'confirmed', 'failed', 'unreachable', 'uncertain')),
    reason text NOT NULL DEFAULT '',
    attempts integer NOT NULL DEFAULT 0,
    key text NOT NULL,
    created_at datetime NOT NULL,
    updated_at datetime NOT NULL,
    sent_at datetime,
    seen_at datetime,
    confirmed_at datetime
);
CREATE UNIQUE INDEX deliveries_key ON deliveries (key);
CREATE INDEX deliveries_subject ON deliveries (subject_kind, subject_id);
CREATE INDEX deliveries_person ON deliveries (person_id, subject_kind, created_at);

CREATE TABLE audit_entries (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    seq integer NOT NULL,
    at datetime NOT NULL,
    role text NOT NULL,
    person_id integer,
    staff_id integer,
    action text NOT NULL,
    subject text NOT NULL,
    detail text NOT NULL,
    prev_hash blob NOT NULL,
    hash blob NOT NULL
);
CREATE UNIQUE INDEX audit_entries_seq ON audit_entries (ward_id, seq);
CREATE INDEX audit_entries_subject ON audit_entries (ward_id, subject);

CREATE TABLE idempotency_keys (
    key text PRIMARY KEY,
    ward_id integer NOT NULL,
    at datetime NOT NULL
);
CREATE INDEX idempotency_keys_at ON idempotency_keys (at);

-- What PostgreSQL refuses by exclusion constraints.
-- +goose StatementBegin
CREATE TRIGGER terms_slot_insert BEFORE INSERT ON terms
WHEN NEW.superseded_at IS NULL AND NEW.role IN ('head', 'deputy')
BEGIN
    SELECT RAISE(ABORT, 'terms_slot: the post is held by another on those days')
    WHERE EXISTS (
        SELECT 1 FROM terms t
        WHERE t.branch_id = NEW.branch_id AND t.role = NEW.role AND t.slot = NEW.slot AND t.superseded_at IS NULL
          AND t.from_date <= COALESCE(NEW.to_date, '9999-12-31') AND NEW.from_date <= COALESCE(t.to_date, '9999-12-31'));
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER terms_person_insert BEFORE INSERT ON terms
WHEN NEW.superseded_at IS NULL
BEGIN
    SELECT RAISE(ABORT, 'terms_person: the person holds a post of the branch on those days')
    WHERE EXISTS (
        SELECT 1 FROM terms t
        WHERE t.branch_id = NEW.branch_id AND t.person_id = NEW.person_id AND t.superseded_at IS NULL
          AND t.from_date <= COALESCE(NEW.to_date, '9999-12-31') AND NEW.from_date <= COALESCE(t.to_date, '9999-12-31'));
END;
-- +goose StatementEnd

-- What PostgreSQL refuses by exclusion constraints.
-- +goose StatementBegin
CREATE TRIGGER terms_slot_update BEFORE UPDATE ON terms
WHEN NEW.superseded_at IS NULL AND NEW.role IN ('head', 'deputy')
BEGIN
    SELECT RAISE(ABORT, 'terms_slot: the post is held by another on those days')
    WHERE EXISTS (
        SELECT 1 FROM terms t
        WHERE t.branch_id = NEW.branch_id AND t.role = NEW.role AND t.slot = NEW.slot AND t.superseded_at IS NULL AND t.id <> NEW.id
          AND t.from_date <= COALESCE(NEW.to_date, '9999-12-31') AND NEW.from_date <= COALESCE(t.to_date, '9999-12-31'));
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER terms_person_update BEFORE UPDATE ON terms
WHEN NEW.superseded_at IS NULL
BEGIN
    SELECT RAISE(ABORT, 'terms_person: the person holds a post of the branch on those days')
    WHERE EXISTS (
        SELECT 1 FROM terms t
        WHERE t.branch_id = NEW.branch_id AND t.person_id = NEW.person_id AND t.superseded_at IS NULL AND t.id <> NEW.id
          AND t.from_date <= COALESCE(NEW.to_date, '9999-12-31') AND NEW.from_date <= COALESCE(t.to_date, '9999-12-31'));
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER audit_entries_no_update BEFORE UPDATE ON audit_entries
BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;
-- +goose StatementEnd
