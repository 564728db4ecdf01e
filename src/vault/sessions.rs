//! Who is signed in: opaque tokens, of which only the SHA-256 is kept.

use super::{
    Vault, VaultError,
    cipher::random,
    engine::{Known, SessionRow, TokenHash},
};
use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use chrono::{DateTime, TimeDelta, Utc};
use domain::UserId;
use moka::sync::Cache;
use sha2::{Digest, Sha256};
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering::Relaxed},
    },
};

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

/// Sessions that are not revoked, each with the count of revocations at which it was read.
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
    at: i64,
}

impl Vault {
    /// Begins a session of a user whose password was right.
    pub fn sign_in(&self, user: UserId, now: DateTime<Utc>) -> Result<Token, VaultError> {
        let token = Token(format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(random::<32>()?)));
        let (at, until) = (now.timestamp_millis(), (now + self.limits.absolute).timestamp_millis());
        let row = SessionRow { user, expires_at: until, last_seen: at };
        self.inner.engine.add_session(&hash(token.reveal()), &row)?;
        Ok(token)
    }

    /// Whose session it is; nothing when it never was, has ended, or was left alone too long.
    pub fn session(&self, token: &str, now: DateTime<Utc>) -> Result<Option<UserId>, VaultError> {
        let (hash, now) = (hash(token), now.timestamp_millis());
        let Some(live) = self.live(token, &hash, now)? else { return Ok(None) };
        live.seen.fetch_max(now, Relaxed);
        self.write_down(&hash, &live, now)?;
        Ok(Some(live.user))
    }

    /// Whose session it is, without using it: a screen that only listens must not keep it alive.
    pub fn look(&self, token: &str, now: DateTime<Utc>) -> Result<Option<UserId>, VaultError> {
        Ok(self.live(token, &hash(token), now.timestamp_millis())?.map(|live| live.user))
    }

    fn live(&self, token: &str, hash: &TokenHash, now: i64) -> Result<Option<Arc<Live>>, VaultError> {
        if token.len() != TOKEN_CHARS || !token.starts_with(PREFIX) {
            return Ok(None);
        }
        let lives = |live: &Arc<Live>| {
            let idle = now.saturating_sub(live.seen.load(Relaxed));
            now < live.expires_at && idle < self.limits.idle.num_milliseconds()
        };
        let revocations = self.inner.engine.changes(Known::Recently)?.sessions;
        let known = self.inner.sessions.get(hash).filter(|live| live.at == revocations);
        // One that was left alone here may have been used at another process.
        match known.filter(lives) {
            Some(live) => Ok(Some(live)),
            None => Ok(self.load_session(hash)?.filter(lives)),
        }
    }

    /// Ends one session; the next request with its token is nobody's.
    pub fn sign_out(&self, token: &str, now: DateTime<Utc>) -> Result<(), VaultError> {
        let hash = hash(token);
        self.inner.sessions.invalidate(&hash);
        self.inner.engine.end_session(&hash, now.timestamp_millis())
    }

    /// Ends all sessions of a user.
    pub fn revoke_all(&self, user: UserId, now: DateTime<Utc>) -> Result<(), VaultError> {
        self.inner.engine.end_sessions_of(user, now.timestamp_millis())
    }

    /// Reads a session, and keeps the latest use of it that is known.
    fn load_session(&self, hash: &TokenHash) -> Result<Option<Arc<Live>>, VaultError> {
        let reading = self.inner.engine.session(hash)?;
        let Some(SessionRow { user, expires_at, last_seen }) = reading.value else {
            self.inner.sessions.invalidate(hash);
            return Ok(None);
        };
        let before = self.inner.sessions.get(hash).map_or(last_seen, |live| live.seen.load(Relaxed));
        let (seen, written) = (AtomicI64::new(before.max(last_seen)), AtomicI64::new(last_seen));
        let live = Arc::new(Live { user, expires_at, seen, written, at: reading.at.sessions });
        self.inner.sessions.insert(*hash, Arc::clone(&live));
        Ok(Some(live))
    }

    /// Keeps `last_seen` on disk about a minute behind, whoever of the concurrent callers comes first.
    fn write_down(&self, hash: &TokenHash, live: &Live, now: i64) -> Result<(), VaultError> {
        let written = live.written.load(Relaxed);
        let due = now.saturating_sub(written) >= WRITTEN_EVERY_MS && self.inner.engine.is_writable();
        if !due || live.written.compare_exchange(written, now, Relaxed, Relaxed).is_err() {
            return Ok(());
        }
        self.inner.engine.touch_session(hash, now)
    }
}

fn hash(token: &str) -> TokenHash {
    Sha256::digest(token.as_bytes()).into()
}
