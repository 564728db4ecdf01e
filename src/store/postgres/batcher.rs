//! The one task that writes: takes whatever commits wait, writes them in one statement, answers.
//!
//! 1. Wait for one commit, then take what else waits. No timer: while one batch is being made durable,
//!    the next one gathers by itself.
//! 2. Quickly, as long as nobody else writes: decide from what is remembered, and send one statement that
//!    locks the head, compares the end of the log with the one remembered, writes and commits.
//! 3. Carefully, when the log ended elsewhere: lock the head, look everything up, decide, write, commit.
//! 4. If a commit spoils the transaction, run each alone, so that it fails alone.
//! 5. If the connection is lost while the server may be committing, connect again and do it carefully:
//!    the lock waits for the old session, and a commit that is there already is found as a replay.
//!    Whoever has been told an error before is no longer part of the batch, so nothing of his is written.

use super::batch::{Answer, Batch, Heads};
use super::connect;
use super::failure::{Failure, is_duplicate};
use super::news::News;
use super::rows::{self, Done};
use super::seen::{Distrust, Seen};
use crate::store::chain::Hash;
use crate::store::end::{self, End};
use crate::store::{AppendError, Commit, Expected, StoreError, Write};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection, Executor};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep, timeout};

const MOST_COMMITS: usize = 512;
const MOST_BYTES: usize = 1024 * 1024;
/// Streams whose end is remembered. Forgetting costs a query, nothing else.
const MOST_HEADS: usize = 100_000;
/// How long a commit may wait for a database that is away or a lock that another holds.
const PATIENCE: Duration = Duration::from_secs(5);
/// One attempt. A server that says nothing for so long is taken to be gone.
const ATTEMPT: Duration = Duration::from_secs(12);
/// A session that was not used for so long is asked whether it is still there.
const REST: Duration = Duration::from_millis(250);
/// After another process has written, so many batches expect that it does so again.
const WARY: u32 = 32;

/// Who stalls while he holds the lock loses it; who waits for it gives up sooner than the one who asked.
const SETTINGS: [(&str, &str); 2] = [("lock_timeout", "3s"), ("idle_in_transaction_session_timeout", "5s")];
const LOCK: &str = "BEGIN; SELECT FROM ledger.log_head FOR UPDATE";

/// A commit in the queue. The one who waits may go away; the commit stays.
pub struct Request {
    pub commit: Commit,
    pub since: Instant,
    pub answer: oneshot::Sender<Answer>,
}

pub struct Batcher {
    options: PgConnectOptions,
    connection: Option<PgConnection>,
    queue: mpsc::Receiver<Request>,
    heads: Heads,
    /// Where the log ended after our last batch; none when that is not known.
    end: Option<End>,
    wary: u32,
    used: Instant,
    news: Arc<News>,
    seen: Seen,
}

impl Batcher {
    pub fn new(
        options: PgConnectOptions,
        queue: mpsc::Receiver<Request>,
        news: Arc<News>,
        seen: Seen,
    ) -> Self {
        let options = options.options(SETTINGS);
        Self {
            options,
            connection: None,
            queue,
            heads: Heads::new(),
            end: None,
            wary: 0,
            used: Instant::now(),
            news,
            seen,
        }
    }

    /// Until the queue is closed and empty.
    pub async fn run(mut self) {
        while let Some(first) = self.queue.recv().await {
            // Those who just had their answers may have something more to ask: one turn for them makes
            // batches nearly twice as large.
            let mut waiting = usize::MAX;
            while self.queue.len() != waiting && self.queue.len() < MOST_COMMITS {
                waiting = self.queue.len();
                tokio::task::yield_now().await;
            }
            let requests = self.gather(first);
            self.carry_out(requests).await;
        }
    }

    fn gather(&mut self, first: Request) -> Vec<Request> {
        let mut bytes = weight(&first.commit);
        let mut requests = vec![first];
        while requests.len() < MOST_COMMITS && bytes < MOST_BYTES {
            let Ok(next) = self.queue.try_recv() else { break };
            bytes += weight(&next.commit);
            requests.push(next);
        }
        requests
    }

