//! The one task that writes: takes whatever commits wait, writes them in one statement, answers.
//!
//! 1. Gather what waits. No timer: while one batch is being made durable, the next one gathers by itself.
//! 2. Quickly, as long as nobody else writes: decide from what is remembered, and send one statement that
//!    locks the head, compares the end of the log with the one remembered, writes and commits. The next
//!    batch is decided and sent as if that had happened (`lane.rs`).
//! 3. Carefully, when the log ended elsewhere or anything failed (`careful.rs`).

use super::batch::{Answer, Batch, Decided, Doubt, Heads};
use super::connect;
use super::failure::Failure;
use super::lane::{Ended, Lanes, Session};
use super::news::News;
use super::rows;
use super::seen::{Distrust, Seen};
use crate::store::end::{self, End};
use crate::store::{Commit, Expected, Write};
use sqlx::Connection;
use sqlx::postgres::PgConnectOptions;
use std::mem::replace;
use std::sync::Arc;
use std::time::Duration;
use tokio::select;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout};

const MOST_COMMITS: usize = 512;
const MOST_BYTES: usize = 1024 * 1024;
/// Streams whose end is remembered. Forgetting costs a query, nothing else.
const MOST_HEADS: usize = 100_000;
/// A session that was not used for so long is asked whether it is still there.
const REST: Duration = Duration::from_millis(250);
/// How long a batch may take to be decided. What it looks up are a few rows by their key.
const LOOKING_UP: Duration = Duration::from_secs(3);
/// After another process has written, so many batches expect that it does so again.
const WARY: u32 = 32;

/// Who stalls while he holds the lock loses it; who waits for it gives up sooner than the one who asked.
const SETTINGS: [(&str, &str); 2] = [("lock_timeout", "3s"), ("idle_in_transaction_session_timeout", "5s")];

/// A commit in the queue. The one who waits may go away; the commit stays.
pub struct Request {
    pub commit: Commit,
    pub since: Instant,
    pub answer: oneshot::Sender<Answer>,
}

pub struct Batcher {
    options: PgConnectOptions,
    /// Those that write nothing now.
    sessions: Vec<Session>,
    queue: mpsc::Receiver<Request>,
    /// Taken from the queue for the next batch.
    waiting: Vec<Request>,
    /// What they weigh.
    bytes: usize,
    lanes: Lanes,
    /// As they will be when all that was sent is written.
    pub(super) heads: Heads,
    /// Where the log will end then; none when that is not known.
    end: Option<End>,
    pub(super) wary: u32,
    news: Arc<News>,
    seen: Seen,
}

/// What is known of a batch before it is sent.
enum Decision {
    Made(Box<Ready>),
    /// When the batch before it is written.
    NotYet,
    /// Not from what is remembered.
    Unsure,
}

/// A batch that can be sent, and where streams end after it.
struct Ready {
    session: Session,
    decided: Decided,
    changed: Heads,
}

impl Batcher {
    pub fn new(
        options: PgConnectOptions,
        queue: mpsc::Receiver<Request>,
        news: Arc<News>,
        seen: Seen,
    ) -> Self {
        Self {
            options: options.options(SETTINGS),
            sessions: vec![],
            queue,
            waiting: vec![],
            bytes: 0,
            lanes: Lanes::default(),
            heads: Heads::new(),
            end: None,
            wary: 0,
            news,
            seen,
        }
    }

    /// Until the queue is closed and empty.
    pub async fn run(mut self) {
        let mut open = true;
        while open || !self.lanes.is_empty() {
            let asks = open && self.has_room() && !self.lanes.are_full();
            select! {
                biased;
                ended = self.lanes.ended() => self.settle(ended).await,
                asked = self.queue.recv(), if asks => match asked {
                    Some(request) => self.queue_up(request),
                    None => open = false,
                },
            }
            self.gather().await;
            loop {
                let share = self.lanes.share(self.waiting.len());
                if share == 0 {
                    break;
                }
                self.send(share).await;
            }
        }
    }

    /// Takes what else waits. Those who just had their answers may have something more to ask: one turn for
    /// them makes batches nearly twice as large.
    async fn gather(&mut self) {
        let mut before = usize::MAX;
        while self.waiting.len() != before {
            before = self.waiting.len();
            while self.has_room() {
                let Ok(next) = self.queue.try_recv() else { break };
                self.queue_up(next);
            }
            tokio::task::yield_now().await;
        }
    }

    fn has_room(&self) -> bool {
        self.waiting.len() < MOST_COMMITS && self.bytes < MOST_BYTES
    }

    fn queue_up(&mut self, request: Request) {
        self.bytes += weight(&request.commit);
        self.waiting.push(request);
    }

    async fn send(&mut self, share: usize) {
        let rest = self.waiting.split_off(share);
        let requests = replace(&mut self.waiting, rest);
        self.bytes = self.waiting.iter().map(|request| weight(&request.commit)).sum();
        let decision = match self.decide_in_time(&requests).await {
            Ok(Decision::NotYet) => {
                self.settle_all().await;
                self.decide_in_time(&requests).await
            }
            decision => decision,
        };
        match decision {
            Ok(Decision::Made(ready)) => {
                let Ready { session, decided, changed } = *ready;
                self.remember(decided.end, changed);
                self.lanes.send(session, decided, requests);
            }
            unsent => {
                self.settle_all().await;
                self.carry_out(requests, unsent.err()).await;
            }
        }
    }

