//! The engine for several server processes: one PostgreSQL database, appended to by all of them.
//!
//! An append goes through a bounded queue to this process's batcher (`postgres/batcher.rs`), which writes
//! whatever waits in one statement under the lock on the log's head, so positions have no holes and follow
//! commit order whoever writes (decision 0015). Reads run on a pool of their own (`readers.rs`), many
//! events at once by COPY (`copy.rs`). `news.rs` hears of what others have written.

mod batch;
mod batcher;
mod careful;
pub mod connect;
mod copy;
mod failure;
mod kept;
mod lane;
mod migrate;
mod news;
mod readers;
mod rows;
mod seen;

use super::chain::Hash;
use super::end::End;
use super::{AppendError, Appended, CommandKey, Commit, EventStore, Recorded, StoreError};
use async_trait::async_trait;
use batcher::{Batcher, Request};
use domain::StreamId;
use kept::Kept;
pub use kept::SEEN;
use news::{News, Tasks};
use readers::Readers;
use seen::{Distrust, Seen};
use sqlx::postgres::PgConnection;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

/// How many commits may wait; one more is told that the ledger is busy.
pub const QUEUE: usize = 4096;
const FORMAT: i32 = 1;
/// Events that a start looks at before it trusts a log.
const LOOKED_AT: u64 = 1000;
/// One COPY gives no more than this, so that no snapshot is held for long.
const PAGE: u64 = 16_384;
/// So few come sooner by a prepared statement.
const FEW: u64 = 64;

/// A ledger in a database, beside others who write to it.
pub struct PostgresStore {
    readers: Readers,
    id: [u8; 16],
    news: Arc<News>,
    queue: mpsc::Sender<Request>,
    seen: Seen,
    _tasks: Tasks,
}

impl PostgresStore {
    /// Opens the ledger in the database at `url`, or makes one. Others may have it open too.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::open_in(url, None).await
    }

    /// The same by a server that keeps in `folder` how far it has seen the ledger, and refuses one that is
    /// not so far with [`StoreError::Replaced`].
    pub async fn open_seen(url: &str, folder: &Path) -> Result<Self, StoreError> {
        Self::open_in(url, Some(folder)).await
    }

    async fn open_in(url: &str, folder: Option<&Path>) -> Result<Self, StoreError> {
        let options = connect::options(url)?;
        let mut connection = connect::connect(&options).await?;
        let options = connect::checked(&mut connection, options).await?;
        migrate::migrate(&mut connection).await?;
        let options = connect::restricted(&mut connection, options).await?;
        let id = identity(&mut connection).await?;
        let end = look(&mut connection).await?;
        let seen = Seen::new(folder.map_or(Ok(End::EMPTY), |folder| kept::read(folder, &id))?);
        match seen.check(&mut connection).await {
            Ok(()) => seen.keep(end),
            Err(Distrust::Replaced(replaced)) => return Err(replaced.into()),
            Err(Distrust::NotNow(why)) => return Err(StoreError::Unavailable(why)),
        }
        let (news, (queue, requests)) = (News::new(end.position), mpsc::channel(QUEUE));
        tokio::spawn(Batcher::new(options.clone(), requests, Arc::clone(&news), seen.clone()).run());
        let mut tasks = news::start(&news, options.clone(), seen.clone());
        if let Some(folder) = folder {
            tasks.add(tokio::spawn(Kept::begin(folder, &id, seen.clone())?.run()));
        }
        Ok(Self { readers: Readers::new(options, seen.clone()), id, news, queue, seen, _tasks: tasks })
    }

    /// Made with the ledger, and the same for ever.
    pub fn id(&self) -> [u8; 16] {
        self.id
    }

    /// The chain after the event at `position`; none beyond the end.
    pub async fn chain_at(&self, position: u64) -> Result<Option<Hash>, StoreError> {
        let end = self.readers.with(move |connection| Box::pin(end_at(connection, position))).await?;
        Ok(end.map(|end| end.chain))
    }
}

#[async_trait]
impl EventStore for PostgresStore {
    async fn read(&self, stream: &StreamId, after: u64) -> Result<Vec<Recorded>, StoreError> {
        let stream = stream.clone();
        self.readers.with(move |connection| Box::pin(rows::stream(connection, stream.clone(), after))).await
    }

    async fn follow(&self, after: u64, limit: usize) -> Result<Vec<Recorded>, StoreError> {
        self.readers.with(move |connection| Box::pin(follow(connection, after, limit))).await
    }