    async fn carry_out(&mut self, requests: Vec<Request>) {
        if let Some(requests) = self.together(requests).await {
            for request in requests {
                _ = self.together(vec![request]).await;
            }
        }
    }

    /// Answers all of them, or gives them back to be run each alone.
    async fn together(&mut self, mut requests: Vec<Request>) -> Option<Vec<Request>> {
        let deadline = requests.first()?.since + PATIENCE;
        let (mut unknown, mut pause) = (false, Duration::from_millis(10));
        loop {
            if requests.is_empty() {
                return None;
            }
            let why = match self.attempt(&requests).await {
                Ok(answers) => {
                    self.answer(requests, answers);
                    return None;
                }
                Err(Failure::Undone(_)) if requests.len() > 1 => return Some(requests),
                Err(Failure::Undone(error)) => {
                    let alone = requests.pop()?;
                    _ = alone.answer.send(Err(error.into()));
                    return None;
                }
                Err(Failure::Replaced(replaced)) => {
                    tell(requests, || give_up(unknown, replaced.into()));
                    return None;
                }
                Err(Failure::NotNow(why)) => why,
                Err(Failure::Unknown(why)) => {
                    tracing::warn!(%why, "the outcome of a batch is unknown; looking it up");
                    unknown = true;
                    requests = recognisable(requests, &why);
                    why
                }
            };
            if Instant::now() >= deadline {
                tracing::warn!(%why, commits = requests.len(), "commits are given up");
                tell(requests, || give_up(unknown, StoreError::Unavailable(why.clone())));
                return None;
            }
            sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(500));
        }
    }

    async fn attempt(&mut self, requests: &[Request]) -> Result<Vec<Answer>, Failure> {
        let late = Err(Failure::Unknown("the server did not answer in time".to_owned()));
        let outcome = timeout(ATTEMPT, self.try_to_write(requests)).await.unwrap_or(late);
        if outcome.is_err() {
            // Whatever the session was doing, it is not ours any more; what it holds goes with it.
            self.connection = None;
            self.forget();
        }
        outcome
    }

    async fn try_to_write(&mut self, requests: &[Request]) -> Result<Vec<Answer>, Failure> {
        // A session that was lost meanwhile is found out before anything is sent that could be in doubt.
        let rested = self.used.elapsed() > REST;
        self.used = Instant::now();
        if let Some(connection) = self.connection.as_mut().filter(|_| rested)
            && !matches!(timeout(connect::CONNECTING, connection.ping()).await, Ok(Ok(())))
        {
            self.connection = None;
            self.forget();
        }
        if self.connection.is_none() {
            let connected = connect::connect(&self.options).await;
            let mut connection = connected.map_err(|error| Failure::NotNow(error.to_string()))?;
            self.seen.check(&mut connection).await.map_err(|distrust| match distrust {
                Distrust::NotNow(why) => Failure::NotNow(why),
                Distrust::Replaced(replaced) => Failure::Replaced(replaced),
            })?;
            self.connection = Some(connection);
        }
        match self.end.filter(|_| self.wary == 0) {
            None => self.carefully(requests).await,
            Some(end) => match self.quickly(end, requests).await? {
                Some(answers) => Ok(answers),
                None => {
                    self.forget();
                    self.wary = WARY;
                    self.carefully(requests).await
                }
            },
        }
    }

    /// None when the log does not end where it was, or something that was taken to be new is not.
    async fn quickly(&mut self, end: End, requests: &[Request]) -> Result<Option<Vec<Answer>>, Failure> {
        let Some(connection) = self.connection.as_mut() else { return Ok(None) };
        let unknown = writes(requests)
            .filter(|write| write.expected != Expected::Empty && !self.heads.contains_key(&write.stream));
        let unknown: Vec<&str> = unknown.map(|write| write.stream.as_str()).collect();
        if !unknown.is_empty() {
            self.heads.extend(rows::heads(connection, &unknown).await.map_err(Failure::before_commit)?);
        }
        let mut batch = Batch::new(connection, &self.heads, end, end::now());
        for request in requests {
            batch.decide(&request.commit).await.map_err(Failure::before_commit)?;
        }
        match batch.write().await {
            Ok(true) => {}
            Ok(false) => return Ok(None),
            Err(error) if is_duplicate(&error) => return Ok(None),
            Err(error) => return Err(Failure::at_commit(error)),
        }
        let Batch { end, changed, answers, .. } = batch;
        self.remember(end, changed);
        Ok(Some(answers))
    }

    async fn carefully(&mut self, requests: &[Request]) -> Result<Vec<Answer>, Failure> {
        self.wary = self.wary.saturating_sub(1);
        let Some(connection) = self.connection.as_mut() else {
            return Err(Failure::NotNow("not connected".to_owned()));
        };
        connection.execute(LOCK).await.map_err(Failure::before_commit)?;
        let (end, heads, commands) = look_up(connection, requests).await.map_err(Failure::before_commit)?;
        let mut batch = Batch::new(connection, &heads, end, end::now());
        batch.commands = commands;
        batch.commands_are_known = true;
        for request in requests {
            batch.decide(&request.commit).await.map_err(Failure::before_commit)?;
        }
        if !batch.write().await.map_err(Failure::before_commit)? {
            return Err(Failure::NotNow("the log grew under our lock".to_owned()));
        }
        batch.connection.execute("COMMIT").await.map_err(Failure::at_commit)?;
        let Batch { end, changed, answers, .. } = batch;
        self.heads = heads;
        self.remember(end, changed);
        Ok(answers)
    }

    fn forget(&mut self) {
        self.end = None;
        self.heads.clear();
    }

    fn remember(&mut self, end: End, changed: Heads) {
        self.end = Some(end);
        if self.heads.len() > MOST_HEADS {
            self.heads.clear();
        }
        self.heads.extend(changed);
    }

    /// The head first: whoever has an answer must not be told of an older end of the log.
    fn answer(&self, requests: Vec<Request>, answers: Vec<Answer>) {
        if let Some(end) = self.end {
            self.seen.keep(end);
            self.news.written(end.position);
        }
        for (request, answer) in requests.into_iter().zip(answers) {
            // When nobody listens any more, the commit stands all the same.
            _ = request.answer.send(answer);
        }
    }
}

