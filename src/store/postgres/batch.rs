//! One batch: each commit is decided in its turn, in memory, and then all winners are written at once.
//!
//! Decisions rest on where the log and the streams ended when the batch began. The database compares the
//! end of the log under its lock before it writes ([`Decided::write`]); as long as that is the same, so is
//! everything else that was looked up, for nothing in the log ever changes. The end may also be the one that
//! the batch before this one will make. Then nothing can be looked up, for it does not lie there yet.

use super::rows::{self, Done, signed};
use crate::store::chain::Hash;
use crate::store::end::End;
use crate::store::{AppendError, Appended, CommandKey, Commit, Recorded};
use chrono::{DateTime, Utc};
use domain::StreamId;
use sqlx::Error;
use sqlx::postgres::PgConnection;
use std::collections::HashMap;

const APPEND: &str = "SELECT ledger.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
/// The database's word for a log that does not reach to where a batch begins.
const SHORT: &str = "QE001";

/// What one commit is told.
pub type Answer = Result<Appended, AppendError>;

/// Last revisions of streams. One that is not there is taken to be empty.
pub type Heads = HashMap<StreamId, u64>;

/// Why a batch can't be decided.
#[derive(Debug)]
pub enum Doubt {
    /// Something must be looked up that the batch before may be writing.
    Ahead,
    Database(Error),
}

/// What becomes of a batch that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    Yes,
    /// The log ends elsewhere: no answer is worth anything.
    No,
    /// The log is shorter: the batch before was not written, or not yet.
    Early,
}

/// A batch in which each commit has its answer, to be told once it is durable.
pub struct Decided {
    before: End,
    pub end: End,
    pub answers: Vec<Answer>,
    new_commands: Vec<(CommandKey, u64, u64)>,
}

pub struct Batch<'a> {
    /// None while the batch before this one is on its way.
    connection: Option<&'a mut PgConnection>,
    known: &'a Heads,
    /// Commands that were carried out: in this batch, and before as far as they were looked up.
    pub commands: HashMap<Hash, Done>,
    /// Otherwise a key is taken to be new, and the database refuses it if it is not.
    pub commands_are_known: bool,
    before: End,
    end: End,
    now: DateTime<Utc>,
    changed: Heads,
    answers: Vec<Answer>,
    new_commands: Vec<(CommandKey, u64, u64)>,
}