    /// Nothing is written while a batch is decided, and a session that falls silent must not hold up the others.
    async fn decide_in_time(&mut self, requests: &[Request]) -> Result<Decision, Failure> {
        let late = Err(Failure::NotNow("the server did not answer in time".to_owned()));
        timeout(LOOKING_UP, self.decide(requests)).await.unwrap_or(late)
    }

    /// From what is remembered, and with a look at streams that are not.
    async fn decide(&mut self, requests: &[Request]) -> Result<Decision, Failure> {
        let Some(end) = self.end.filter(|_| self.wary == 0) else { return Ok(Decision::Unsure) };
        let mut session = self.session().await?;
        let unknown = writes(requests)
            .filter(|write| write.expected != Expected::Empty && !self.heads.contains_key(&write.stream));
        let unknown: Vec<&str> = unknown.map(|write| write.stream.as_str()).collect();
        if !unknown.is_empty() {
            let heads = rows::heads(&mut session.connection, &unknown).await;
            self.heads.extend(heads.map_err(Failure::before_commit)?);
        }
        let settled = self.lanes.is_empty().then_some(&mut session.connection);
        let mut batch = Batch::new(settled, &self.heads, end, end::now());
        for request in requests {
            match batch.decide(&request.commit).await {
                Ok(()) => {}
                Err(Doubt::Database(error)) => return Err(Failure::before_commit(error)),
                Err(Doubt::Ahead) => {
                    self.sessions.push(session);
                    return Ok(Decision::NotYet);
                }
            }
        }
        let (decided, changed) = batch.decided();
        Ok(Decision::Made(Box::new(Ready { session, decided, changed })))
    }

    async fn settle_all(&mut self) {
        while !self.lanes.is_empty() {
            let ended = self.lanes.ended().await;
            self.settle(ended).await;
        }
    }

    async fn settle(&mut self, ended: Ended) {
        let Ended { requests, session, outcome } = ended;
        self.sessions.extend(session);
        match outcome {
            Ok(Some((end, answers))) => self.answer(requests, answers, end),
            Ok(None) => {
                self.forget();
                self.wary = WARY;
                self.carry_out(requests, None).await;
            }
            Err(failure) => {
                self.forget();
                self.sessions.clear();
                // Whatever waits behind this batch goes after it: nothing is sent past it meanwhile.
                self.wary = self.wary.max(2);
                self.carry_out(requests, Some(failure)).await;
            }
        }
    }

    /// One that was lost meanwhile is found out before anything is sent that could be in doubt.
    pub(super) async fn session(&mut self) -> Result<Session, Failure> {
        if let Some(mut session) = self.sessions.pop() {
            let rested = session.used.elapsed() > REST;
            if !rested || matches!(timeout(connect::CONNECTING, session.connection.ping()).await, Ok(Ok(())))
            {
                return Ok(session);
            }
            // Then the others are lost too. What is remembered may rest on a batch that is on its way, so it
            // can't be looked up anew now; whether it is still true the chain tells under the lock.
            self.sessions.clear();
        }
        let connected = connect::connect(&self.options).await;
        let mut connection = connected.map_err(|error| Failure::NotNow(error.to_string()))?;
        self.seen.check(&mut connection).await.map_err(|distrust| match distrust {
            Distrust::NotNow(why) => Failure::NotNow(why),
            Distrust::Replaced(replaced) => Failure::Replaced(replaced),
        })?;
        Ok(Session { connection, used: Instant::now() })
    }

    pub(super) fn keep(&mut self, session: Session) {
        self.sessions.push(session);
    }

    pub(super) fn forget(&mut self) {
        self.end = None;
        self.heads.clear();
    }

    pub(super) fn remember(&mut self, end: End, changed: Heads) {
        self.end = Some(end);
        // Not while a batch is on its way: what it changes can't be looked up yet.
        if self.heads.len() > MOST_HEADS && self.lanes.is_empty() {
            self.heads.clear();
        }
        self.heads.extend(changed);
    }

    /// The head first: whoever has an answer must not be told of an older end of the log.
    pub(super) fn answer(&self, requests: Vec<Request>, answers: Vec<Answer>, end: End) {
        self.seen.keep(end);
        self.news.written(end.position);
        for (request, answer) in requests.into_iter().zip(answers) {
            // When nobody listens any more, the commit stands all the same.
            _ = request.answer.send(answer);
        }
    }
}

pub fn writes(requests: &[Request]) -> impl Iterator<Item = &Write> {
    requests.iter().flat_map(|request| &request.commit.writes)
}

/// What a commit adds to a batch, roughly.
fn weight(commit: &Commit) -> usize {
    commit.drafts().map(|(_, draft)| 100 + draft.meta.len() + draft.body.len()).sum()
}
