-- +goose Up
-- When the end of a term became known, where that was after the term was
-- written down: what was believed before then had no end.
ALTER TABLE terms ADD COLUMN closed_at timestamptz;
UPDATE terms SET closed_at = c.decided_at FROM change_requests c
WHERE c.id = terms.end_change_id AND terms.to_date IS NOT NULL AND c.decided_at > terms.created_at;

-- A person who was found to be another of the roster: the row stays, for the
-- papers that name it, and nobody lists it.
ALTER TABLE people ADD COLUMN merged_into bigint REFERENCES people (id);
ALTER TABLE people ADD COLUMN merged_at timestamptz;
ALTER TABLE people ADD CONSTRAINT people_merged CHECK ((merged_into IS NULL) = (merged_at IS NULL) AND merged_into <> id);
CREATE INDEX people_merged_into ON people (merged_into) WHERE merged_into IS NOT NULL;

-- +goose StatementBegin
DO $$
DECLARE place text;
BEGIN
    -- Schemas of one database may migrate at once, and share its extensions.
    PERFORM pg_advisory_xact_lock(7262026001);
    IF NOT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm') THEN
        BEGIN
            CREATE EXTENSION pg_trgm WITH SCHEMA public;
        EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN
            RAISE WARNING 'pg_trgm cannot be had: searching by part of a name will read the whole table';
        END;
    END IF;
    SELECT n.nspname INTO place FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_trgm';
    IF place IS NOT NULL THEN
        EXECUTE format('CREATE INDEX people_parts ON people USING gin (folded %I.gin_trgm_ops) WHERE merged_into IS NULL', place);
        EXECUTE format('CREATE INDEX people_phone_parts ON people USING gin (phone %I.gin_trgm_ops) WHERE merged_into IS NULL', place);
    END IF;
END $$;
-- +goose StatementEnd

CREATE TABLE person_merges (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    keep_id bigint NOT NULL REFERENCES people (id),
    drop_id bigint NOT NULL REFERENCES people (id),
    by_staff bigint REFERENCES staff (id),
    moved text NOT NULL,
    at timestamptz NOT NULL,
    undone_at timestamptz,
    CHECK (keep_id <> drop_id)
);
CREATE UNIQUE INDEX person_merges_drop ON person_merges (drop_id) WHERE undone_at IS NULL;
CREATE INDEX person_merges_keep ON person_merges (keep_id, at);
CREATE INDEX person_merges_ward ON person_merges (ward_id, at);

-- Pairs that staff said are two people; first_id is the lower.
CREATE TABLE person_distinctions (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    first_id bigint NOT NULL REFERENCES people (id),
    second_id bigint NOT NULL REFERENCES people (id),
    by_staff bigint REFERENCES staff (id),
    at timestamptz NOT NULL,
    CHECK (first_id < second_id)
);
CREATE UNIQUE INDEX person_distinctions_pair ON person_distinctions (first_id, second_id);
CREATE INDEX person_distinctions_ward ON person_distinctions (ward_id);

-- Every name under which a village may be asked for besides its own, folded:
-- its former names, and those of the villages that went into it.
ALTER TABLE villages ADD COLUMN known_as text NOT NULL DEFAULT '';

CREATE TABLE village_names (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    village_id bigint NOT NULL REFERENCES villages (id),
    name text NOT NULL CHECK (name <> ''),
    folded text NOT NULL,
    until_date date,
    decision_number text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX village_names_name ON village_names (village_id, folded);
CREATE INDEX village_names_ward ON village_names (ward_id);

CREATE TABLE village_links (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    predecessor_id bigint NOT NULL REFERENCES villages (id),
    successor_id bigint NOT NULL REFERENCES villages (id),
    kind text NOT NULL CHECK (kind IN ('merge', 'split')),
    from_date date NOT NULL,
    decision_number text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    CHECK (predecessor_id <> successor_id)
);
CREATE UNIQUE INDEX village_links_pair ON village_links (predecessor_id, successor_id);
CREATE INDEX village_links_successor ON village_links (successor_id);
CREATE INDEX village_links_ward ON village_links (ward_id);

-- The units that a ward was made of; those before 2025 have no row of their own.
CREATE TABLE ward_links (
    id bigserial PRIMARY KEY,
    ward_id bigint NOT NULL REFERENCES wards (id),
    predecessor_name text NOT NULL CHECK (predecessor_name <> ''),
    folded text NOT NULL,
    predecessor_id bigint REFERENCES wards (id),
    kind text NOT NULL CHECK (kind IN ('merge', 'split', 'rename')),
    from_date date NOT NULL,
    decision_number text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX ward_links_name ON ward_links (ward_id, folded);
