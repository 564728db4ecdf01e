//! Batches on their way to the database, each on a session of its own.
//!
//! While one commits, the next waits at the lock already: the server goes from one to the other without
//! asking this process. That the one before was written is proven by the chain (`Batch`), so whoever comes
//! too late or too early writes nothing.

use super::batch::{Answer, Decided, Written};
use super::batcher::Request;
use super::failure::{Failure, is_duplicate};
use crate::store::end::End;
use sqlx::postgres::PgConnection;
use std::collections::VecDeque;
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

/// One commits, one waits at the lock. A third would make batches smaller and nothing faster.
const LANES: usize = 2;
/// Commits that are not worth a sync of their own while others have one.
const FEW: usize = 16;
/// Before whoever came too early asks again.
const PAUSE: Duration = Duration::from_millis(1);
/// One attempt. A server that says nothing for so long is taken to be gone.
pub const ATTEMPT: Duration = Duration::from_secs(12);

/// A session that writes.
pub struct Session {
    pub connection: PgConnection,
    pub used: Instant,
}

/// How a batch that was sent has ended.
pub struct Ended {
    pub requests: Vec<Request>,
    /// Fit for the next batch.
    pub session: Option<Session>,
    /// Where the log ended after it, and what each request is told; none when nothing of it was written.
    pub outcome: Result<Option<(End, Vec<Answer>)>, Failure>,
}

/// The batches on their way, in the order in which they are to be written.
#[derive(Default)]
pub struct Lanes(VecDeque<Sent>);

/// The session, if it is fit for the next, and the batch, if it was written.
type Outcome = (Option<Session>, Result<Option<Decided>, Failure>);

struct Sent {
    requests: Vec<Request>,
    writing: JoinHandle<Outcome>,
    ended: Arc<AtomicBool>,
}

impl Lanes {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn are_full(&self) -> bool {
        self.0.len() == LANES
    }

    /// How many of so many that wait make the next batch; 0 to wait for more. Each batch has its own sync, so
    /// a few go together, many go by halves, and a batch much smaller than the one ahead waits for company.
    pub fn share(&self, waiting: usize) -> usize {
        match self.0.back() {
            None if waiting < 2 * FEW => waiting,
            None => waiting.div_ceil(2),
            Some(ahead) if !self.are_full() && waiting >= FEW.max(ahead.requests.len() * 3 / 4) => waiting,
            Some(_) => 0,
        }
    }

    /// Sends a batch behind those that are on their way.
    pub fn send(&mut self, session: Session, decided: Decided, requests: Vec<Request>) {
        let ended = Arc::new(AtomicBool::new(false));
        let ahead = self.0.back().map(|ahead| Arc::clone(&ahead.ended));
        let writing = tokio::spawn(write(session, decided, ahead, Arc::clone(&ended)));
        self.0.push_back(Sent { requests, writing, ended });
    }

    /// The first of them, when it has ended. Nothing is lost when the one who waits here goes away.
    pub async fn ended(&mut self) -> Ended {
        let Some(first) = self.0.front_mut() else { return pending().await };
        let (session, outcome) = (&mut first.writing).await.unwrap_or_else(|error| {
            // Nobody knows how far it came.
            (None, Err(Failure::Unknown(error.to_string())))
        });
        let requests = self.0.pop_front().map_or_else(Vec::new, |sent| sent.requests);
        let outcome = outcome.map(|decided| decided.map(|Decided { end, answers, .. }| (end, answers)));
        Ended { requests, session, outcome }
    }
}

async fn write(
    mut session: Session,
    decided: Decided,
    ahead: Option<Arc<AtomicBool>>,
    ended: Arc<AtomicBool>,
) -> Outcome {
    let late = Err(Failure::Unknown("the server did not answer in time".to_owned()));
    let written = timeout(ATTEMPT, in_turn(&mut session.connection, &decided, ahead)).await.unwrap_or(late);
    ended.store(true, Ordering::Release);
    session.used = Instant::now();
    match written {
        Ok(true) => (Some(session), Ok(Some(decided))),
        Ok(false) => (Some(session), Ok(None)),
        // Whatever the session was doing, it is not ours any more; what it holds goes with it.
        Err(failure) => (None, Err(failure)),
    }
}

/// Whoever is at the lock before his turn goes back and asks again, as long as the one before him is there.
async fn in_turn(
    connection: &mut PgConnection,
    decided: &Decided,
    ahead: Option<Arc<AtomicBool>>,
) -> Result<bool, Failure> {
    loop {
        let is_next = ahead.as_ref().is_none_or(|ended| ended.load(Ordering::Acquire));
        match decided.write(connection).await {
            Ok(Written::Yes) => return Ok(true),
            Ok(Written::Early) if !is_next => sleep(PAUSE).await,
            Ok(Written::Early | Written::No) => return Ok(false),
            Err(error) if is_duplicate(&error) => return Ok(false),
            Err(error) => return Err(Failure::at_commit(error)),
        }
    }
}
