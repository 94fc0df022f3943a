-- +goose Up
-- A notice before it leaves: kept as a draft, waiting for a leader, or for its
-- time; and what it carries beyond its text.
ALTER TABLE notices ADD COLUMN urgent boolean NOT NULL DEFAULT false;
ALTER TABLE notices ADD COLUMN attendance boolean NOT NULL DEFAULT false;
ALTER TABLE notices ADD COLUMN send_at timestamptz;
ALTER TABLE notices ADD COLUMN file_id bigint;
ALTER TABLE notices ADD COLUMN corrects bigint;
ALTER TABLE notices ADD COLUMN recurring_id bigint;
ALTER TABLE notices ADD COLUMN approved_by bigint;
ALTER TABLE notices ADD COLUMN reminded_at timestamptz;
ALTER TABLE notices ADD COLUMN following boolean NOT NULL DEFAULT false;
CREATE INDEX notices_due ON notices (send_at) WHERE state = 'scheduled';

-- A leader of the ward lets notices go before they are sent.
ALTER TABLE wards ADD COLUMN notices_by_leader boolean NOT NULL DEFAULT false;

CREATE TABLE notice_files (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    staff_id bigint NOT NULL REFERENCES staff (id),
    content_type text NOT NULL CHECK (content_type IN ('image/jpeg', 'application/pdf')),
    sha256 bytea NOT NULL,
    content bytea NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX notice_files_staff ON notice_files (staff_id, created_at);

-- Who comes to what a notice invites to; it goes with the delivery, so that a
-- merger of people moves it.
CREATE TABLE notice_answers (
    delivery_id bigint PRIMARY KEY REFERENCES deliveries (id),
    notice_id bigint NOT NULL REFERENCES notices (id),
    ward_id bigint NOT NULL REFERENCES wards (id),
    attends boolean NOT NULL,
    reason text NOT NULL DEFAULT '',
    at timestamptz NOT NULL
);
CREATE INDEX notice_answers_notice ON notice_answers (notice_id);
