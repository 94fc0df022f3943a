-- +goose Up
-- A kind of request is called by what the person's money goes to, as the design
-- calls it. The journal keeps what was written.
UPDATE change_requests SET kind = 'destination' WHERE kind = 'bank';
UPDATE approval_rules SET kind = 'destination' WHERE kind = 'bank';
