-- Keys, credentials and sessions. Never copied to another place than an encrypted backup.
-- Times are milliseconds since 1970, UTC. "Wrapped" is XChaCha20-Poly1305 under the master key:
-- 24 bytes of nonce, the ciphertext, 16 bytes of tag.

-- A known text under the master key: tells a wrong master key from a damaged row.
CREATE TABLE master_check (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    wrapped BLOB NOT NULL
) STRICT;

-- Rows are appended, have one length, and a forgotten key is overwritten in place by zeros: a row is
-- never moved from page to page. That and secure_delete see to it that no copy outlives the key.
CREATE TABLE patient_keys (
    id      INTEGER PRIMARY KEY,
    patient BLOB NOT NULL UNIQUE CHECK (length(patient) = 16),
    wrapped BLOB NOT NULL CHECK (length(wrapped) = 72)
) STRICT;

-- The tombstones: no key is ever made again for these patients.
CREATE TABLE forgotten_patients (
    patient      BLOB PRIMARY KEY CHECK (length(patient) = 16),
    forgotten_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE credentials (
    user   BLOB PRIMARY KEY CHECK (length(user) = 16),
    phc    TEXT NOT NULL,
    set_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The bearer token itself is known to the client alone.
CREATE TABLE sessions (
    token_hash BLOB PRIMARY KEY CHECK (length(token_hash) = 32),
    user       BLOB NOT NULL CHECK (length(user) = 16),
    created_at INTEGER NOT NULL,
    last_seen  INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_of_user ON sessions (user);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Retired keys stay for ever: receipts signed with them must still be checked in ten years.
CREATE TABLE signing_keys (
    key_id       TEXT PRIMARY KEY CHECK (length(key_id) = 8),
    wrapped_seed BLOB NOT NULL CHECK (length(wrapped_seed) = 72),
    public       BLOB NOT NULL UNIQUE CHECK (length(public) = 32),
    created_at   INTEGER NOT NULL,
    retired_at   INTEGER
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX one_key_signs ON signing_keys ((1)) WHERE retired_at IS NULL;
