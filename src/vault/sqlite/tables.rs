//! The statements of `vault.db`.

use super::{Sqlite, empty_log};
use crate::vault::{
    VaultError,
    engine::{Changes, Engine, Known, Reading, SessionRow, SigningRow, Stored, TokenHash},
};
use domain::{PatientId, UserId};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::sync::atomic::Ordering::SeqCst;
use uuid::Uuid;

/// A forgotten key reads as this.
const WIPED: [u8; 72] = [0; 72];

impl Engine for Sqlite {
    fn is_writable(&self) -> bool {
        self.writable
    }

    fn changes(&self, _known: Known) -> Result<Changes, VaultError> {
        Ok(self.changes.so_far())
    }

    fn master_check(&self) -> Result<Option<Vec<u8>>, VaultError> {
        let sql = "SELECT wrapped FROM master_check";
        self.read(|db| Ok(db.query_row(sql, [], |row| row.get(0)).optional()?))
    }

    fn add_master_check(&self, wrapped: &[u8]) -> Result<(), VaultError> {
        let sql = "INSERT INTO master_check (one, wrapped) VALUES (1, ?1) ON CONFLICT DO NOTHING";
        self.write(|db| db.execute(sql, [wrapped]).map(drop).map_err(VaultError::from))
    }

    fn key(&self, patient: PatientId) -> Result<Reading<Stored>, VaultError> {
        let id = patient.0.as_bytes();
        self.read(|db| {
            let forgotten =
                db.prepare_cached("SELECT 1 FROM forgotten_patients WHERE patient = ?1")?.exists([id])?;
            let wrapped = db
                .prepare_cached("SELECT wrapped FROM patient_keys WHERE patient = ?1")?
                .query_row([id], |row| row.get(0))
                .optional()?;
            let value = match wrapped {
                _ if forgotten => Stored::Forgotten,
                Some(wrapped) => Stored::Wrapped(wrapped),
                None => Stored::Never,
            };
            Ok(Reading { value, at: self.changes.so_far() })
        })
    }

