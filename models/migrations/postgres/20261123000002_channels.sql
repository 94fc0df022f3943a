-- +goose Up
ALTER TABLE accounts ADD COLUMN unreachable_why text NOT NULL DEFAULT '';

ALTER TABLE drafts ADD COLUMN event text NOT NULL DEFAULT '';

-- What a ward pays for a message that its platform bills, in đồng.
ALTER TABLE wards ADD COLUMN billed_message_price bigint NOT NULL DEFAULT 55;
ALTER TABLE wards ADD COLUMN template_message_price bigint NOT NULL DEFAULT 200;

ALTER TABLE deliveries DROP CONSTRAINT deliveries_state_check;
ALTER TABLE deliveries ADD CONSTRAINT deliveries_state_check
    CHECK (state IN ('queued', 'sending', 'sent', 'delivered', 'seen', 'confirmed', 'failed', 'unreachable', 'uncertain'));
ALTER TABLE deliveries ADD COLUMN mark text NOT NULL DEFAULT '';
ALTER TABLE deliveries ADD COLUMN choices text NOT NULL DEFAULT '';
ALTER TABLE deliveries ADD COLUMN via text NOT NULL DEFAULT '' CHECK (via IN ('', 'template_user', 'template_phone'));
ALTER TABLE deliveries ADD COLUMN called_at timestamptz;
ALTER TABLE deliveries ADD COLUMN called_by bigint;
CREATE UNIQUE INDEX deliveries_mark ON deliveries (channel, chat_id, mark) WHERE mark <> '';
CREATE INDEX deliveries_ref ON deliveries (channel, message_ref) WHERE message_ref <> '';
CREATE INDEX deliveries_unreached ON deliveries (ward_id, created_at) WHERE state IN ('failed', 'unreachable') AND called_at IS NULL;

CREATE TABLE channel_tokens (
    channel text PRIMARY KEY,
    owner text NOT NULL DEFAULT '',
    access text NOT NULL,
    refresh text NOT NULL,
    expires_at timestamptz NOT NULL,
    generation bigint NOT NULL,
    seed bytea NOT NULL,
    leased_by text NOT NULL DEFAULT '',
    leased_until timestamptz,
    lost_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

CREATE TABLE channel_token_events (
    id bigserial PRIMARY KEY,
    channel text NOT NULL,
    generation bigint NOT NULL,
    what text NOT NULL,
    code text NOT NULL DEFAULT '',
    at timestamptz NOT NULL
);
CREATE INDEX channel_token_events_channel ON channel_token_events (channel, id);

CREATE TABLE channel_troubles (
    id bigserial PRIMARY KEY,
    channel text NOT NULL,
    code text NOT NULL,
    detail text NOT NULL DEFAULT '',
    since timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE UNIQUE INDEX channel_troubles_open ON channel_troubles (channel, code) WHERE ended_at IS NULL;

CREATE TABLE message_templates (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    channel text NOT NULL,
    kind text NOT NULL,
    template_id text NOT NULL,
    fields text NOT NULL,
    created_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE UNIQUE INDEX message_templates_kind ON message_templates (ward_id, channel, kind) WHERE ended_at IS NULL;

CREATE TABLE downloads (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    account_id bigint NOT NULL REFERENCES accounts (id),
    person_id bigint,
    staff_id bigint,
    token_hash bytea NOT NULL,
    name text NOT NULL,
    mime text NOT NULL,
    content text NOT NULL,
    size bigint NOT NULL,
    picture boolean NOT NULL,
    expires_at timestamptz NOT NULL,
    taken_at timestamptz,
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX downloads_token ON downloads (token_hash);
CREATE INDEX downloads_expires ON downloads (expires_at);
