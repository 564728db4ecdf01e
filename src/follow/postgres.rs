//! The read path on PostgreSQL, where several processes share the read models.
//!
//! 1. Take the leases that are free; none are while another process lives and has them.
//! 2. Move what is ours, as `follow` does.
//! 3. See how far the models are that others move, and tell our own readers.
//! 4. Whatever goes wrong, begin again with another connection: leases fall with the old one.

use crate::{
    clock::Clock,
    failure::Failure,
    store::Store,
    views::{Part, Skips, Views, ViewsError, history, postgres::session::Session},
};
use projections::Identities;
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, timeout};

/// How many events one transaction takes at most.
const BATCH: usize = 2_000;

/// How often leases are asked for, and a session without work says that it lives.
const BEAT: Duration = Duration::from_millis(500);

/// How often a process looks how far the others have moved the models.
const LOOK: Duration = Duration::from_millis(50);

/// Between two attempts to begin.
const PAUSE: Duration = Duration::from_millis(250);

/// How often models of other versions are looked for, which nobody moves any more.
const TIDY: Duration = Duration::from_secs(60);

/// A word of the database that takes longer is none.
const ANSWER: Duration = Duration::from_secs(5);

/// What moves the read models of this process.
pub struct Follower {
    /// `DATABASE_URL`.
    pub url: String,
    /// The log.
    pub store: Store,
    /// Whom to tell.
    pub views: Views,
    /// For business days.
    pub clock: Clock,
    /// Opens identities.
    pub people: Arc<dyn Identities + Send + Sync>,
}

impl Follower {
    /// Starts its thread. Its sockets belong to the runtime of that thread, which may wait for keys.
    pub fn start(self) -> std::io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let follow = move || runtime.block_on(self.run());
        std::thread::Builder::new().name("follow".into()).spawn(follow)?;
        Ok(())
    }

    /// Follows the log until the store's writer is gone.
    async fn run(self) {
        while self.store.head().has_changed().is_ok() {
            let Err(error) = self.session().await else { return };
            tracing::warn!(%error, "read models are not moved here for a moment");
            self.views.play(Part::Away);
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn session(&self) -> Result<(), Failure> {
        let mut session = answered(Session::open(&self.url)).await?;
        session.honour(Skips::recorded(self.store.as_ref()).await?);
        let mut head = self.store.head();
        let (mut beat, mut tidy) = (Instant::now(), Instant::now() + TIDY);
        loop {
            if beat <= Instant::now() {
                self.take(&mut session).await?;
                beat = Instant::now() + BEAT;
            }
            let wanted = *head.borrow_and_update();
            let Self { store, views, clock, people, .. } = &self;
            catch_up(store, views, &mut session, wanted, *clock, people.as_ref()).await?;
            if tidy <= Instant::now() && session.position() >= wanted {
                answered(session.drop_left()).await?;
                tidy = Instant::now() + TIDY;
            }
            if session.behind().is_some() {
                fill(store, views, &mut session, *clock, people.as_ref()).await?;
                continue;
            }
            let pause = if session.has_others() { LOOK } else { BEAT };
            if let Ok(Err(_)) = timeout(pause, head.changed()).await {
                return Ok(());
            }
        }
    }

    /// Takes free leases. Models that show another log than ours are not touched.
    async fn take(&self, session: &mut Session) -> Result<(), Failure> {
        if answered(session.take()).await? {
            agrees(&self.store, session).await?;
            tracing::info!(position = session.position(), "read models are moved here");
        }
        self.views.play(if session.has_others() { Part::Reader } else { Part::Mover });
        Ok(())
    }
}

/// Moves the models that are ours up to `wanted`, and looks where the others are.
pub async fn catch_up(
    store: &Store,
    views: &Views,
    session: &mut Session,
    wanted: u64,
    clock: Clock,
    people: &(dyn Identities + Send + Sync),
) -> Result<(), Failure> {
    while session.next() < wanted {
        let events = store.follow(session.next(), BATCH).await?;
        if events.is_empty() {
            break;
        }
        session.apply(&events, clock, people).await?;
        views.look(session);
    }
    answered(session.look()).await?;
    views.look(session);
    Ok(())
}

/// Gives the models that are filled here the next slice of their way to the others.
pub async fn fill(
    store: &Store,
    views: &Views,
    session: &mut Session,
    clock: Clock,
    people: &(dyn Identities + Send + Sync),
) -> Result<(), Failure> {
    let Some(behind) = session.behind() else { return Ok(()) };
    let events = store.follow(behind, BATCH).await?;
    session.fill(behind, &events, clock, people).await?;
    views.look(session);
    Ok(())
}

/// Refuses models that are further than the log, or that followed another one.
pub async fn agrees(store: &Store, session: &Session) -> Result<(), Failure> {
    for (position, chain) in session.reached() {
        let head = *store.head().borrow();
        let here = store.follow(position - 1, 1).await?.into_iter().next().map(|event| event.chain);
        history::agrees(history::Reached { position, chain }, here, head)?;
    }
    Ok(())
}

async fn answered<T>(asked: impl Future<Output = Result<T, ViewsError>>) -> Result<T, ViewsError> {
    timeout(ANSWER, asked).await.map_err(|_| sqlx::Error::PoolTimedOut)?
}
