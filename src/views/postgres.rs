//! The read models in PostgreSQL, for several server processes.
//!
//! 1. `places` says where the tables lie: a schema for each model **and version**, so that a program
//!    of another version has tables of its own beside them.
//! 2. Each process has one [`session::Session`]: it takes the lease of every model that is free, moves
//!    what it holds (`postgres/batch.rs`), and sees how far the others are.
//! 3. `follow::postgres` runs that session; queries are answered here, from a pool of their own, so that slow
//!    screens keep neither commands nor movers waiting.
//!
//! A socket belongs to the runtime that opened it, and each HTTP worker has one of its own. So every
//! query runs on the runtime that opened the pool.

pub mod anew;
mod batch;
mod building;
mod connect;
mod digest;
mod exchange;
mod literal;
mod places;
pub mod session;

use super::{
    ViewsError,
    beside::{Beside, People},
    compare::Difference,
};
use crate::{clock::Clock, failure::Failure, store::Store};
use places::Places;
use projections::{Query, Row, Value};
use sqlx::{
    Executor as _, PgConnection, PgPool, Postgres, Row as _, Transaction, TypeInfo, ValueRef, postgres::PgRow,
};
use std::{sync::Arc, time::Duration};
use tokio::runtime::Handle;

/// How long a question may take, however many screens ask.
const PATIENCE: Duration = Duration::from_secs(30);

/// Connections that can only read.
#[derive(Clone)]
pub struct Readers {
    pool: PgPool,
    /// For a rebuild beside; it holds a password.
    url: Arc<str>,
    runtime: Handle,
}

impl Readers {
    /// Readers of the models in use, on the runtime of the caller. They connect when they are asked.
    pub fn new(url: &str) -> Result<Self, ViewsError> {
        let pool = connect::readers(url, &Places::live())?;
        Ok(Self { pool, url: url.into(), runtime: Handle::current() })
    }

    /// Makes all models anew, and puts them to use if they are equal.
    pub(super) fn rebuild(
        &self,
        beside: &Beside,
        store: &Store,
        clock: Clock,
        people: &People,
    ) -> Result<Vec<Difference>, Failure> {
        building::run(beside, &self.url, store, clock, people)
    }

    /// All rows of a query.
    pub async fn fetch<T: Send + 'static>(&self, query: Query<T>) -> Result<Vec<T>, ViewsError> {
        let pool = self.pool.clone();
        on(&self.runtime, async move { fetch(&mut *pool.acquire().await?, query).await }).await
    }

    /// A snapshot, held until the moment is dropped.
    pub async fn moment(&self) -> Result<Moment, ViewsError> {
        let (pool, runtime) = (self.pool.clone(), self.runtime.clone());
        let begun = on(&self.runtime, async move {
            let mut reader = pool.begin_with("begin isolation level repeatable read read only").await?;
            // Before the snapshot is taken: see `exchange.rs`.
            reader.execute("lock table checkpoints in access share mode").await?;
            let position = lowest(&mut reader).await?;
            Ok((position, reader))
        });
        let (position, reader) = begun.await?;
        Ok(Moment { reader: Some(reader), position, runtime })
    }
}

/// The read models as they were at one position.
pub struct Moment {
    /// None while a question is asked, and after one failed.
    reader: Option<Transaction<'static, Postgres>>,
    /// Up to where every one of them was complete then that is ready to be read.
    pub position: u64,
    runtime: Handle,
}

impl Moment {
    /// All rows of a query.
    pub async fn fetch<T: Send + 'static>(&mut self, query: Query<T>) -> Result<Vec<T>, ViewsError> {
        let mut reader = self.reader.take().ok_or(sqlx::Error::PoolClosed)?;
        let asked = on(&self.runtime, async move {
            let rows = fetch(&mut reader, query).await?;
            Ok((rows, reader))
        });
        let (rows, reader) = asked.await?;
        self.reader = Some(reader);
        Ok(rows)
    }
}

impl Drop for Moment {
    fn drop(&mut self) {
        if let Some(reader) = self.reader.take() {
            // The way back to the pool is a word with the server too.
            self.runtime.spawn(async move { drop(reader) });
        }
    }
}

/// Runs `work` where the sockets belong. Work goes on when the caller goes away, and then ends there.
async fn on<T: Send + 'static>(
    runtime: &Handle,
    work: impl Future<Output = Result<T, ViewsError>> + Send + 'static,
) -> Result<T, ViewsError> {
    let bounded =
        async { tokio::time::timeout(PATIENCE, work).await.map_err(|_| sqlx::Error::PoolTimedOut)? };
    // Such a task ends early only with the runtime.
    runtime.spawn(bounded).await.unwrap_or(Err(ViewsError::Postgres(sqlx::Error::WorkerCrashed)))
}

/// The first read of a transaction takes the snapshot.
async fn lowest(reader: &mut PgConnection) -> Result<u64, ViewsError> {
    let models = places::models();
    let sql = "select coalesce(min(position), 0) from checkpoints
               where ready and (name, version) in (select * from unnest($1::text[], $2::bigint[]))";
    let lowest: i64 = sqlx::query_scalar(sql).bind(models.0).bind(models.1).fetch_one(reader).await?;
    Ok(lowest.unsigned_abs())
}

/// Row by row: a day may have 100,000 of them, and needs them in memory once.
async fn fetch<T: Send + 'static>(reader: &mut PgConnection, query: Query<T>) -> Result<Vec<T>, ViewsError> {
    let mut answer = vec![];
    let take = |row: PgRow| {
        answer.push((query.read)(&mut Row::new(values(&row)?)).map_err(decode)?);
        Ok(())
    };
    connect::bound(query.sql, &query.args).try_map(take).fetch_all(reader).await?;
    Ok(answer)
}

fn decode(misread: projections::Misread) -> sqlx::Error {
    sqlx::Error::Decode(Box::new(misread))
}

fn values(row: &PgRow) -> sqlx::Result<Vec<Value>> {
    let value = |at: usize| {
        let column = row.try_get_raw(at)?;
        if column.is_null() {
            return Ok(Value::Null);
        }
        match column.type_info().name() {
            "INT8" => row.try_get(at).map(Value::Int),
            _ => row.try_get(at).map(Value::Text),
        }
    };
    (0..row.len()).map(value).collect()
}
