//! The only write path: load, decide, append; on a conflict all three again.
//!
//! 1. A command that was carried out before is answered with what it wrote then.
//! 2. `decide` loads the streams it needs ([`load`]) and asks the domain; its plan names the
//!    revisions that it saw.
//! 3. The plan is appended as one commit: all streams or none, durable before we return.
//! 4. Somebody was faster: decide again, a few times at most.

pub mod load;

use crate::{
    clock::Clock,
    failure::Failure,
    recording::draft,
    store::{AppendError, Appended, CommandKey, Commit, Expected, Recorded, Store, Write},
};
use domain::{Event, Meta, StreamId};
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
    /// Carries out a command; see the head of this file. An empty plan is an answer too.
    pub async fn execute<D>(&self, asked: &Asked, decide: D) -> Result<Appended, Failure>
    where
        D: AsyncFn() -> Result<Plan, Failure>,
    {
        for _ in 0..ROUNDS {
            if let Some(events) = self.carried_out(asked).await? {
                return Ok(Appended { events, replayed: true });
            }
            let plan = match decide().await {
                Ok(plan) => plan,
                // A twin of this command may have been carried out between: then that is the answer.
                Err(refusal) => match self.carried_out(asked).await? {
                    Some(events) => return Ok(Appended { events, replayed: true }),
                    None => return Err(refusal),
                },
            };
            if plan.0.is_empty() {
                return Ok(Appended { events: vec![], replayed: true });
            }
            match self.store.append(commit(asked, &plan)).await {
                Ok(appended) => return Ok(appended),
                Err(AppendError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Failure::Contended)
    }

    async fn carried_out(&self, asked: &Asked) -> Result<Option<Vec<Recorded>>, Failure> {
        match &asked.command {
            Some(command) => Ok(self.store.carried_out(command).await?),
            None => Ok(None),
        }
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
