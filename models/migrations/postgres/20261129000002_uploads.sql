-- +goose Up
-- What platforms call the files that were uploaded to them.
CREATE TABLE uploads (
    channel text NOT NULL,
    owner text NOT NULL,
    key text NOT NULL,
    kind text NOT NULL,
    ref text NOT NULL,
    expires_at timestamptz,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (channel, owner, key, kind)
);
CREATE INDEX uploads_expires ON uploads (expires_at) WHERE expires_at IS NOT NULL;
