-- Keys, credentials and sessions, shared by all server processes on one database. Its own schema, so
-- that its backups and its rights can be its own. Times are milliseconds since 1970, UTC. "Wrapped" is
-- XChaCha20-Poly1305 under the master key: 24 bytes of nonce, the ciphertext, 16 bytes of tag.

-- A known text under the master key: tells a wrong master key from a damaged row.
CREATE TABLE vault.master_check (
    one     smallint PRIMARY KEY CHECK (one = 1),
    wrapped bytea NOT NULL
);

-- What makes remembered things untrue, counted in the same transaction: sessions that ended early, keys
-- of patients that were forgotten, keys that began to sign. Each process reads it once a second.
CREATE TABLE vault.changes (
    one      smallint PRIMARY KEY CHECK (one = 1),
    sessions bigint NOT NULL,
    keys     bigint NOT NULL,
    signing  bigint NOT NULL
) WITH (fillfactor = 10);

INSERT INTO vault.changes (one, sessions, keys, signing) VALUES (1, 0, 0, 0);

-- Key and tombstone are one row, so that the primary key decides between a process that makes a key and
-- one that forgets the patient: a row with a tombstone stays, and no key is ever made again.
CREATE TABLE vault.patient_keys (
    patient      bytea PRIMARY KEY CHECK (octet_length(patient) = 16),
    wrapped      bytea CHECK (octet_length(wrapped) = 72),
    forgotten_at bigint,
    CHECK ((wrapped IS NULL) = (forgotten_at IS NOT NULL))
);

CREATE TABLE vault.credentials (
    user_id bytea PRIMARY KEY CHECK (octet_length(user_id) = 16),
    phc     text NOT NULL,
    set_at  bigint NOT NULL
);

-- The bearer token itself is known to the client alone.
CREATE TABLE vault.sessions (
    token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    user_id    bytea NOT NULL CHECK (octet_length(user_id) = 16),
    created_at bigint NOT NULL,
    last_seen  bigint NOT NULL,
    expires_at bigint NOT NULL,
    revoked_at bigint
);

CREATE INDEX sessions_of_user ON vault.sessions (user_id);
CREATE INDEX sessions_by_expiry ON vault.sessions (expires_at);

-- Retired keys stay for ever: receipts signed with them must still be checked in ten years.
CREATE TABLE vault.signing_keys (
    key_id       text PRIMARY KEY CHECK (length(key_id) = 8),
    wrapped_seed bytea NOT NULL CHECK (octet_length(wrapped_seed) = 72),
    public       bytea NOT NULL UNIQUE CHECK (octet_length(public) = 32),
    created_at   bigint NOT NULL,
    retired_at   bigint
);

CREATE UNIQUE INDEX one_key_signs ON vault.signing_keys ((1)) WHERE retired_at IS NULL;
