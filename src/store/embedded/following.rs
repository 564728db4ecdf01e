//! The log in order, a page at a time, each event checked against the one before.

use super::readers::Readers;
use super::rows;
use crate::store::chain::{self, Hash};
use crate::store::end::End;
use crate::store::{Recorded, StoreError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;

/// Each page is a read transaction of its own, so that the write-ahead log can begin again between two.
const PAGE: u64 = 512;

/// Events that room is made for at once.
const ROOM: usize = 16_384;

type Hashed = Vec<(Recorded, Hash)>;

/// The second half of a stretch, on its way.
struct Far {
    after: u64,
    read: oneshot::Receiver<Result<Hashed, StoreError>>,
}

/// Who follows the log from a position has mostly just been there.
pub struct Following {
    readers: Arc<Readers>,
    /// Where the last one stopped: the next one's events must follow on this.
    reached: Mutex<End>,
}

impl Following {
    /// From the beginning of the log.
    pub fn new(readers: Arc<Readers>) -> Self {
        Self { readers, reached: Mutex::new(End::EMPTY) }
    }

    /// At most `limit` events after a position.
    pub fn follow(&self, after: u64, limit: usize) -> Result<Vec<Recorded>, StoreError> {
        self.walk(after, limit, None)
    }

    /// The same on threads made for it. Up to `head`, of which the caller knows that it lies there, a long
    /// stretch is read in two halves at once.
    pub async fn follow_far(
        self: &Arc<Self>,
        after: u64,
        limit: usize,
        head: u64,
    ) -> Result<Vec<Recorded>, StoreError> {
        let (log, there) = (Arc::clone(self), head.saturating_sub(after).min(limit as u64));
        // In this order: whoever waits for the far half knows that it was begun.
        let far = (there >= 2 * PAGE).then(|| self.begin(after + there / 2, there - there / 2));
        let walk = spawn_blocking(move || log.walk(after, limit, far));
        walk.await.map_err(std::io::Error::other)?
    }

    fn begin(&self, after: u64, count: u64) -> Far {
        let (readers, (answer, read)) = (Arc::clone(&self.readers), oneshot::channel());
        // Whoever asked may be gone.
        spawn_blocking(move || _ = answer.send(stretch(&readers, after, count)));
        Far { after, read }
    }

    fn walk(&self, after: u64, limit: usize, far: Option<Far>) -> Result<Vec<Recorded>, StoreError> {
        let reached = *self.reached();
        let known = (reached.position == after).then_some(reached);
        let readers = &*self.readers;
        let end = known
            .map_or_else(|| readers.with(|connection| rows::end_at(connection, after)), |end| Ok(Some(end)));
        let Some(mut end) = end? else { return Ok(vec![]) };
        let wanted = limit as u64;
        let mut events = Vec::with_capacity(limit.min(ROOM));
        if let Some(far) = far {
            pass(&mut end, stretch(readers, after, far.after - after)?, &mut events)?;
            let read = far.read.blocking_recv().map_err(std::io::Error::other)?;
            pass(&mut end, read?, &mut events)?;
        }
        while (events.len() as u64) < wanted {
            let page = PAGE.min(wanted - events.len() as u64);
            let read = stretch(readers, end.position, page)?;
            let last = (read.len() as u64) < page;
            pass(&mut end, read, &mut events)?;
            if last {
                break;
            }
        }
        *self.reached() = end;
        Ok(events)
    }

    fn reached(&self) -> MutexGuard<'_, End> {
        self.reached.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// At most `count` events after a position, each with its leaf.
fn stretch(readers: &Readers, after: u64, count: u64) -> Result<Hashed, StoreError> {
    let mut read: Hashed = Vec::with_capacity(count as usize);
    let hashed = |event: Recorded| {
        let leaf = chain::leaf(&event);
        (event, leaf)
    };
    while (read.len() as u64) < count {
        let (first, page) = (after + 1 + read.len() as u64, PAGE.min(count - read.len() as u64));
        let events = readers.with(|connection| rows::range(connection, first, page))?;
        let last = (events.len() as u64) < page;
        read.extend(events.into_iter().map(hashed));
        if last {
            break;
        }
    }
    Ok(read)
}

fn pass(end: &mut End, read: Hashed, events: &mut Vec<Recorded>) -> Result<(), StoreError> {
    for (event, leaf) in read {
        end.pass_hashed(&event, leaf)?;
        events.push(event);
    }
    Ok(())
}
