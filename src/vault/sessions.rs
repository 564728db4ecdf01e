//! Who is signed in: opaque tokens, of which only the SHA-256 is kept.

use super::{Vault, VaultError, cipher::random};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use chrono::{DateTime, TimeDelta, Utc};
use domain::UserId;
use moka::sync::Cache;
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering::Relaxed},
    },
};
use uuid::Uuid;

const PREFIX: &str = "qt_";
/// The prefix and 43 characters for 32 bytes.
const TOKEN_CHARS: usize = 46;
/// A use of a session is written down at most this often.
const WRITTEN_EVERY_MS: i64 = 60_000;

/// How long a session lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    /// From signing in, however much it is used.
    pub absolute: TimeDelta,
    /// Without any use. Uses of the last minute may be lost at a restart.
    pub idle: TimeDelta,
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self { absolute: TimeDelta::hours(12), idle: TimeDelta::minutes(30) }
    }
}

/// The bearer token that a client shows to prove who signed in: 256 random bits. It does not print itself.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// The text, for the answer to signing in alone.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("qt_…")
    }
}

type TokenHash = [u8; 32];

/// Sessions that are not revoked. Like the keys of patients it is filled and emptied under the
/// lock of the database alone, so a revoked session can't come back into it.
pub(super) type SessionCache = Cache<TokenHash, Arc<Live>>;

pub(super) fn new_cache() -> SessionCache {
    Cache::new(10_000)
}

/// A session as it is kept in memory.
pub(super) struct Live {
    user: UserId,
    expires_at: i64,
    seen: AtomicI64,
    written: AtomicI64,
}

impl Vault {
    /// Begins a session of a user whose password was right.
    pub fn sign_in(&self, user: UserId, now: DateTime<Utc>) -> Result<Token, VaultError> {
        let token = Token(format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(random::<32>()?)));
        let (at, until) = (now.timestamp_millis(), (now + self.limits.absolute).timestamp_millis());
        self.inner.database.write(|db| {
            let step = db.transaction()?;
            step.execute("DELETE FROM sessions WHERE expires_at <= ?1", [at])?;
            step.execute(
                "INSERT INTO sessions (token_hash, user, created_at, last_seen, expires_at)
                 VALUES (?1, ?2, ?3, ?3, ?4)",
                params![hash(token.reveal()), user.0.as_bytes(), at, until],
            )?;
            Ok(step.commit()?)
        })?;
        Ok(token)
    }

    /// Whose session it is; nothing when it never was, has ended, or was left alone too long.
    pub fn session(&self, token: &str, now: DateTime<Utc>) -> Result<Option<UserId>, VaultError> {
        if token.len() != TOKEN_CHARS || !token.starts_with(PREFIX) {
            return Ok(None);
        }
        let (hash, now) = (hash(token), now.timestamp_millis());
        let Some(live) = self.live(&hash)? else { return Ok(None) };
        let idle = now.saturating_sub(live.seen.load(Relaxed));
        if now >= live.expires_at || idle >= self.limits.idle.num_milliseconds() {
            return Ok(None);
        }
        live.seen.fetch_max(now, Relaxed);
        self.write_down(&hash, &live, now)?;
        Ok(Some(live.user))
    }

    /// Ends one session; the next request with its token is nobody's.
    pub fn sign_out(&self, token: &str, now: DateTime<Utc>) -> Result<(), VaultError> {
        let hash = hash(token);
        self.inner.database.write(|db| {
            self.inner.sessions.invalidate(&hash);
            db.execute(
                "UPDATE sessions SET revoked_at = ?2 WHERE token_hash = ?1 AND revoked_at IS NULL",
                params![hash, now.timestamp_millis()],
            )?;
            Ok(())
        })
    }

    /// Ends all sessions of a user.
    pub fn revoke_all(&self, user: UserId, now: DateTime<Utc>) -> Result<(), VaultError> {
        self.inner.database.write(|db| {
            let mut revoke = db.prepare(
                "UPDATE sessions SET revoked_at = ?2 WHERE user = ?1 AND revoked_at IS NULL
                 RETURNING token_hash",
            )?;
            let ended = revoke
                .query_map(params![user.0.as_bytes(), now.timestamp_millis()], |row| row.get(0))?
                .collect::<Result<Vec<TokenHash>, _>>()?;
            for hash in &ended {
                self.inner.sessions.invalidate(hash);
            }
            Ok(())
        })
    }

    fn live(&self, hash: &TokenHash) -> Result<Option<Arc<Live>>, VaultError> {
        if let Some(live) = self.inner.sessions.get(hash) {
            return Ok(Some(live));
        }
        self.inner.database.read(|db| {
            let live = load(db, hash)?.map(Arc::new);
            if let Some(live) = &live {
                self.inner.sessions.insert(*hash, Arc::clone(live));
            }
            Ok(live)
        })
    }

    /// Keeps `last_seen` on disk about a minute behind, whoever of the concurrent callers comes first.
    fn write_down(&self, hash: &TokenHash, live: &Live, now: i64) -> Result<(), VaultError> {
        let written = live.written.load(Relaxed);
        let due = now.saturating_sub(written) >= WRITTEN_EVERY_MS && self.inner.database.is_writable();
        if !due || live.written.compare_exchange(written, now, Relaxed, Relaxed).is_err() {
            return Ok(());
        }
        self.inner.database.write(|db| {
            db.prepare_cached("UPDATE sessions SET last_seen = ?2 WHERE token_hash = ?1")?
                .execute(params![hash, now])?;
            Ok(())
        })
    }
}

fn load(db: &Connection, hash: &TokenHash) -> Result<Option<Live>, VaultError> {
    let row = db
        .prepare_cached(
            "SELECT user, expires_at, last_seen FROM sessions WHERE token_hash = ?1 AND revoked_at IS NULL",
        )?
        .query_row([hash], |row| {
            let (user, seen): ([u8; 16], i64) = (row.get(0)?, row.get(2)?);
            let user = UserId(Uuid::from_bytes(user));
            let (seen, written) = (AtomicI64::new(seen), AtomicI64::new(seen));
            Ok(Live { user, expires_at: row.get(1)?, seen, written })
        })
        .optional()?;
    Ok(row)
}

fn hash(token: &str) -> TokenHash {
    Sha256::digest(token.as_bytes()).into()
}
