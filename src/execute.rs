//! The only write path: load, decide, append; on a conflict all three again.
//!
//! 1. `decide` loads the streams it needs ([`load`]) and asks the domain; its plan names the
//!    revisions that it saw.
//! 2. The plan is appended as one commit: all streams or none, durable before we return.
//! 3. Somebody was faster: decide again.
//! 4. A command that was carried out before is answered with what it wrote then: by the store, which
//!    knows its key, or here, where it is refused because it can't be done twice.

pub mod load;
pub mod others;
pub mod remembered;

use crate::{
    clock::Clock,
    failure::Failure,
    recording::draft,
    store::{AppendError, Appended, CommandKey, Commit, Expected, Recorded, Store, StoreError, Write},
};
use domain::{Event, Meta, StreamId};
use remembered::{Remembered, afresh};
use uuid::Uuid;

/// How often a command decides before it gives up: each round means that somebody else wrote. Of so
/// many writers to one stream at once the last still gets his turn; a busy till or callback has fewer.
const ROUNDS: usize = 64;

/// The ledger's write path.
#[derive(Clone)]
pub struct Ledger {
    /// The engine.
    pub store: Store,
    /// For those who decide.
    pub clock: Clock,
    remembered: Remembered,
}

/// Who asks, and how the command is told from its repetition.
#[derive(Clone, Debug)]
pub struct Asked {
    /// A user's id, `provider:TMONEY`, or `quittance`.
    pub actor: String,
    /// Ties together all that one payment sets going.
    pub correlation: Uuid,
    /// The HTTP request.
    pub request: Option<String>,
    /// From the Idempotency-Key, if one was given.
    pub command: Option<CommandKey>,
}

impl Asked {
    /// Asked by this program itself: the sender, the watch.
    pub fn by_ourselves(correlation: Uuid) -> Self {
        Self { actor: "quittance".into(), correlation, request: None, command: None }
    }
}

/// What a command wants to write, and what it saw when it decided so.
#[derive(Debug, Default)]
pub struct Plan(Vec<(StreamId, Expected, Vec<Event>)>);

impl Plan {
    /// Adds events for a stream; nothing if there are none.
    #[must_use]
    pub fn write<E: Into<Event>>(
        mut self,
        stream: StreamId,
        expected: Expected,
        events: impl IntoIterator<Item = E>,
    ) -> Self {
        let events: Vec<Event> = events.into_iter().map(Into::into).collect();
        if !events.is_empty() {
            self.0.push((stream, expected, events));
        }
        self
    }
}

impl Ledger {
    /// The write path of an engine.
    pub fn new(store: Store, clock: Clock) -> Self {
        Self { store, clock, remembered: Remembered::default() }
    }

    /// Carries out a command; see the head of this file. An empty plan is an answer too.
    pub async fn execute<D>(&self, asked: &Asked, decide: D) -> Result<Appended, Failure>
    where
        D: AsyncFn() -> Result<Plan, Failure>,
    {
        for _ in 0..ROUNDS {
            self.store.trusted()?;
            let plan = match decide().await {
                // What was remembered may be out of date: a refusal needs the log itself.
                Err(Failure::Refused(_)) => afresh(decide()).await,
                plan => plan,
            };
            let plan = match plan {
                Ok(plan) => plan,
                // A command that was carried out before is refused now, for it can't be done twice.
                Err(refusal) => match self.carried_out(asked).await? {
                    Some(events) => {
                        self.confirmed().await?;
                        return Ok(Appended { events: events.into(), replayed: true });
                    }
                    None if matches!(refusal, Failure::Refused(_)) => {
                        self.confirmed().await?;
                        return Err(refusal);
                    }
                    None => return Err(refusal),
                },
            };
            if plan.0.is_empty() {
                self.confirmed().await?;
                return Ok(Appended { events: [].into(), replayed: true });
            }
            if let Some(appended) = self.append(asked, plan).await? {
                return Ok(appended);
            }
        }
        Err(Failure::Contended)
    }

    /// Appends a plan and remembers where it leads; nothing if somebody was faster.
    ///
    /// Runs on a task of its own: a caller that goes away must not leave an old state remembered.
    async fn append(&self, asked: &Asked, plan: Plan) -> Result<Option<Appended>, Failure> {
        let (ledger, commit) = (self.clone(), commit(asked, &plan));
        let append = async move {
            match ledger.store.append(commit).await {
                Ok(appended) => {
                    if !appended.replayed {
                        let events = plan.0.iter().flat_map(|(_, _, events)| events);
                        ledger.remembered.advance(&appended.events, events);
                    }
                    Ok(Some(appended))
                }
                Err(AppendError::Conflict { .. }) => {
                    plan.0.iter().for_each(|(stream, ..)| ledger.remembered.forget(stream));
                    Ok(None)
                }
                Err(error) => Err(error.into()),
            }
        };
        // The task ends early only with the whole runtime.
        tokio::spawn(append).await.unwrap_or(Err(Failure::Store(StoreError::Stopped)))
    }

    /// What is answered because of what lies in the log must not be lost after it was answered.
    async fn confirmed(&self) -> Result<(), Failure> {
        self.store.confirmed().await.map_err(|error| match error {
            error @ StoreError::Unavailable(_) => Failure::Unknown(error),
            error => error.into(),
        })
    }

    async fn carried_out(&self, asked: &Asked) -> Result<Option<Vec<Recorded>>, Failure> {
        match &asked.command {
            Some(command) => Ok(self.store.carried_out(command).await?),
            None => Ok(None),
        }
    }

    /// At the end of the process; blocks, see [`EventStore::close`](crate::store::EventStore::close).
    pub fn close(&self) {
        self.store.close();
    }

    /// The last durable position.
    pub fn head(&self) -> u64 {
        *self.store.head().borrow()
    }
}

fn commit(asked: &Asked, plan: &Plan) -> Commit {
    let meta = Meta {
        actor: asked.actor.clone(),
        correlation: asked.correlation,
        causation: None,
        request: asked.request.clone(),
    };
    let write = |(stream, expected, events): &(StreamId, Expected, Vec<Event>)| Write {
        stream: stream.clone(),
        expected: *expected,
        events: events.iter().map(|event| draft(event, &meta)).collect(),
    };
    Commit { writes: plan.0.iter().map(write).collect(), command: asked.command }
}
