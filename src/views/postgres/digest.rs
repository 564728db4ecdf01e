//! What a family of models holds, in few bytes: how far each model is, and a digest of each table's rows.
//!
//! A digest is the number of rows and two sums over halves of each row's MD5: rows in another order give the
//! same, rows that differ do not, but for one chance in 2^128. It tells accidents and edits, no forger.

use super::places::{self, Places};
use crate::views::ViewsError;
use sqlx::{AssertSqlSafe, PgConnection};
use std::collections::BTreeMap;

/// How far each model is, and before what it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoints(BTreeMap<String, (i64, bool)>);

impl Checkpoints {
    /// The furthest.
    pub fn lead(&self) -> u64 {
        self.0.values().map(|(position, _)| position.unsigned_abs()).max().unwrap_or(0)
    }
}

/// Those of this program's models in a family.
pub async fn checkpoints(session: &mut PgConnection, family: &Places) -> Result<Checkpoints, ViewsError> {
    let sql = format!(
        "select name, position, stopped is not null from {}.checkpoints
         where (name, version) in (select * from unnest($1::text[], $2::bigint[]))",
        family.checkpoints()
    );
    let (names, versions) = places::models();
    let rows: Vec<(String, i64, bool)> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(names).bind(versions).fetch_all(session).await?;
    Ok(Checkpoints(rows.into_iter().map(|(name, position, stops)| (name, (position, stops))).collect()))
}

/// One of each table.
pub async fn of(
    session: &mut PgConnection,
    family: &Places,
) -> Result<BTreeMap<&'static str, (i64, String, String)>, ViewsError> {
    let mut digests = BTreeMap::new();
    for projector in projections::ALL {
        let schema = family.of(projector);
        for table in projector.tables() {
            let sql = format!(
                "select count(*), coalesce(sum(('x' || substr(md5, 1, 16))::bit(64)::bigint::numeric), 0)::text,
                   coalesce(sum(('x' || substr(md5, 17))::bit(64)::bigint::numeric), 0)::text
                 from (select md5(one::text) as md5 from {schema}.{table} as one) as rows"
            );
            digests.insert(*table, sqlx::query_as(AssertSqlSafe(sql)).fetch_one(&mut *session).await?);
        }
    }
    Ok(digests)
}
