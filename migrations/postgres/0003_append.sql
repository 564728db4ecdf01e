-- A batch may be sent while the one before it commits. It then rests on an end of the log that may never
-- be, so the end is known by its chain and not by its number alone: another process may have written as much.
DROP FUNCTION ledger.append(
    bigint, bigint, text[], bigint[], bytea[], text[], bytea[], bytea[], bytea[], bytea[], bytea[], bigint[], bigint[]
);

-- A whole batch, written after the event at position `at` whose chain is `before`, or not at all. Answers
-- whether it was written: no when the log ends elsewhere. A log that is shorter is an error (QE001), so that
-- nothing is flushed: the batch before this one may just not have come to its lock yet. Each statement sees
-- what was committed before it began, so the end is looked up after the lock was waited for. An empty batch is
-- a commit all the same: what a replay is told is then as durable, and as replicated, as if it were written now.
CREATE FUNCTION ledger.append(
    at bigint, before bytea, recorded_at bigint, streams text[], revisions bigint[], ids bytea[], names text[],
    metas bytea[], bodies bytea[], chains bytea[], keys bytea[], requests bytea[], firsts bigint[], lasts bigint[]
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    last_position bigint;
    last_chain    bytea;
BEGIN
    PERFORM FROM ledger.log_head FOR UPDATE;
    SELECT position, chain INTO last_position, last_chain FROM ledger.events ORDER BY position DESC LIMIT 1;
    IF coalesce(last_position, 0) < at THEN
        RAISE EXCEPTION 'the log does not end at % yet', at USING ERRCODE = 'QE001';
    END IF;
    IF coalesce(last_position, 0) <> at OR last_chain <> before THEN
        RETURN false;
    END IF;
    -- By subscript: arrays that are parameters are unpacked once, while unnest would copy each of them twice.
    INSERT INTO ledger.events (position, stream, revision, event_id, name, recorded_at, meta, body, chain)
    SELECT at + nth, streams[nth], revisions[nth], ids[nth], names[nth], append.recorded_at,
        metas[nth], bodies[nth], chains[nth]
    FROM generate_series(1, cardinality(chains)) AS nth;
    IF cardinality(keys) > 0 THEN
        INSERT INTO ledger.commands (key, request, first_position, last_position)
        SELECT * FROM unnest(keys, requests, firsts, lasts);
    END IF;
    RETURN true;
END $$;