async fn look_up(
    connection: &mut PgConnection,
    requests: &[Request],
) -> Result<(End, Heads, HashMap<Hash, Done>), sqlx::Error> {
    let end = rows::end(connection).await?;
    let streams: Vec<&str> = writes(requests).map(|write| write.stream.as_str()).collect();
    let heads = rows::heads(connection, &streams).await?;
    let commands = requests.iter().filter_map(|request| request.commit.command.as_ref());
    let keys: Vec<&[u8]> = commands.map(|command| command.key.as_slice()).collect();
    let commands =
        if keys.is_empty() { Default::default() } else { rows::commands(connection, &keys).await? };
    Ok((end, heads, commands))
}

fn writes(requests: &[Request]) -> impl Iterator<Item = &Write> {
    requests.iter().flat_map(|request| &request.commit.writes)
}

/// Those that are found again when they are there. The others are told that nobody knows.
fn recognisable(requests: Vec<Request>, why: &str) -> Vec<Request> {
    let known_by_place = |commit: &Commit| commit.writes.iter().any(|write| write.expected != Expected::Tail);
    let (again, lost): (Vec<_>, Vec<_>) = requests
        .into_iter()
        .partition(|request| request.commit.command.is_some() || known_by_place(&request.commit));
    tell(lost, || give_up(true, StoreError::Unavailable(why.to_owned())));
    again
}

fn give_up(unknown: bool, error: StoreError) -> AppendError {
    if unknown { AppendError::Unanswered(error) } else { error.into() }
}

fn tell(requests: Vec<Request>, error: impl Fn() -> AppendError) {
    for request in requests {
        _ = request.answer.send(Err(error()));
    }
}

/// What a commit adds to a batch, roughly.
fn weight(commit: &Commit) -> usize {
    commit.drafts().map(|(_, draft)| 100 + draft.meta.len() + draft.body.len()).sum()
}