    async fn carried_out(&self, command: &CommandKey) -> Result<Option<Vec<Recorded>>, AppendError> {
        let CommandKey { key, request } = *command;
        let found = self.readers.with(move |connection| Box::pin(carried_out(connection, key))).await?;
        match found {
            Some((asked, _)) if asked != request => Err(AppendError::KeyReused),
            found => Ok(found.map(|(_, events)| events)),
        }
    }

    async fn append(&self, commit: Commit) -> Result<Appended, AppendError> {
        commit.check()?;
        self.seen.trusted()?;
        let (answer, answered) = oneshot::channel();
        let request = Request { commit, since: Instant::now(), answer };
        self.queue.try_send(request).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => AppendError::Busy,
            mpsc::error::TrySendError::Closed(_) => StoreError::Stopped.into(),
        })?;
        // Gone without an answer: the runtime ends, and nobody knows how far the task came.
        answered.await.unwrap_or_else(|_| Err(AppendError::Unanswered(StoreError::Stopped)))
    }

    async fn confirmed(&self) -> Result<(), StoreError> {
        self.readers.confirmed().await
    }

    fn trusted(&self) -> Result<(), StoreError> {
        self.seen.trusted()
    }

    fn head(&self) -> watch::Receiver<u64> {
        self.news.head()
    }
}

async fn identity(connection: &mut PgConnection) -> Result<[u8; 16], StoreError> {
    let sql = "SELECT store_id, format FROM ledger.log_head";
    let (id, format): ([u8; 16], i32) = sqlx::query_as(sql).fetch_one(connection).await?;
    if format != FORMAT {
        return Err(StoreError::Unsafe(format!("the log has format {format}, and {FORMAT} is known")));
    }
    Ok(id)
}

/// The end of the log, after a look at its last events.
async fn look(connection: &mut PgConnection) -> Result<End, StoreError> {
    let last = rows::end(connection).await?.position;
    let events = follow(connection, last.saturating_sub(LOOKED_AT), LOOKED_AT as usize).await?;
    Ok(events.last().map_or(End::EMPTY, End::after))
}

/// The end of the log as it was at `position`; none when nothing lies there yet.
async fn end_at(connection: &mut PgConnection, position: u64) -> Result<Option<End>, StoreError> {
    if position == 0 {
        return Ok(Some(End::EMPTY));
    }
    let found = rows::range(connection, position, 1).await?;
    match found.first() {
        Some(event) if event.position == position => Ok(Some(End::after(event))),
        Some(_) => Err(StoreError::Damaged { position, what: "it is missing".to_owned() }),
        None => Ok(None),
    }
}

async fn follow(
    connection: &mut PgConnection,
    after: u64,
    limit: usize,
) -> Result<Vec<Recorded>, StoreError> {
    if limit as u64 <= FEW {
        return few(connection, after, limit as u64).await;
    }
    let Some(mut end) = end_at(connection, after).await? else { return Ok(vec![]) };
    let mut events = vec![];
    loop {
        let wanted = PAGE.min((limit - events.len()) as u64);
        let got = copy::after(connection, &mut end, wanted, &mut events).await?;
        if got < wanted || events.len() == limit {
            return Ok(events);
        }
    }
}

/// With the event before them in one query: who follows closely asks for little, and often.
async fn few(connection: &mut PgConnection, after: u64, limit: u64) -> Result<Vec<Recorded>, StoreError> {
    let mut events = rows::range(connection, after, limit + u64::from(after > 0)).await?;
    let mut end = End::EMPTY;
    if after > 0 {
        match events.first() {
            None => return Ok(events),
            Some(first) if first.position == after => end = End::after(&events.remove(0)),
            Some(_) => {
                return Err(StoreError::Damaged { position: after, what: "it is missing".to_owned() });
            }
        }
    }
    events.iter().try_for_each(|event| end.pass(event).map(drop))?;
    Ok(events)
}

async fn carried_out(
    connection: &mut PgConnection,
    key: Hash,
) -> Result<Option<(Hash, Vec<Recorded>)>, StoreError> {
    let found = rows::commands(connection, &[&key]).await?;
    let Some(done) = found.get(&key) else { return Ok(None) };
    let events = rows::range(connection, done.first, done.last + 1 - done.first).await?;
    Ok(Some((done.request, events)))
}
