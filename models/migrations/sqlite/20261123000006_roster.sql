-- +goose Up
-- When the end of a term became known, where that was after the term was
-- written down: what was believed before then had no end.
ALTER TABLE terms ADD COLUMN closed_at datetime;
UPDATE terms SET closed_at = (SELECT c.decided_at FROM change_requests c WHERE c.id = terms.end_change_id AND c.decided_at > terms.created_at)
WHERE to_date IS NOT NULL;

-- A person who was found to be another of the roster: the row stays, for the
-- papers that name it, and nobody lists it.
ALTER TABLE people ADD COLUMN merged_into integer REFERENCES people (id);
ALTER TABLE people ADD COLUMN merged_at datetime;
CREATE INDEX people_merged_into ON people (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE person_merges (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    keep_id integer NOT NULL REFERENCES people (id),
    drop_id integer NOT NULL REFERENCES people (id),
    by_staff integer REFERENCES staff (id),
    moved text NOT NULL,
    at datetime NOT NULL,
    undone_at datetime,
    CHECK (keep_id <> drop_id)
);
CREATE UNIQUE INDEX person_merges_drop ON person_merges (drop_id) WHERE undone_at IS NULL;
CREATE INDEX person_merges_keep ON person_merges (keep_id, at);
CREATE INDEX person_merges_ward ON person_merges (ward_id, at);

-- Pairs that staff said are two people; first_id is the lower.
CREATE TABLE person_distinctions (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    first_id integer NOT NULL REFERENCES people (id),
    second_id integer NOT NULL REFERENCES people (id),
    by_staff integer REFERENCES staff (id),
    at datetime NOT NULL,
    CHECK (first_id < second_id)
);
CREATE UNIQUE INDEX person_distinctions_pair ON person_distinctions (first_id, second_id);
CREATE INDEX person_distinctions_ward ON person_distinctions (ward_id);

-- Every name under which a village may be asked for besides its own, folded:
-- its former names, and those of the villages that went into it.
ALTER TABLE villages ADD COLUMN known_as text NOT NULL DEFAULT '';

CREATE TABLE village_names (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    village_id integer NOT NULL REFERENCES villages (id),
    name text NOT NULL CHECK (name <> ''),
    folded text NOT NULL,
    until_date text,
    decision_number text NOT NULL DEFAULT '',
    created_at datetime NOT NULL
);
CREATE UNIQUE INDEX village_names_name ON village_names (village_id, folded);
CREATE INDEX village_names_ward ON village_names (ward_id);

CREATE TABLE village_links (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    predecessor_id integer NOT NULL REFERENCES villages (id),
    successor_id integer NOT NULL REFERENCES villages (id),
    kind text NOT NULL CHECK (kind IN ('merge', 'split')),
    from_date text NOT NULL,
    decision_number text NOT NULL DEFAULT '',
    created_at datetime NOT NULL,
    CHECK (predecessor_id <> successor_id)
);
CREATE UNIQUE INDEX village_links_pair ON village_links (predecessor_id, successor_id);
CREATE INDEX village_links_successor ON village_links (successor_id);
CREATE INDEX village_links_ward ON village_links (ward_id);

-- The units that a ward was made of; those before 2025 have no row of their own.
CREATE TABLE ward_links (
    id integer PRIMARY KEY AUTOINCREMENT,
    ward_id integer NOT NULL REFERENCES wards (id),
    predecessor_name text NOT NULL CHECK (predecessor_name <> ''),
    folded text NOT NULL,
    predecessor_id integer REFERENCES wards (id),
    kind text NOT NULL CHECK (kind IN ('merge', 'split', 'rename')),
    from_date text NOT NULL,
    decision_number text NOT NULL DEFAULT '',
    created_at datetime NOT NULL
);
CREATE UNIQUE INDEX ward_links_name ON ward_links (ward_id, folded);
