-- The ledger: every event once, in the order of its commit. Nothing here is ever changed or taken away.
--
-- Rows are only ever inserted, also by the store itself, so no vacuum and no long transaction elsewhere
-- makes an append slower. Where the log ends is what the last event says.

CREATE TABLE ledger.events (
    position    bigint PRIMARY KEY CHECK (position >= 1),
    stream      text   COLLATE "C" NOT NULL,
    revision    bigint NOT NULL CHECK (revision >= 1),
    event_id    bytea  NOT NULL CHECK (length(event_id) = 16),
    name        text   NOT NULL,
    recorded_at bigint NOT NULL, -- microseconds since 1970, UTC
    meta        bytea  NOT NULL,
    body        bytea  NOT NULL,
    chain       bytea  NOT NULL CHECK (length(chain) = 32),
    -- The database's own word on conflicts, should the program ever be wrong.
    UNIQUE (stream, revision)
);

-- Facts are short, and compressing them costs more than it saves.
ALTER TABLE ledger.events ALTER COLUMN meta SET STORAGE EXTERNAL, ALTER COLUMN body SET STORAGE EXTERNAL;

-- What a command has written, so that asking again is an answer and not a second effect.
CREATE TABLE ledger.commands (
    key            bytea  PRIMARY KEY CHECK (length(key) = 32),
    request        bytea  NOT NULL CHECK (length(request) = 32),
    first_position bigint NOT NULL,
    last_position  bigint NOT NULL CHECK (last_position >= first_position)
);

-- Which ledger this is. Whoever appends holds the lock on its one row until his commit is durable.
CREATE TABLE ledger.log_head (
    id       integer PRIMARY KEY CHECK (id = 1),
    store_id bytea   NOT NULL CHECK (length(store_id) = 16),
    format   integer NOT NULL
);

INSERT INTO ledger.log_head (id, store_id, format) VALUES (1, uuid_send(gen_random_uuid()), 1);

CREATE FUNCTION ledger.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%.% is never changed and nothing of it deleted', TG_TABLE_SCHEMA, TG_TABLE_NAME;
END $$;

CREATE TRIGGER events_are_final BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.events
    EXECUTE FUNCTION ledger.refuse();
CREATE TRIGGER commands_are_final BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.commands
    EXECUTE FUNCTION ledger.refuse();
CREATE TRIGGER log_head_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger.log_head
    EXECUTE FUNCTION ledger.refuse();

-- Also where a session has turned triggers off for a replica.
ALTER TABLE ledger.events ENABLE ALWAYS TRIGGER events_are_final;
ALTER TABLE ledger.commands ENABLE ALWAYS TRIGGER commands_are_final;
ALTER TABLE ledger.log_head ENABLE ALWAYS TRIGGER log_head_is_final;

-- A whole batch, written after position `at` or not at all. Answers where the log ended when the lock was
-- had: another number than `at` means that nothing was written. Each statement sees what was committed
-- before it began, so the end is looked up after the lock was waited for. An empty batch is a commit all
-- the same: what a replay is told is then as durable, and as replicated, as if it were written now.
CREATE FUNCTION ledger.append(
    at bigint, recorded_at bigint, streams text[], revisions bigint[], ids bytea[], names text[],
    metas bytea[], bodies bytea[], chains bytea[], keys bytea[], requests bytea[], firsts bigint[], lasts bigint[]
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    found_end bigint;
BEGIN
    PERFORM FROM ledger.log_head FOR UPDATE;
    SELECT coalesce(max(position), 0) INTO found_end FROM ledger.events;
    IF found_end = at THEN
        -- By subscript: arrays that are parameters are unpacked once, while unnest would copy each of them twice.
        INSERT INTO ledger.events (position, stream, revision, event_id, name, recorded_at, meta, body, chain)
        SELECT at + nth, streams[nth], revisions[nth], ids[nth], names[nth], append.recorded_at,
            metas[nth], bodies[nth], chains[nth]
        FROM generate_series(1, cardinality(chains)) AS nth;
        IF cardinality(keys) > 0 THEN
            INSERT INTO ledger.commands (key, request, first_position, last_position)
            SELECT * FROM unnest(keys, requests, firsts, lasts);
        END IF;
    END IF;
    RETURN found_end;
END $$;
