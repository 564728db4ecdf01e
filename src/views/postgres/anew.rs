//! Makes the read models anew from the log, and compares them with those in use, row for row.

use super::{
    digest::{self, Checkpoints},
    places::Places,
    session::Session,
};
use crate::{
    clock::Clock,
    store::Recorded,
    views::{Skips, StoppedProjector, ViewsError, compare::Difference},
};
use projections::Identities;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use std::collections::BTreeMap;

/// How many events are applied in one transaction.
const BATCH: usize = 5_000;

/// Read models being made from event 1, in schemas of their own.
pub struct Anew {
    session: Session,
    places: Places,
    waiting: Vec<Recorded>,
    upto: u64,
    clock: Clock,
}

impl Anew {
    /// Begins; the end will be where all models in use are now.
    pub async fn begin(url: &str, clock: Clock) -> Result<Self, ViewsError> {
        let upto = Session::open(url).await?.position();
        Self::up_to(upto, url, clock).await
    }

    /// Begins; whoever hands the events over decides where it ends.
    pub(super) async fn to_the_end(url: &str, clock: Clock) -> Result<Self, ViewsError> {
        Self::up_to(u64::MAX, url, clock).await
    }

    async fn up_to(upto: u64, url: &str, clock: Clock) -> Result<Self, ViewsError> {
        let places = Places::anew();
        let mut session = Session::open_at(url, &places).await?;
        session.take().await?;
        // Nobody waits for these models: the walk through the log may take its time.
        sqlx::query("set idle_session_timeout = 0").execute(session.connection()).await?;
        Ok(Self { session, places, waiting: Vec::with_capacity(BATCH), upto, clock })
    }

    /// Where the rebuild ends.
    pub const fn upto(&self) -> u64 {
        self.upto
    }

    /// Events to leave out, as the models in use do.
    pub fn honour(&mut self, skips: Skips) {
        self.session.honour(skips);
    }

    /// Takes the next event of the log; those after the end are left out.
    pub async fn take(
        &mut self,
        event: &Recorded,
        people: &(dyn Identities + Send + Sync),
    ) -> Result<(), ViewsError> {
        if event.position <= self.upto {
            self.waiting.push(event.clone());
        }
        if self.waiting.len() >= BATCH { self.flush(people).await } else { Ok(()) }
    }

    /// How far the foremost of them is.
    pub(super) fn lead(&self) -> u64 {
        self.session.lead()
    }

    /// Where their tables lie.
    pub(super) const fn places(&self) -> &Places {
        &self.places
    }

    /// How far each of them is.
    pub(super) async fn checkpoints(&mut self) -> Result<Checkpoints, ViewsError> {
        digest::checkpoints(self.session.connection(), &self.places).await
    }

    /// What their tables hold.
    pub(super) async fn digest(
        &mut self,
    ) -> Result<BTreeMap<&'static str, (i64, String, String)>, ViewsError> {
        digest::of(self.session.connection(), &self.places).await
    }

    /// Applies what was taken.
    pub(super) async fn flush(&mut self, people: &(dyn Identities + Send + Sync)) -> Result<(), ViewsError> {
        let events = std::mem::take(&mut self.waiting);
        self.session.apply(&events, self.clock, people).await
    }

    /// Applies the rest. Answers projectors that could not take an event in.
    pub async fn end(
        &mut self,
        people: &(dyn Identities + Send + Sync),
    ) -> Result<Vec<StoppedProjector>, ViewsError> {
        self.flush(people).await?;
        Ok(self.session.stopped())
    }

    /// Compares the tables in use with the new ones at one moment; [`ViewsError::Behind`] if those in
    /// use have moved on.
    pub async fn compare(&mut self) -> Result<Vec<Difference>, ViewsError> {
        let (anew, live, upto) = (self.places.clone(), Places::live(), self.upto);
        let begin = "begin isolation level repeatable read read only";
        let mut both = self.session.connection().begin_with(begin).await?;
        // Before the snapshot is taken: see `exchange.rs`.
        let lock = format!("lock table {}.checkpoints in access share mode", live.checkpoints());
        both.execute(AssertSqlSafe(lock)).await?;
        // One that is filled is not compared: as good as behind.
        let sql = format!(
            "select case when bool_and(ready) then coalesce(max(position), 0) else 0 end from {}.checkpoints",
            live.checkpoints()
        );
        let reached = count(&mut both, sql).await?.unsigned_abs();
        if reached != upto {
            return Err(ViewsError::Behind { wanted: upto, reached });
        }
        all_that_differ(&mut both, &live, &anew).await
    }

    /// The same, whatever position they are at.
    pub(super) async fn differences(&mut self) -> Result<Vec<Difference>, ViewsError> {
        let (anew, live) = (self.places.clone(), Places::live());
        all_that_differ(self.session.connection(), &live, &anew).await
    }

    /// Removes what was made.
    pub async fn remove(mut self) -> Result<(), ViewsError> {
        self.places.drop_all(self.session.connection()).await
    }
}

async fn all_that_differ(
    both: &mut PgConnection,
    live: &Places,
    anew: &Places,
) -> Result<Vec<Difference>, ViewsError> {
    let mut differences = vec![];
    for projector in projections::ALL {
        let (live, anew) = (live.of(projector), anew.of(projector));
        for table in projector.tables() {
            let unexplained = only_in(both, &live, &anew, table).await?;
            let missing = only_in(both, &anew, &live, table).await?;
            if unexplained + missing > 0 {
                differences.push(Difference {
                    table: (*table).to_owned(),
                    unexplained,
                    missing,
                    keys: vec![],
                });
            }
        }
    }
    Ok(differences)
}

async fn only_in(both: &mut PgConnection, one: &str, other: &str, table: &str) -> Result<i64, ViewsError> {
    let sql = format!(
        "select count(*) from (select * from {one}.{table} except all select * from {other}.{table}) as those"
    );
    count(both, sql).await
}

async fn count(both: &mut PgConnection, sql: String) -> Result<i64, ViewsError> {
    Ok(sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(both).await?)
}
