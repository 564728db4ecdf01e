-- The ledger: every event once, in the order of its commit. Nothing here is ever changed or taken away.

CREATE TABLE streams (
    id       INTEGER PRIMARY KEY,
    name     TEXT    NOT NULL UNIQUE,
    revision INTEGER NOT NULL CHECK (revision >= 0)
) STRICT;

-- No index on event_id: a random key would dirty one more page for each event, and nobody asks by it.
CREATE TABLE events (
    position    INTEGER PRIMARY KEY CHECK (position >= 1),
    stream_id   INTEGER NOT NULL REFERENCES streams (id),
    revision    INTEGER NOT NULL CHECK (revision >= 1),
    event_id    BLOB    NOT NULL CHECK (length(event_id) = 16),
    name        TEXT    NOT NULL,
    recorded_at INTEGER NOT NULL, -- microseconds since 1970, UTC
    meta        BLOB    NOT NULL,
    body        BLOB    NOT NULL,
    chain       BLOB    NOT NULL CHECK (length(chain) = 32),
    UNIQUE (stream_id, revision)
) STRICT;

-- What a command has written, so that asking again is an answer and not a second effect.
CREATE TABLE commands (
    key            BLOB    NOT NULL PRIMARY KEY CHECK (length(key) = 32),
    request        BLOB    NOT NULL CHECK (length(request) = 32),
    first_position INTEGER NOT NULL,
    last_position  INTEGER NOT NULL CHECK (last_position >= first_position)
) STRICT, WITHOUT ROWID;

-- Where the log ends. Its one row moves in the same transaction as the events.
CREATE TABLE log_head (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    position INTEGER NOT NULL,
    chain    BLOB    NOT NULL CHECK (length(chain) = 32),
    store_id BLOB    NOT NULL CHECK (length(store_id) = 16),
    format   INTEGER NOT NULL
) STRICT;

INSERT INTO log_head (id, position, chain, store_id, format) VALUES (1, 0, zeroblob(32), randomblob(16), 1);

CREATE TRIGGER events_are_dense BEFORE INSERT ON events
WHEN NEW.position <> (SELECT coalesce(max(position), 0) + 1 FROM events)
BEGIN SELECT RAISE(ABORT, 'positions are dense'); END;

CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;

CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;

CREATE TRIGGER commands_are_not_changed BEFORE UPDATE ON commands
BEGIN SELECT RAISE(ABORT, 'commands are never changed'); END;

CREATE TRIGGER commands_are_not_deleted BEFORE DELETE ON commands
BEGIN SELECT RAISE(ABORT, 'commands are never deleted'); END;

CREATE TRIGGER streams_only_grow BEFORE UPDATE ON streams
WHEN NEW.id <> OLD.id OR NEW.name <> OLD.name OR NEW.revision <= OLD.revision
BEGIN SELECT RAISE(ABORT, 'streams only grow'); END;

CREATE TRIGGER streams_are_not_deleted BEFORE DELETE ON streams
BEGIN SELECT RAISE(ABORT, 'streams are never deleted'); END;

CREATE TRIGGER log_head_only_advances BEFORE UPDATE ON log_head
WHEN NEW.position <= OLD.position OR NEW.store_id <> OLD.store_id OR NEW.format < OLD.format
BEGIN SELECT RAISE(ABORT, 'the head only advances'); END;

CREATE TRIGGER log_head_is_not_deleted BEFORE DELETE ON log_head
BEGIN SELECT RAISE(ABORT, 'the head is never deleted'); END;
