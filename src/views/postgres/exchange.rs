//! Puts models that were made anew to use: their schemas change names with those in use.
//!
//! It is done under a lock on the checkpoints of the models in use. Every mover writes there before he
//! touches a row, and finds another epoch afterwards; every moment of a reader has locked it before its
//! snapshot was taken, so that none sees old checkpoints and new tables. Plans that sessions keep are made
//! anew by PostgreSQL, for the names of their search path mean other schemas then.

use super::places::{self, Places};
use crate::views::ViewsError;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Postgres, Transaction, raw_sql};

/// How long readers and movers may be kept waiting for the lock: then they go first.
const LOCK: &str = "set local lock_timeout = '300ms'; lock table checkpoints in access exclusive mode";

/// Nobody else reads or moves the models in use.
pub struct Exchange<'c>(Transaction<'c, Postgres>);

impl<'c> Exchange<'c> {
    /// None if somebody reads for longer.
    pub async fn begin(session: &'c mut PgConnection) -> Result<Option<Self>, ViewsError> {
        let mut exchange = session.begin().await?;
        match exchange.execute(LOCK).await {
            Ok(_) => Ok(Some(Self(exchange))),
            Err(error) if is_busy(&error) => {
                exchange.rollback().await?;
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The session that holds the lock.
    pub fn session(&mut self) -> &mut PgConnection {
        &mut self.0
    }

    /// Nothing is changed.
    pub async fn give_up(self) -> Result<(), ViewsError> {
        Ok(self.0.rollback().await?)
    }
}

/// The family `anew` is in use afterwards, and the one that was lies under its names.
pub async fn exchange(held: Exchange<'_>, anew: &Places) -> Result<(), ViewsError> {
    let (mut session, live) = (held.0, Places::live());
    for projector in projections::ALL {
        let (live, anew, name) = (live.of(projector), anew.of(projector), projector.name());
        let text = format!(
            "alter schema {live} rename to views_was_{name}; alter schema {anew} rename to {live};
             alter schema views_was_{name} rename to {anew}"
        );
        session.execute(raw_sql(AssertSqlSafe(text))).await?;
    }
    // Whoever moved the old rows has an older epoch from now on.
    let sql = format!(
        "update checkpoints as live set position = made.position, chain = made.chain, stopped = made.stopped,
           epoch = live.epoch + 1
         from {}.checkpoints as made
         where (live.name, live.version) = (made.name, made.version)
           and (live.name, live.version) in (select * from unnest($1::text[], $2::bigint[]))",
        anew.checkpoints()
    );
    let (names, versions) = places::models();
    sqlx::query(AssertSqlSafe(sql)).bind(names).bind(versions).execute(&mut *session).await?;
    Ok(session.commit().await?)
}

/// Somebody had the lock for longer than we wait, or waited for us.
fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    matches!(code.as_deref(), Some("55P03" | "40P01"))
}
