//! The one thread that writes: takes whatever commits wait, writes them in one transaction, answers.
//!
//! 1. Block for one commit, then take what else waits. No timer: while one sync runs, the next batch
//!    gathers by itself, so the more load, the larger the batch.
//! 2. Decide and write them in the order of the queue (`batch.rs`).
//! 3. COMMIT, and only then answer: a conflict or a replay may rest on this batch as much as a win.
//! 4. If a commit spoils the transaction, take all back and run each alone, so that it fails alone.
//! 5. If COMMIT itself fails nobody knows the outcome. Say so, and never write again in this process.

use super::batch::{Answer, Batch, Failure};
use super::checkpointer::Backlog;
use super::heads::Heads;
use super::latest::Latest;
use crate::store::end::{self, End};
use crate::store::{AppendError, Commit, StoreError};
use rusqlite::Connection;
use std::io;
use std::iter::repeat_with;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::{mpsc, oneshot, watch};

/// A transaction takes no more commits than this,
const MOST_COMMITS: usize = 512;
/// and takes no further one when it holds as many bytes as this.
const MOST_BYTES: usize = 1024 * 1024;

/// How long to look for the next commit before sleeping until it is there.
const LOOKING: Duration = Duration::from_micros(100);

/// A commit in the queue. The one who waits may go away; the commit stays.
pub struct Request {
    pub commit: Commit,
    pub answer: oneshot::Sender<Answer>,
}

pub struct Writer {
    pub connection: Connection,
    pub queue: mpsc::Receiver<Request>,
    pub heads: Heads,
    pub end: End,
    pub backlog: Backlog,
    pub latest: Arc<Latest>,
    /// The last durable position.
    pub published: watch::Sender<u64>,
    /// Why nothing is written any more. The checkpointer may say so too.
    pub failed: watch::Sender<Option<String>>,
}

impl Writer {
    /// Until the queue is closed and empty, or a failure.
    pub fn run(mut self) {
        while let Some(first) = self.next() {
            let requests = self.gather(first);
            self.carry_out(requests);
            self.backlog.relieve(&self.connection, &self.failed);
            if self.failed.borrow().is_some() {
                break;
            }
        }
        self.queue.close();
        while let Some(request) = self.queue.blocking_recv() {
            refuse(vec![request]);
        }
    }

    /// The next commit. Those just answered often come back at once, and then it costs less to look
    /// again a few times than to sleep and be woken: other threads go first all the same.
    fn next(&mut self) -> Option<Request> {
        let asked = Instant::now();
        while asked.elapsed() < LOOKING {
            match self.queue.try_recv() {
                Ok(request) => return Some(request),
                Err(TryRecvError::Disconnected) => return None,
                Err(TryRecvError::Empty) => thread::yield_now(),
            }
        }
        self.queue.blocking_recv()
    }

    fn gather(&mut self, first: Request) -> Vec<Request> {
        let mut bytes = weight(&first.commit);
        let mut requests = vec![first];
        while requests.len() < MOST_COMMITS && bytes < MOST_BYTES {
            let Ok(next) = self.queue.try_recv() else { break };
            bytes += weight(&next.commit);
            requests.push(next);
        }
        self.backlog.grow(requests.len(), bytes);
        requests
    }

    fn carry_out(&mut self, requests: Vec<Request>) {
        if self.failed.borrow().is_some() {
            return refuse(requests);
        }
        match self.transact(&requests) {
            Ok(answers) => self.answer(requests, answers),
            Err(Failure::Undone(_)) if requests.len() > 1 => {
                for request in requests {
                    self.carry_out(vec![request]);
                }
            }
            Err(Failure::Undone(error)) => tell(requests, [AppendError::Store(error)]),
            Err(Failure::NotBegun(error)) => tell(requests, repeat_with(|| again(&error).into())),
            Err(Failure::Unknown(error)) => {
                tracing::error!(%error, "the ledger could not commit; its writer stops");
                self.failed.send_replace(Some(error.to_string()));
                tell(requests, repeat_with(|| AppendError::Unanswered(again(&error))));
            }
        }
    }

    fn transact(&mut self, requests: &[Request]) -> Result<Vec<Answer>, Failure> {
        let mut batch = Batch::begin(&self.connection, &mut self.heads, self.end, end::now())?;
        let mut answers = Vec::with_capacity(requests.len());
        for request in requests {
            let answer = batch.decide(&request.commit).map_err(|error| batch.abandon(error))?;
            answers.push(answer);
        }
        self.end = batch.commit()?;
        Ok(answers)
    }

    /// The head first: whoever has an answer must not be told of an older end of the log.
    fn answer(&self, requests: Vec<Request>, answers: Vec<Answer>) {
        let position = self.end.position;
        let appended = answers.iter().flatten().filter(|appended| !appended.replayed);
        self.latest.keep(appended.map(|appended| Arc::clone(&appended.events)));
        self.published.send_if_modified(|head| std::mem::replace(head, position) != position);
        for (request, answer) in requests.into_iter().zip(answers) {
            // When nobody listens any more, the commit stands all the same.
            _ = request.answer.send(answer);
        }
    }
}

/// Answers each request with the next error.
fn tell(requests: Vec<Request>, errors: impl IntoIterator<Item = AppendError>) {
    for (request, error) in requests.into_iter().zip(errors) {
        _ = request.answer.send(Err(error));
    }
}

fn refuse(requests: Vec<Request>) {
    tell(requests, repeat_with(|| StoreError::Stopped.into()));
}

/// The same error for the next one who waits.
fn again(error: &rusqlite::Error) -> StoreError {
    match error {
        rusqlite::Error::SqliteFailure(code, what) => {
            rusqlite::Error::SqliteFailure(*code, what.clone()).into()
        }
        other => io::Error::other(other.to_string()).into(),
    }
}

/// What a commit adds to a batch, roughly.
fn weight(commit: &Commit) -> usize {
    commit.drafts().map(|(_, draft)| 100 + draft.meta.len() + draft.body.len()).sum()
}