    fn add_key(&self, patient: PatientId, wrapped: &[u8]) -> Result<(), VaultError> {
        self.write(|db| {
            db.prepare_cached(
                "INSERT INTO patient_keys (patient, wrapped)
                 SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM forgotten_patients WHERE patient = ?1)
                 ON CONFLICT DO NOTHING",
            )?
            .execute(params![patient.0.as_bytes(), wrapped])?;
            Ok(())
        })
    }

    fn forget_key(&self, patient: PatientId, at: i64) -> Result<(), VaultError> {
        self.write(|db| {
            // Also when the commit fails: the key is then loaded again, or known to be gone.
            self.changes.keys.fetch_add(1, SeqCst);
            let step = db.transaction()?;
            step.execute(
                "INSERT INTO forgotten_patients (patient, forgotten_at) VALUES (?1, ?2)
                 ON CONFLICT (patient) DO NOTHING",
                params![patient.0.as_bytes(), at],
            )?;
            step.execute(
                "UPDATE patient_keys SET wrapped = ?2 WHERE patient = ?1",
                params![patient.0.as_bytes(), WIPED],
            )?;
            step.commit()?;
            empty_log(db)
        })
    }

    fn credential(&self, user: UserId) -> Result<Option<String>, VaultError> {
        let sql = "SELECT phc FROM credentials WHERE user = ?1";
        self.read(|db| Ok(db.query_row(sql, [user.0.as_bytes()], |row| row.get(0)).optional()?))
    }

    fn set_credential(&self, user: UserId, phc: &str, at: i64) -> Result<(), VaultError> {
        self.write(|db| {
            db.execute(
                "INSERT INTO credentials (user, phc, set_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT (user) DO UPDATE SET phc = excluded.phc, set_at = excluded.set_at",
                params![user.0.as_bytes(), phc, at],
            )?;
            Ok(())
        })
    }

    fn session(&self, token: &TokenHash) -> Result<Reading<Option<SessionRow>>, VaultError> {
        self.read(|db| {
            let value = db
                .prepare_cached(
                    "SELECT user, expires_at, last_seen FROM sessions
                     WHERE token_hash = ?1 AND revoked_at IS NULL",
                )?
                .query_row([token], |row| {
                    let user = UserId(Uuid::from_bytes(row.get(0)?));
                    Ok(SessionRow { user, expires_at: row.get(1)?, last_seen: row.get(2)? })
                })
                .optional()?;
            Ok(Reading { value, at: self.changes.so_far() })
        })
    }

    fn add_session(&self, token: &TokenHash, row: &SessionRow) -> Result<(), VaultError> {
        self.write(|db| {
            let step = db.transaction()?;
            step.execute("DELETE FROM sessions WHERE expires_at <= ?1", [row.last_seen])?;
            step.execute(
                "INSERT INTO sessions (token_hash, user, created_at, last_seen, expires_at)
                 VALUES (?1, ?2, ?3, ?3, ?4) ON CONFLICT DO NOTHING",
                params![token, row.user.0.as_bytes(), row.last_seen, row.expires_at],
            )?;
            Ok(step.commit()?)
        })
    }

    fn touch_session(&self, token: &TokenHash, at: i64) -> Result<(), VaultError> {
        self.write(|db| {
            db.prepare_cached("UPDATE sessions SET last_seen = ?2 WHERE token_hash = ?1")?
                .execute(params![token, at])?;
            Ok(())
        })
    }

    fn end_session(&self, token: &TokenHash, at: i64) -> Result<(), VaultError> {
        let sql = "UPDATE sessions SET revoked_at = ?2 WHERE token_hash = ?1 AND revoked_at IS NULL";
        self.write(|db| {
            self.changes.sessions.fetch_add(1, SeqCst);
            Ok(db.execute(sql, params![token, at]).map(drop)?)
        })
    }

    fn end_sessions_of(&self, user: UserId, at: i64) -> Result<(), VaultError> {
        let sql = "UPDATE sessions SET revoked_at = ?2 WHERE user = ?1 AND revoked_at IS NULL";
        self.write(|db| {
            self.changes.sessions.fetch_add(1, SeqCst);
            Ok(db.execute(sql, params![user.0.as_bytes(), at]).map(drop)?)
        })
    }

    fn signing_keys(&self) -> Result<Reading<Vec<SigningRow>>, VaultError> {
        self.read(|db| {
            let value = db
                .prepare("SELECT key_id, wrapped_seed, public, retired_at IS NULL FROM signing_keys")?
                .query_map([], signing_row)?
                .collect::<Result<_, _>>()?;
            Ok(Reading { value, at: self.changes.so_far() })
        })
    }

    fn add_signing_key(&self, row: &SigningRow, at: i64) -> Result<(), VaultError> {
        self.write(|db| {
            self.changes.signing.fetch_add(1, SeqCst);
            insert(db, "OR IGNORE", row, at)
        })
    }

    fn replace_signing_key(&self, row: &SigningRow, at: i64) -> Result<(), VaultError> {
        self.write(|db| {
            self.changes.signing.fetch_add(1, SeqCst);
            let step = db.transaction()?;
            step.execute("UPDATE signing_keys SET retired_at = ?1 WHERE retired_at IS NULL", [at])?;
            insert(&step, "", row, at)?;
            Ok(step.commit()?)
        })
    }
}

/// Where a key signs already, the index `one_key_signs` keeps another one out.
fn insert(db: &Connection, conflict: &str, row: &SigningRow, at: i64) -> Result<(), VaultError> {
    db.execute(
        &format!(
            "INSERT {conflict} INTO signing_keys (key_id, wrapped_seed, public, created_at)
             VALUES (?1, ?2, ?3, ?4)"
        ),
        params![row.key_id, row.wrapped_seed, row.public, at],
    )?;
    Ok(())
}

fn signing_row(row: &Row<'_>) -> rusqlite::Result<SigningRow> {
    Ok(SigningRow { key_id: row.get(0)?, wrapped_seed: row.get(1)?, public: row.get(2)?, signs: row.get(3)? })
}
