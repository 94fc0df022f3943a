-- +goose Up
-- What came to a ward user lately is looked up when they write.
CREATE INDEX deliveries_staff ON deliveries (staff_id, created_at) WHERE staff_id IS NOT NULL;
