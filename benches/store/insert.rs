//! What the engines are compared with: one INSERT by hand for each commit, a session for each writer.
//! It has one table with a unique (stream, revision), and none of a ledger's promises.

use async_trait::async_trait;
use domain::StreamId;
use quittance::store::chain::GENESIS;
use quittance::store::end::now;
use quittance::store::{AppendError, Appended, CommandKey, Commit, EventStore, Recorded, StoreError};
use sqlx::postgres::PgPoolOptions;
use sqlx::{Executor, PgPool, Row};
use tokio::sync::watch;
use uuid::Uuid;

pub struct Insert(PgPool);

impl Insert {
    pub async fn open(url: &str, writers: u32) -> Self {
        let pool = PgPoolOptions::new().max_connections(writers).test_before_acquire(false);
        let pool = pool.connect(url).await.unwrap();
        pool.execute(
            "CREATE TABLE ev (position bigserial PRIMARY KEY, stream text NOT NULL, revision bigint NOT NULL,
                body bytea NOT NULL, at timestamptz NOT NULL DEFAULT now(), UNIQUE (stream, revision))",
        )
        .await
        .unwrap();
        Self(pool)
    }
}

#[async_trait]
impl EventStore for Insert {
    async fn read(&self, _: &StreamId, _: u64) -> Result<Vec<Recorded>, StoreError> {
        Ok(vec![])
    }

    async fn follow(&self, after: u64, limit: usize) -> Result<Vec<Recorded>, StoreError> {
        let sql =
            "SELECT position, stream, revision, body FROM ev WHERE position > $1 ORDER BY position LIMIT $2";
        let rows = sqlx::query(sql).bind(after as i64).bind(limit as i64).fetch_all(&self.0).await?;
        let event = |row: sqlx::postgres::PgRow| Recorded {
            position: row.get::<i64, _>(0) as u64,
            stream: StreamId::named(row.get::<String, _>(1)),
            revision: row.get::<i64, _>(2) as u64,
            id: Uuid::nil(),
            name: String::new(),
            recorded_at: now(),
            meta: vec![],
            body: row.get(3),
            chain: GENESIS,
        };
        Ok(rows.into_iter().map(event).collect())
    }

    async fn carried_out(&self, _: &CommandKey) -> Result<Option<Vec<Recorded>>, AppendError> {
        Ok(None)
    }

    async fn append(&self, commit: Commit) -> Result<Appended, AppendError> {
        let write = &commit.writes[0];
        let revision = write.expected.revision().unwrap_or(0) + 1;
        let query = sqlx::query("INSERT INTO ev (stream, revision, body) VALUES ($1, $2, $3)")
            .bind(write.stream.as_str())
            .bind(revision as i64)
            .bind(&write.events[0].body);
        match query.execute(&self.0).await {
            Ok(_) => Ok(Appended { events: [].into(), replayed: false }),
            Err(_) => Err(write.conflict(revision)),
        }
    }

    fn head(&self) -> watch::Receiver<u64> {
        watch::Sender::new(0).subscribe()
    }
}
