//! Stores that are broken on purpose. A suite that passes one of them proves nothing about the others.

use crate::{expectations, order};
use async_trait::async_trait;
use domain::StreamId;
use quittance::store::chain::GENESIS;
use quittance::store::end::now;
use quittance::store::memory::MemoryStore;
use quittance::store::{
    AppendError, Appended, CommandKey, Commit, EventStore, Expected, Recorded, Store, StoreError,
};
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

/// How a store goes wrong around a sound one.
enum Fault {
    /// Keeps each commit back until the next one comes, and answers at once.
    AnswersEarly(Mutex<Option<Commit>>),
    /// Writes wherever the end is.
    IgnoresConflicts,
    /// Never gives away position 3.
    LeavesAHole,
}

struct Broken {
    sound: MemoryStore,
    fault: Fault,
}

impl Broken {
    fn store(fault: Fault) -> Store {
        Arc::new(Self { sound: MemoryStore::default(), fault })
    }

    fn shown(&self, mut events: Vec<Recorded>) -> Vec<Recorded> {
        if matches!(self.fault, Fault::LeavesAHole) {
            events.iter_mut().filter(|event| event.position >= 3).for_each(|event| event.position += 1);
        }
        events
    }
}

/// What a store would say that has not looked.
fn made_up(commit: &Commit) -> Appended {
    let events = commit.drafts().zip(1..).map(|((write, draft), place)| Recorded {
        position: place,
        stream: write.stream.clone(),
        revision: place,
        id: draft.id,
        name: draft.name.to_owned(),
        recorded_at: now(),
        meta: draft.meta.clone(),
        body: draft.body.clone(),
        chain: GENESIS,
    });
    Appended { events: events.collect(), replayed: false }
}

#[async_trait]
impl EventStore for Broken {
    async fn read(&self, stream: &StreamId, after: u64) -> Result<Vec<Recorded>, StoreError> {
        Ok(self.shown(self.sound.read(stream, after).await?))
    }

    async fn follow(&self, after: u64, limit: usize) -> Result<Vec<Recorded>, StoreError> {
        Ok(self.shown(self.sound.follow(after, limit).await?))
    }

    async fn carried_out(&self, command: &CommandKey) -> Result<Option<Vec<Recorded>>, AppendError> {
        self.sound.carried_out(command).await
    }

    async fn append(&self, mut commit: Commit) -> Result<Appended, AppendError> {
        match &self.fault {
            Fault::AnswersEarly(kept) => {
                let answer = made_up(&commit);
                let earlier = kept.lock().unwrap().replace(commit);
                if let Some(earlier) = earlier {
                    self.sound.append(earlier).await?;
                }
                return Ok(answer);
            }
            Fault::IgnoresConflicts => {
                commit.writes.iter_mut().for_each(|write| write.expected = Expected::Tail);
            }
            Fault::LeavesAHole => {}
        }
        let appended = self.sound.append(commit).await?;
        Ok(Appended { events: self.shown(appended.events.to_vec()).into(), ..appended })
    }

    fn head(&self) -> watch::Receiver<u64> {
        self.sound.head()
    }
}

/// The promise, asked of the broken store, must panic.
async fn is_caught(promise: impl Future<Output = ()> + Send + 'static) {
    let broken = tokio::spawn(promise).await.expect_err("the suite passes a broken store");
    assert!(broken.is_panic());
}

#[tokio::test]
async fn a_store_that_answers_before_it_writes_is_caught() {
    let store = || Broken::store(Fault::AnswersEarly(Mutex::new(None)));
    is_caught(order::what_is_answered_is_there(store())).await;
    is_caught(order::every_follower_sees_every_position_once_and_in_order(store())).await;
}

#[tokio::test]
async fn a_store_that_ignores_a_conflict_is_caught() {
    let store = || Broken::store(Fault::IgnoresConflicts);
    is_caught(expectations::of_a_hundred_who_saw_the_same_one_wins(store())).await;
    is_caught(expectations::empty_means_that_nothing_was_ever_written(store())).await;
    is_caught(expectations::at_means_this_revision_and_no_other(store())).await;
}

#[tokio::test]
async fn a_store_that_leaves_a_hole_is_caught() {
    let store = || Broken::store(Fault::LeavesAHole);
    is_caught(order::every_follower_sees_every_position_once_and_in_order(store())).await;
    is_caught(order::two_who_queue_for_one_stream_are_served_in_order(store())).await;
}
