-- +goose Up
-- Which migration a binary must know to write here: one that does not would undo
-- what a later release relies on. A migration that may not be written over by the
-- release before raises it to its own number.
CREATE TABLE schema_fence (
    id integer PRIMARY KEY CHECK (id = 1),
    least bigint NOT NULL
);
INSERT INTO schema_fence (id, least) VALUES (1, 20261202020000);
