-- +goose Up
-- A half-filled form goes on under the name that its kind of request has.
UPDATE drafts SET form = 'destination' WHERE form = 'bank';
