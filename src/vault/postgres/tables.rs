//! The statements of the schema `vault`. Each may run twice; whatever makes remembered things untrue
//! takes the row of `vault.changes` first, so no two of them wait for each other.

use super::{Postgres, signing};
use crate::vault::{
    VaultError,
    engine::{Changes, Engine, Known, Reading, SessionRow, SigningRow, Stored, TokenHash},
};
use domain::{PatientId, UserId};
use sqlx::{FromRow, PgPool, Row, postgres::PgRow};
use std::time::Instant;
use uuid::Uuid;

pub(super) type Answer<T> = Result<T, sqlx::Error>;

/// The changes so far.
pub(super) async fn changes(pool: PgPool) -> Answer<Changes> {
    sqlx::query_as("SELECT sessions, keys, signing FROM vault.changes").fetch_one(&pool).await
}

/// Makes the room of old rows free, so that it is written over.
pub(super) async fn sweep(pool: PgPool) -> Answer<()> {
    sqlx::raw_sql("VACUUM vault.patient_keys").execute(&pool).await.map(drop)
}

impl FromRow<'_, PgRow> for Changes {
    fn from_row(row: &PgRow) -> Answer<Self> {
        let (sessions, keys, signing) =
            (row.try_get("sessions")?, row.try_get("keys")?, row.try_get("signing")?);
        Ok(Self { sessions, keys, signing })
    }
}

