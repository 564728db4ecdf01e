//! The statements of `vault.signing_keys`.

use super::tables::Answer;
use crate::vault::engine::{Changes, Reading, SigningRow};
use sqlx::{FromRow, PgPool, Postgres, Row, Transaction};

pub(super) async fn all(pool: PgPool) -> Answer<Reading<Vec<SigningRow>>> {
    let rows = sqlx::query(
        "SELECT sessions, keys, signing, key_id, wrapped_seed, public, retired_at IS NULL AS signs
         FROM vault.changes LEFT JOIN vault.signing_keys ON true",
    );
    let (mut value, mut at) = (vec![], Changes::default());
    for row in rows.fetch_all(&pool).await? {
        at = Changes::from_row(&row)?;
        if let Some(key_id) = row.try_get("key_id")? {
            let (wrapped_seed, public) = (row.try_get("wrapped_seed")?, row.try_get("public")?);
            value.push(SigningRow { key_id, wrapped_seed, public, signs: row.try_get("signs")? });
        }
    }
    Ok(Reading { value, at })
}

/// Where a key signs already, the index `one_key_signs` keeps another one out.
pub(super) async fn add(pool: PgPool, row: SigningRow, at: i64) -> Answer<Changes> {
    let mut step = pool.begin().await?;
    let changes = count(&mut step).await?;
    let sql = "INSERT INTO vault.signing_keys (key_id, wrapped_seed, public, created_at)
               VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    let added = sqlx::query(sql).bind(row.key_id).bind(row.wrapped_seed).bind(row.public).bind(at);
    added.execute(&mut *step).await?;
    step.commit().await?;
    Ok(changes)
}

/// A key that is there has replaced its predecessor already: the answer to that was lost.
pub(super) async fn replace(pool: PgPool, row: SigningRow, at: i64) -> Answer<Changes> {
    let mut step = pool.begin().await?;
    let changes = count(&mut step).await?;
    let there = sqlx::query("SELECT 1 FROM vault.signing_keys WHERE public = $1").bind(&row.public);
    if there.fetch_optional(&mut *step).await?.is_none() {
        let retired = sqlx::query("UPDATE vault.signing_keys SET retired_at = $1 WHERE retired_at IS NULL");
        retired.bind(at).execute(&mut *step).await?;
        let sql = "INSERT INTO vault.signing_keys (key_id, wrapped_seed, public, created_at)
                   VALUES ($1, $2, $3, $4)";
        let added = sqlx::query(sql).bind(row.key_id).bind(row.wrapped_seed).bind(row.public).bind(at);
        added.execute(&mut *step).await?;
    }
    step.commit().await?;
    Ok(changes)
}

/// Takes the row of the changes, so that rotations come one after the other.
async fn count(step: &mut Transaction<'static, Postgres>) -> Answer<Changes> {
    let sql = "UPDATE vault.changes SET signing = signing + 1 RETURNING sessions, keys, signing";
    sqlx::query_as(sql).fetch_one(&mut **step).await
}
