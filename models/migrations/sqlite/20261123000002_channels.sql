-- +goose Up
ALTER TABLE accounts ADD COLUMN unreachable_why text NOT NULL DEFAULT '';

ALTER TABLE drafts ADD COLUMN event text NOT NULL DEFAULT '';

-- What a ward pays for a message that its platform bills, in đồng.
ALTER TABLE wards ADD COLUMN billed_message_price integer NOT NULL DEFAULT 55;
ALTER TABLE wards ADD COLUMN template_message_price integer NOT NULL DEFAULT 200;

-- SQLite changes no CHECK in place: the table is made anew.
CREATE TABLE deliveries_new (
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
    state text NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'delivered', 'seen', 'confirmed', 'failed', 'unreachable', 'uncertain')),
    reason text NOT NULL DEFAULT '',
    attempts integer NOT NULL DEFAULT 0,
    key text NOT NULL,
    created_at datetime NOT NULL,
    updated_at datetime NOT NULL,
    sent_at datetime,
    seen_at datetime,
    confirmed_at datetime,
    mark text NOT NULL DEFAULT '',
    choices text NOT NULL DEFAULT '',
    via text NOT NULL DEFAULT '' CHECK (via IN ('', 'template_user', 'template_phone')),
    called_at datetime,
    called_by integer
);
INSERT INTO deliveries_new (id, ward_id, kind, subject_kind, subject_id, version, person_id, staff_id, account_id, channel, chat_id, message_ref, state, reason, attempts, key, created_at, updated_at, sent_at, seen_at, confirmed_at)
SELECT id, ward_id, kind, subject_kind, subject_id, version, person_id, staff_id, account_id, channel, chat_id, message_ref, state, reason, attempts, key, created_at, updated_at, sent_at, seen_at, confirmed_at FROM deliveries;
DROP TABLE deliveries;
ALTER TABLE deliveries_new RENAME TO deliveries;
CREATE UNIQUE INDEX deliveries_key ON deliveries (key);
CREATE INDEX deliveries_subject ON deliveries (subject_kind, subject_id);
CREATE INDEX deliveries_person ON deliveries (person_id, subject_kind, created_at);
CREATE UNIQUE INDEX deliveries_mark ON deliveries (channel, chat_id, mark) WHERE mark <> '';
CREATE INDEX deliveries_ref ON deliveries (channel, message_ref) WHERE message_ref <> '';
CREATE INDEX deliveries_unreached ON deliveries (ward_id, created_at) WHERE state IN ('failed', 'unreachable') AND called_at IS NULL;

CREATE TABLE channel_tokens (
    channel text PRIMARY KEY,
    owner text NOT NULL DEFAULT '',
    access text NOT NULL,
    refresh text NOT NULL,
    expires_at datetime NOT NULL,
    generation integer NOT NULL,
    seed blob NOT NULL,
    leased_by text NOT NULL DEFAULT '',
    leased_until datetime,
    lost_at datetime,
    created_at datetime NOT NULL,
    updated_at datetime NOT NULL
);

CREATE TABLE channel_token_events (
    id integer PRIMARY KEY AUTOINCREMENT,
    channel text NOT NULL,
    generation integer NOT NULL,
    what text NOT NULL,
    code text NOT NULL DEFAULT '',
    at datetime NOT NULL
);
CREATE INDEX channel_token_events_channel ON channel_token_events (channel, id);

CREATE TABLE channel_troubles (
    id integer PRIMARY KEY AUTOINCREMENT,
    channel text NOT NULL,
    code text NOT NULL,
    detail text NOT NULL DEFAULT '',
    since datetime NOT NULL,
    last_at datetime NOT NULL,
    ended_at datetime
);
CREATE UNIQUE INDEX channel_troubles_open ON channel_troubles (channel, code) WHERE ended_at IS NULL;

CREATE TABLE message_templates (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    channel text NOT NULL,
    kind text NOT NULL,
    template_id text NOT NULL,
    fields text NOT NULL,
    created_at datetime NOT NULL,
    ended_at datetime
);
CREATE UNIQUE INDEX message_templates_kind ON message_templates (ward_id, channel, kind) WHERE ended_at IS NULL;

CREATE TABLE downloads (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    account_id integer NOT NULL REFERENCES accounts (id),
    person_id integer,
    staff_id integer,
    token_hash blob NOT NULL,
    name text NOT NULL,
    mime text NOT NULL,
    content text NOT NULL,
    size integer NOT NULL,
    picture boolean NOT NULL,
    expires_at datetime NOT NULL,
    taken_at datetime,
    created_at datetime NOT NULL
);
CREATE UNIQUE INDEX downloads_token ON downloads (token_hash);
CREATE INDEX downloads_expires ON downloads (expires_at);