impl Postgres {
    /// Reads, together with the changes: one statement sees one state of the database.
    fn read<T, A>(&self, job: impl Fn(PgPool) -> A + Send + 'static) -> Result<Reading<T>, VaultError>
    where
        T: Send + 'static,
        A: Future<Output = Answer<Reading<T>>> + Send,
    {
        let asked = Instant::now();
        let reading = self.link.ask(job)?;
        self.note(reading.at, asked);
        Ok(reading)
    }

    /// Changes something that is remembered; this process knows at once.
    fn change<A>(&self, job: impl Fn(PgPool) -> A + Send + 'static) -> Result<(), VaultError>
    where
        A: Future<Output = Answer<Changes>> + Send,
    {
        let asked = Instant::now();
        let changes = self.link.ask(job)?;
        self.note(changes, asked);
        Ok(())
    }
}

impl Engine for Postgres {
    fn is_writable(&self) -> bool {
        true
    }

    fn changes(&self, known: Known) -> Result<Changes, VaultError> {
        self.known(known)
    }

    fn master_check(&self) -> Result<Option<Vec<u8>>, VaultError> {
        self.link.ask(|pool| async move {
            sqlx::query_scalar("SELECT wrapped FROM vault.master_check").fetch_optional(&pool).await
        })
    }

    fn add_master_check(&self, wrapped: &[u8]) -> Result<(), VaultError> {
        let sql = "INSERT INTO vault.master_check (one, wrapped) VALUES (1, $1) ON CONFLICT DO NOTHING";
        let wrapped = wrapped.to_vec();
        self.link.ask(move |pool| {
            let query = sqlx::query(sql).bind(wrapped.clone());
            async move { query.execute(&pool).await.map(drop) }
        })
    }

    fn key(&self, patient: PatientId) -> Result<Reading<Stored>, VaultError> {
        let id = patient.0.into_bytes();
        self.read(move |pool| async move {
            let row = sqlx::query(
                "SELECT sessions, keys, signing, patient, wrapped
                 FROM vault.changes LEFT JOIN vault.patient_keys ON patient = $1",
            );
            let row = row.bind(id).fetch_one(&pool).await?;
            let there = row.try_get::<Option<Vec<u8>>, _>("patient")?.is_some();
            let value = match row.try_get("wrapped")? {
                Some(wrapped) => Stored::Wrapped(wrapped),
                None if there => Stored::Forgotten,
                None => Stored::Never,
            };
            Ok(Reading { value, at: Changes::from_row(&row)? })
        })
    }

    fn add_key(&self, patient: PatientId, wrapped: &[u8]) -> Result<(), VaultError> {
        let sql = "INSERT INTO vault.patient_keys (patient, wrapped) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        let (id, wrapped) = (patient.0.into_bytes(), wrapped.to_vec());
        self.link.ask(move |pool| {
            let query = sqlx::query(sql).bind(id).bind(wrapped.clone());
            async move { query.execute(&pool).await.map(drop) }
        })
    }

    fn forget_key(&self, patient: PatientId, at: i64) -> Result<(), VaultError> {
        let id = patient.0.into_bytes();
        self.change(move |pool| async move {
            let forgotten = sqlx::query_as(
                "WITH counted AS (UPDATE vault.changes SET keys = keys + 1 RETURNING sessions, keys, signing),
                      gone AS (INSERT INTO vault.patient_keys (patient, forgotten_at) VALUES ($1, $2)
                               ON CONFLICT (patient) DO UPDATE SET wrapped = NULL, forgotten_at =
                                   coalesce(patient_keys.forgotten_at, excluded.forgotten_at))
                 SELECT sessions, keys, signing FROM counted",
            );
            forgotten.bind(id).bind(at).fetch_one(&pool).await
        })?;
        self.link.ask(sweep).map_err(|error| {
            tracing::warn!(%error, "the key of an erased patient was not swept out yet");
            VaultError::Busy
        })
    }

    fn credential(&self, user: UserId) -> Result<Option<String>, VaultError> {
        let id = user.0.into_bytes();
        self.link.ask(move |pool| async move {
            let phc = sqlx::query_scalar("SELECT phc FROM vault.credentials WHERE user_id = $1");
            phc.bind(id).fetch_optional(&pool).await
        })
    }

    fn set_credential(&self, user: UserId, phc: &str, at: i64) -> Result<(), VaultError> {
        let sql = "INSERT INTO vault.credentials (user_id, phc, set_at) VALUES ($1, $2, $3)
                   ON CONFLICT (user_id) DO UPDATE SET phc = excluded.phc, set_at = excluded.set_at";
        let (id, phc) = (user.0.into_bytes(), phc.to_owned());
        self.link.ask(move |pool| {
            let query = sqlx::query(sql).bind(id).bind(phc.clone()).bind(at);
            async move { query.execute(&pool).await.map(drop) }
        })
    }

    fn session(&self, token: &TokenHash) -> Result<Reading<Option<SessionRow>>, VaultError> {
        let token = *token;
        self.read(move |pool| async move {
            let row = sqlx::query(
                "SELECT changes.sessions, keys, signing, user_id, expires_at, last_seen
                 FROM vault.changes LEFT JOIN vault.sessions AS one ON token_hash = $1 AND revoked_at IS NULL",
            );
            let row = row.bind(token).fetch_one(&pool).await?;
            let value = match row.try_get::<Option<[u8; 16]>, _>("user_id")? {
                None => None,
                Some(id) => Some(SessionRow {
                    user: UserId(Uuid::from_bytes(id)),
                    expires_at: row.try_get("expires_at")?,
                    last_seen: row.try_get("last_seen")?,
                }),
            };
            Ok(Reading { value, at: Changes::from_row(&row)? })
        })
    }

    fn add_session(&self, token: &TokenHash, row: &SessionRow) -> Result<(), VaultError> {
        let (token, user) = (*token, row.user.0.into_bytes());
        let (from, until) = (row.last_seen, row.expires_at);
        self.link.ask(move |pool| async move {
            // A row that another statement holds is swept out another time: nobody waits for anybody.
            let begun = sqlx::query(
                "WITH past AS (DELETE FROM vault.sessions WHERE token_hash IN
                     (SELECT token_hash FROM vault.sessions WHERE expires_at <= $3 FOR UPDATE SKIP LOCKED))
                 INSERT INTO vault.sessions (token_hash, user_id, created_at, last_seen, expires_at)
                 VALUES ($1, $2, $3, $3, $4) ON CONFLICT DO NOTHING",
            );
            begun.bind(token).bind(user).bind(from).bind(until).execute(&pool).await.map(drop)
        })
    }

    fn touch_session(&self, token: &TokenHash, at: i64) -> Result<(), VaultError> {
        let token = *token;
        self.link.ask(move |pool| async move {
            let sql = "UPDATE vault.sessions SET last_seen = greatest(last_seen, $2) WHERE token_hash = $1";
            sqlx::query(sql).bind(token).bind(at).execute(&pool).await.map(drop)
        })
    }

    fn end_session(&self, token: &TokenHash, at: i64) -> Result<(), VaultError> {
        let token = *token;
        self.change(move |pool| async move {
            let ended = sqlx::query_as(
                "WITH counted AS (UPDATE vault.changes SET sessions = sessions + 1
                                  RETURNING sessions, keys, signing),
                      ended AS (UPDATE vault.sessions SET revoked_at = $2
                                WHERE token_hash = $1 AND revoked_at IS NULL)
                 SELECT sessions, keys, signing FROM counted",
            );
            ended.bind(token).bind(at).fetch_one(&pool).await
        })
    }

    fn end_sessions_of(&self, user: UserId, at: i64) -> Result<(), VaultError> {
        let user = user.0.into_bytes();
        self.change(move |pool| async move {
            let ended = sqlx::query_as(
                "WITH counted AS (UPDATE vault.changes SET sessions = sessions + 1
                                  RETURNING sessions, keys, signing),
                      ended AS (UPDATE vault.sessions SET revoked_at = $2
                                WHERE user_id = $1 AND revoked_at IS NULL)
                 SELECT sessions, keys, signing FROM counted",
            );
            ended.bind(user).bind(at).fetch_one(&pool).await
        })
    }

    fn signing_keys(&self) -> Result<Reading<Vec<SigningRow>>, VaultError> {
        self.read(signing::all)
    }

    fn add_signing_key(&self, row: &SigningRow, at: i64) -> Result<(), VaultError> {
        let row = row.clone();
        self.change(move |pool| signing::add(pool, row.clone(), at))
    }

    fn replace_signing_key(&self, row: &SigningRow, at: i64) -> Result<(), VaultError> {
        let row = row.clone();
        self.change(move |pool| signing::replace(pool, row.clone(), at))
    }
}
