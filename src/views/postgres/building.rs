//! The work of a rebuild beside the models in use: build, compare, exchange or tell (decision 0021).
//!
//! 1. Every model is made from event 1 in schemas of their own, up to near the log's end.
//! 2. At one moment of the models in use those made anew go on to exactly their position, and both are
//!    compared by digest. Movers and readers go on meanwhile.
//! 3. Equal: under a short lock the last events are taken in and the schemas change names (`exchange.rs`).
//!    Not equal: the rows are counted, and what was made is dropped.

use super::{
    anew::Anew,
    connect, digest,
    exchange::{Exchange, exchange},
    places::Places,
};
use crate::{
    clock::Clock,
    failure::Failure,
    store::Store,
    views::{
        Progress, Skips, ViewsError,
        beside::{Beside, People, Stage},
        compare::Difference,
    },
};
use sqlx::{Executor, PgConnection};
use std::time::{Duration, Instant};

/// How many events are asked for in one go.
const PAGE: usize = 5_000;
/// So near the end the first pass is over.
const NEAR: u64 = 2_000;
/// How often a difference is looked at again: an erasure or a skip under way settles in a moment.
const TRIES: usize = 4;
/// Between two looks at what is on its way.
const PAUSE: Duration = Duration::from_millis(50);
/// How long the models in use may take to come as far as those made anew.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running rebuild.
struct Task<'a> {
    beside: &'a Beside,
    store: &'a Store,
    people: &'a People,
    anew: Anew,
    /// A second session, which sees the models in use as they are at one moment.
    watch: PgConnection,
}

/// Makes all models anew and puts them to use if they are equal to those in use. Answers the differences.
pub(in crate::views) fn run(
    beside: &Beside,
    url: &str,
    store: &Store,
    clock: Clock,
    people: &People,
) -> Result<Vec<Difference>, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(ViewsError::from)?.block_on(async {
        let mut watch = connect::mover(url, &Places::live()).await?;
        watch
            .execute("set idle_session_timeout = 0; set idle_in_transaction_session_timeout = 0")
            .await
            .map_err(ViewsError::from)?;
        alone(&mut watch).await?;
        let anew = Anew::to_the_end(url, clock).await?;
        let mut task = Task { beside, store, people, anew, watch };
        let outcome = task.run().await;
        // Also those that were in use until now.
        task.anew.remove().await?;
        outcome
    })
}

/// One rebuild at a time, whichever process is asked for it; the lock falls with the session.
async fn alone(watch: &mut PgConnection) -> Result<(), ViewsError> {
    let free =
        "select pg_try_advisory_lock(hashtextextended('quittance rebuild of ' || current_database(), 0))";
    match sqlx::query_scalar(free).fetch_one(watch).await? {
        true => Ok(()),
        false => Err(ViewsError::Rebuilding),
    }
}

impl Task<'_> {
    async fn run(&mut self) -> Result<Vec<Difference>, Failure> {
        self.build().await?;
        self.beside.say(|report| report.state = Stage::Comparing);
        for _ in 0..TRIES {
            self.anew.honour(Skips::recorded(self.store.as_ref()).await?);
            if self.is_equal().await? {
                return self.put_to_use().await.map(|()| vec![]);
            }
            tokio::time::sleep(PAUSE).await;
        }
        self.differences().await
    }

    async fn build(&mut self) -> Result<(), Failure> {
        self.anew.honour(Skips::recorded(self.store.as_ref()).await?);
        let (begun, mut after) = (Instant::now(), 0);
        loop {
            let head = *self.store.head().borrow();
            self.beside.say(|report| report.progress = Progress::since(begun, 0, after, head));
            self.go_on()?;
            if after + NEAR >= head {
                return Ok(self.anew.flush(self.people.as_ref()).await?);
            }
            for event in self.store.follow(after, PAGE).await? {
                after = event.position;
                self.anew.take(&event, self.people.as_ref()).await?;
            }
        }
    }

    /// Both at one position, and every table with the same rows. Where they never come together, a model in
    /// use stands where the one made anew does not, which is a difference.
    async fn is_equal(&mut self) -> Result<bool, Failure> {
        let begun = Instant::now();
        loop {
            self.go_on()?;
            self.watch.execute("begin isolation level repeatable read read only; lock table checkpoints in access share mode").await.map_err(ViewsError::from)?;
            let live = digest::checkpoints(&mut self.watch, &Places::live()).await?;
            let together = self.catch_up(live.lead()).await? && live == self.anew.checkpoints().await?;
            let tables = match together {
                true => Some(digest::of(&mut self.watch, &Places::live()).await?),
                false => None,
            };
            self.watch.execute("rollback").await.map_err(ViewsError::from)?;
            match tables {
                Some(tables) => return Ok(tables == self.anew.digest().await?),
                None if begun.elapsed() > PATIENCE => return Ok(false),
                None => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    async fn catch_up(&mut self, upto: u64) -> Result<bool, Failure> {
        catch_up(&mut self.anew, self.store, self.people, upto).await
    }

    async fn put_to_use(&mut self) -> Result<(), Failure> {
        let begun = Instant::now();
        loop {
            self.go_on()?;
            // What came meanwhile is taken in first, so that little is left to do while others wait.
            let live = digest::checkpoints(&mut self.watch, &Places::live()).await?;
            self.catch_up(live.lead()).await?;
            let Some(mut held) = Exchange::begin(&mut self.watch).await? else {
                // Somebody reads a long report: again in a moment.
                if begun.elapsed() > PATIENCE * 10 {
                    return Err(ViewsError::StillRead.into());
                }
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            let live = digest::checkpoints(held.session(), &Places::live()).await?;
            let together = catch_up(&mut self.anew, self.store, self.people, live.lead()).await?;
            if !together || live != self.anew.checkpoints().await? {
                held.give_up().await?;
                return Err(ViewsError::Apart.into());
            }
            return Ok(exchange(held, self.anew.places()).await?);
        }
    }

    /// Counts the rows that differ, while movers wait.
    async fn differences(&mut self) -> Result<Vec<Difference>, Failure> {
        self.watch
            .execute("begin; lock table checkpoints in share row exclusive mode")
            .await
            .map_err(ViewsError::from)?;
        let live = digest::checkpoints(&mut self.watch, &Places::live()).await?;
        self.catch_up(live.lead()).await?;
        let differences = self.anew.differences().await?;
        self.watch.execute("rollback").await.map_err(ViewsError::from)?;
        for Difference { table, unexplained, missing, .. } in &differences {
            tracing::error!(table, unexplained, missing, "a read model is not what the log says");
        }
        Ok(differences)
    }

    fn go_on(&self) -> Result<(), Failure> {
        if self.beside.must_stop() { Err(ViewsError::Interrupted.into()) } else { Ok(()) }
    }
}

/// Takes in what is missing up to exactly `upto`; false if it is further already, or the log ends before.
async fn catch_up(anew: &mut Anew, store: &Store, people: &People, upto: u64) -> Result<bool, Failure> {
    while anew.lead() < upto {
        let left = usize::try_from(upto - anew.lead()).unwrap_or(PAGE).min(PAGE);
        let events = store.follow(anew.lead(), left).await?;
        if events.is_empty() {
            return Ok(false);
        }
        for event in &events {
            anew.take(event, people.as_ref()).await?;
        }
        anew.flush(people.as_ref()).await?;
    }
    Ok(anew.lead() == upto)
}
