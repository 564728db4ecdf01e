-- A commit touches as few pages as it can, for each of them is written whole before anyone is answered.
--
-- Where a stream ends is the last of its events in the index (stream_id, revision), so `streams` need not
-- say it again. Positions are dense because the writer counts them and the key is unique; a look-up for
-- each row proved nothing more.
DROP TRIGGER events_are_dense;
DROP TRIGGER streams_only_grow;
ALTER TABLE streams DROP COLUMN revision;

CREATE TRIGGER streams_are_not_changed BEFORE UPDATE ON streams
BEGIN SELECT RAISE(ABORT, 'streams are never changed'); END;