impl<'a> Batch<'a> {
    pub fn new(
        connection: Option<&'a mut PgConnection>,
        known: &'a Heads,
        end: End,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            connection,
            known,
            commands: HashMap::new(),
            commands_are_known: false,
            before: end,
            end,
            now,
            changed: HashMap::new(),
            answers: vec![],
            new_commands: vec![],
        }
    }

    /// Decides a commit; the answer may be told once the batch is durable.
    pub async fn decide(&mut self, commit: &Commit) -> Result<(), Doubt> {
        let answer = self.answer(commit).await?;
        self.answers.push(answer);
        Ok(())
    }

    /// What is to be written, and where the streams in it end then.
    pub fn decided(self) -> (Decided, Heads) {
        let Self { before, end, answers, new_commands, changed, .. } = self;
        (Decided { before, end, answers, new_commands }, changed)
    }

    fn session(&mut self) -> Result<&mut PgConnection, Doubt> {
        self.connection.as_deref_mut().ok_or(Doubt::Ahead)
    }

    async fn answer(&mut self, commit: &Commit) -> Result<Answer, Doubt> {
        if let Some(answer) = self.told_before(commit.command).await? {
            return Ok(answer);
        }
        for (nth, write) in commit.writes.iter().enumerate() {
            let actual = self.head(&write.stream);
            if !write.fits(actual) {
                // A refusal rests on what is there, never on what may come to be.
                self.session()?;
                // Whoever told a command twice has lost his place to himself: now the key must be known.
                self.look_for(commit.command).await?;
                if let Some(answer) = self.told_before(commit.command).await? {
                    return Ok(answer);
                }
                let there = self.lying(commit, nth, actual).await?;
                let replay = there.map(|events| Appended { events: events.into(), replayed: true });
                return Ok(replay.ok_or_else(|| write.conflict(actual)));
            }
        }
        Ok(Ok(Appended { events: self.record(commit).into(), replayed: false }))
    }

    async fn told_before(&mut self, command: Option<CommandKey>) -> Result<Option<Answer>, Doubt> {
        let Some(command) = command else { return Ok(None) };
        let Some(done) = self.commands.get(&command.key).copied() else { return Ok(None) };
        if done.request != command.request {
            return Ok(Some(Err(AppendError::KeyReused)));
        }
        let events = self.range(done.first, done.last + 1 - done.first).await?;
        Ok(Some(Ok(Appended { events: events.into(), replayed: true })))
    }

    async fn look_for(&mut self, command: Option<CommandKey>) -> Result<(), Doubt> {
        if let Some(command) = command.filter(|_| !self.commands_are_known) {
            let found = rows::commands(self.session()?, &[&command.key]).await?;
            self.commands.extend(found);
        }
        Ok(())
    }

    fn head(&self, stream: &StreamId) -> u64 {
        self.changed.get(stream).or_else(|| self.known.get(stream)).copied().unwrap_or(0)
    }

    /// The commit itself, if the event after the place that its nth write expects is part of it.
    async fn lying(
        &mut self,
        commit: &Commit,
        nth: usize,
        actual: u64,
    ) -> Result<Option<Vec<Recorded>>, Doubt> {
        let stream = &commit.writes[nth].stream;
        let Some(seen) = commit.writes[nth].expected.revision().filter(|seen| *seen < actual) else {
            return Ok(None);
        };
        let here = fresh(&self.answers).find(|event| event.revision == seen + 1 && event.stream == *stream);
        let place = match here {
            Some(event) => Some(event.position),
            None => rows::place(self.session()?, stream, seen + 1).await?,
        };
        let Some(before) = place.and_then(|place| place.checked_sub(commit.offset(nth) + 1)) else {
            return Ok(None);
        };
        let lying = self.range(before + 1, commit.offset(commit.writes.len())).await?;
        Ok(commit.lies_in(&lying).then_some(lying))
    }

    /// From the log, and on from there in what this batch is about to add to it.
    async fn range(&mut self, first: u64, count: u64) -> Result<Vec<Recorded>, Doubt> {
        let stored = (self.before.position + 1).saturating_sub(first).min(count);
        let mut events = match stored {
            0 => vec![],
            stored => rows::range(self.session()?, first, stored).await?,
        };
        let added = fresh(&self.answers).filter(|event| event.position >= first);
        events.extend(added.take((count - stored) as usize).cloned());
        Ok(events)
    }

    fn record(&mut self, commit: &Commit) -> Vec<Recorded> {
        let first = self.end.position + 1;
        let mut events = Vec::with_capacity(commit.offset(commit.writes.len()) as usize);
        for write in &commit.writes {
            let mut revision = self.head(&write.stream);
            for draft in &write.events {
                revision += 1;
                events.push(self.end.record(&write.stream, revision, draft, self.now));
            }
            self.changed.insert(write.stream.clone(), revision);
        }
        if let Some(command) = commit.command {
            let last = self.end.position;
            self.commands.insert(command.key, Done { request: command.request, first, last });
            self.new_commands.push((command, first, last));
        }
        events
    }
}

impl Decided {
    /// Writes all winners, in a transaction of its own unless one is open.
    pub async fn write(&self, connection: &mut PgConnection) -> Result<Written, Error> {
        let events = || fresh(&self.answers);
        let column = |of: fn(&Recorded) -> &[u8]| events().map(of).collect::<Vec<_>>();
        let text = |of: fn(&Recorded) -> &str| events().map(of).collect::<Vec<_>>();
        let commands = || self.new_commands.iter();
        let query = sqlx::query_scalar(APPEND)
            .bind(signed(self.before.position))
            .bind(&self.before.chain[..])
            .bind(self.end.recorded_at.timestamp_micros())
            .bind(text(|event| event.stream.as_str()))
            .bind(events().map(|event| signed(event.revision)).collect::<Vec<_>>())
            .bind(column(|event| event.id.as_bytes()))
            .bind(text(|event| &event.name))
            .bind(column(|event| &event.meta))
            .bind(column(|event| &event.body))
            .bind(column(|event| &event.chain))
            .bind(commands().map(|(command, ..)| command.key.as_slice()).collect::<Vec<_>>())
            .bind(commands().map(|(command, ..)| command.request.as_slice()).collect::<Vec<_>>())
            .bind(commands().map(|(_, first, _)| signed(*first)).collect::<Vec<_>>())
            .bind(commands().map(|(_, _, last)| signed(*last)).collect::<Vec<_>>());
        match query.fetch_one(connection).await {
            Ok(true) => Ok(Written::Yes),
            Ok(false) => Ok(Written::No),
            Err(Error::Database(error)) if error.code().is_some_and(|code| code == SHORT) => {
                Ok(Written::Early)
            }
            Err(error) => Err(error),
        }
    }
}

impl From<Error> for Doubt {
    fn from(error: Error) -> Self {
        Self::Database(error)
    }
}

/// The events that a batch adds, in order.
fn fresh(answers: &[Answer]) -> impl Iterator<Item = &Recorded> {
    let winners = answers.iter().flatten().filter(|appended| !appended.replayed);
    winners.flat_map(|appended| appended.events.iter())
}
