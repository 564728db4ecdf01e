//! The way that needs nothing remembered: lock the head, look everything up, decide, write, commit.
//!
//! - If a commit spoils the transaction, run each alone, so that it fails alone.
//! - If the connection was lost while the server may have been committing, connect again and do it here:
//!   the lock waits for the old session, and a commit that is there already is found as a replay. Whoever
//!   has been told an error before is no longer part of the batch, so nothing of his is written.

use super::batch::{Answer, Batch, Doubt, Heads, Written};
use super::batcher::{Batcher, Request, writes};
use super::failure::Failure;
use super::lane::ATTEMPT;
use super::rows::{self, Done};
use crate::store::chain::Hash;
use crate::store::end::{self, End};
use crate::store::{AppendError, Commit, Expected, StoreError};
use sqlx::Executor;
use sqlx::postgres::PgConnection;
use std::collections::HashMap;
use std::time::Duration;
use tokio::time::{Instant, sleep, timeout};

/// How long a commit may wait for a database that is away or a lock that another holds.
const PATIENCE: Duration = Duration::from_secs(5);
const LOCK: &str = "BEGIN; SELECT FROM ledger.log_head FOR UPDATE";

type Outcome = (Vec<Answer>, End);

impl Batcher {
    /// Carries the requests out, together or each alone, and answers all of them. `failed` is how a first
    /// attempt went.
    pub(super) async fn carry_out(&mut self, requests: Vec<Request>, failed: Option<Failure>) {
        if let Some((requests, unknown)) = self.together(requests, failed, false).await {
            for request in requests {
                _ = self.together(vec![request], None, unknown).await;
            }
        }
    }

    /// Answers all of them, or gives them back to be run each alone, with whether they may be there already.
    async fn together(
        &mut self,
        mut requests: Vec<Request>,
        mut failed: Option<Failure>,
        mut unknown: bool,
    ) -> Option<(Vec<Request>, bool)> {
        let deadline = requests.first()?.since + PATIENCE;
        let mut pause = Duration::from_millis(10);
        loop {
            if requests.is_empty() {
                return None;
            }
            let outcome = match failed.take() {
                Some(failure) => Err(failure),
                None => self.attempt(&requests).await,
            };
            let why = match outcome {
                Ok((answers, end)) => {
                    self.answer(requests, answers, end);
                    return None;
                }
                Err(Failure::Undone(_)) if requests.len() > 1 => return Some((requests, unknown)),
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

    async fn attempt(&mut self, requests: &[Request]) -> Result<Outcome, Failure> {
        let late = Err(Failure::Unknown("the server did not answer in time".to_owned()));
        let outcome = timeout(ATTEMPT, self.carefully(requests)).await.unwrap_or(late);
        if outcome.is_err() {
            self.forget();
        }
        outcome
    }

    async fn carefully(&mut self, requests: &[Request]) -> Result<Outcome, Failure> {
        self.wary = self.wary.saturating_sub(1);
        let mut session = self.session().await?;
        let connection = &mut session.connection;
        connection.execute(LOCK).await.map_err(Failure::before_commit)?;
        let (end, heads, commands) = look_up(connection, requests).await.map_err(Failure::before_commit)?;
        let mut batch = Batch::new(Some(connection), &heads, end, end::now());
        batch.commands = commands;
        batch.commands_are_known = true;
        for request in requests {
            batch.decide(&request.commit).await.map_err(|doubt| match doubt {
                Doubt::Database(error) => Failure::before_commit(error),
                Doubt::Ahead => Failure::NotNow("something was to be looked up without a session".to_owned()),
            })?;
        }
        let (decided, changed) = batch.decided();
        let connection = &mut session.connection;
        if decided.write(connection).await.map_err(Failure::before_commit)? != Written::Yes {
            return Err(Failure::NotNow("the log grew under our lock".to_owned()));
        }
        connection.execute("COMMIT").await.map_err(Failure::at_commit)?;
        session.used = Instant::now();
        self.keep(session);
        self.heads = heads;
        self.remember(decided.end, changed);
        Ok((decided.answers, decided.end))
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
