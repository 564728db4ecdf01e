//! The thread that copies: reads a page, brings up the keys, writes, waits for the disk, says so.
//!
//! When anything over there fails, all that was opened is let go; a second later the copy is opened anew,
//! its end is looked for, what is torn there is cut off, and it goes on after that. So there is one way to
//! begin, whatever came before it.

use super::{
    CopyError, State,
    frame::{self, Frame},
    place::{LOCK, Owner, Reached},
    segment::Segment,
    walk,
};
use crate::{
    backup::take::VAULT,
    store::{EventStore, Recorded, embedded::EmbeddedStore, end::End},
    vault::copy::Twin,
};
use chrono::{NaiveDate, Utc};
use parking_lot::Mutex;
use std::{
    fs::{self, DirBuilder, File, TryLockError},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::watch;

/// Events read at a time.
const PAGE: u64 = 2_000;
/// A segment grows no further than this, and no longer than a day.
const SEGMENT: u64 = 64 * 1024 * 1024;
/// How long it gathers before it writes: under load that many events share one wait for the disk.
const PACE: Duration = Duration::from_millis(200);
/// How often the vault is looked at while no event comes.
const LOOK: Duration = Duration::from_secs(1);
/// Between two tries.
const PAUSE: Duration = Duration::from_secs(1);

pub struct Follower {
    store: Arc<EmbeddedStore>,
    dir: PathBuf,
    to: PathBuf,
    state: Arc<Mutex<State>>,
    stopped: watch::Receiver<bool>,
}

/// An open copy.
struct Copy {
    _lock: File,
    twin: Twin,
    segment: Option<Segment>,
    day: NaiveDate,
    end: End,
}

impl Follower {
    pub fn new(
        store: Arc<EmbeddedStore>,
        dir: &Path,
        to: &Path,
        state: Arc<Mutex<State>>,
        stopped: watch::Receiver<bool>,
    ) -> Self {
        Self { store, dir: dir.to_owned(), to: to.to_owned(), state, stopped }
    }

    /// Until it is told to stop; then once more, so that an orderly end leaves a complete copy.
    pub async fn run(mut self) {
        let mut head = self.store.head();
        let mut copy = None;
        loop {
            let stopping = *self.stopped.borrow();
            let wanted = *head.borrow_and_update();
            if wanted > self.state.lock().copied {
                self.state.lock().waiting.get_or_insert_with(Instant::now);
            }
            match self.go_on(&mut copy, wanted) {
                Ok(()) => self.is_well(wanted),
                Err(error) => {
                    copy = None;
                    self.fails(&error);
                }
            }
            if stopping {
                return;
            }
            let pause = if copy.is_some() { PACE } else { PAUSE };
            self.rest(pause).await;
            if copy.is_some() {
                tokio::select! {
                    moved = head.changed() => if moved.is_err() { return },
                    _ = self.stopped.wait_for(|stopped| *stopped) => {}
                    // A password, or a key that was destroyed: no event tells.
                    () = tokio::time::sleep(LOOK) => {}
                }
            }
        }
    }

    async fn rest(&mut self, pause: Duration) {
        // Woken early only by the end; its sender lives as long as this.
        _ = tokio::time::timeout(pause, self.stopped.wait_for(|stopped| *stopped)).await;
    }

    fn go_on(&self, open: &mut Option<Copy>, wanted: u64) -> Result<(), CopyError> {
        let copy = match open {
            Some(copy) => copy,
            None => open.insert(self.open()?),
        };
        loop {
            let events = self.page(&copy.end)?;
            // After the events were read: the keys that they need were durable before them.
            copy.twin.bring_up()?;
            if !events.is_empty() {
                self.write(copy, &events)?;
            }
            let mut state = self.state.lock();
            state.copied = copy.end.position;
            if copy.end.position >= wanted || events.is_empty() {
                return Ok(());
            }
        }
    }

    /// Opens the copy and finds out where it ends.
    fn open(&self) -> Result<Copy, CopyError> {
        // The place itself must be there: a disk that is not mounted must not be taken for an empty one.
        match DirBuilder::new().mode(0o700).create(&self.to) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(error.into()),
            _ => {}
        }
        let lock = File::options().create(true).append(true).open(self.to.join(LOCK))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(CopyError::InUse(self.to.clone())),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        Owner::of(&self.store.id()).claim(&self.to)?;
        let found = walk::end(&self.to)?;
        found.keeps_its_word()?;
        let (there, here) = (found.end.position, *self.store.head().borrow());
        let same = self.store.end_at(there)?.filter(|end| end.chain == found.end.chain);
        if same.is_none() {
            return Err(CopyError::Ahead { there, here });
        }
        if let Some(stub) = &found.stub {
            fs::remove_file(stub)?;
        }
        // After what it says that it has, not after all that can be read in it: a sync that failed may leave
        // readable what never reached the disk. Written once more, it will.
        let said = found.said.as_ref().map_or(0, |said| said.position);
        let (segment, position) = match (&found.last, found.durable) {
            (Some((file, _)), Some(bytes)) => (Some(Segment::go_on(file, bytes)?), said),
            (Some((file, _)), None) => {
                fs::remove_file(file)?;
                (None, found.before)
            }
            (None, _) => (None, 0),
        };
        let end = self.store.end_at(position)?.ok_or(CopyError::Ahead { there: position, here })?;
        let twin = Twin::open(&self.dir, &self.to.join(VAULT))?;
        tracing::info!(position = end.position, torn = found.torn, "the copy goes on");
        Ok(Copy { _lock: lock, twin, segment, day: Utc::now().date_naive(), end })
    }

    /// The next events, up to the end of a transaction.
    ///
    /// A page that is not full ends where the log did. In a full one the place is known by the time: the
    /// events of a transaction have one, so where it changes another transaction begins.
    fn page(&self, after: &End) -> Result<Vec<Recorded>, CopyError> {
        let (mut end, mut events) = (*after, vec![]);
        loop {
            let page = self.store.page(&mut end, PAGE)?;
            let is_full = page.len() as u64 == PAGE;
            events.extend(page);
            if !is_full {
                return Ok(events);
            }
            let other = events.windows(2).rposition(|two| two[0].recorded_at != two[1].recorded_at);
            if let Some(last) = other {
                events.truncate(last + 1);
                return Ok(events);
            }
        }
    }

    fn write(&self, copy: &mut Copy, events: &[Recorded]) -> Result<(), CopyError> {
        let Some(last) = events.last() else { return Ok(()) };
        let end = End::after(last);
        let commands = self.store.commands_between(copy.end.position, end.position)?;
        let mut frames = vec![];
        for event in events {
            frame::write(&Frame::Event(event.clone()), &mut frames);
        }
        for carried in commands {
            frame::write(&Frame::Command(carried), &mut frames);
        }
        frame::write(&Frame::Mark { position: end.position, chain: end.chain }, &mut frames);
        let today = Utc::now().date_naive();
        let full = copy.segment.as_ref().is_some_and(|segment| segment.bytes >= SEGMENT);
        if full || copy.day != today {
            (copy.segment, copy.day) = (None, today);
        }
        let segment = match &mut copy.segment {
            Some(segment) => segment,
            None => copy.segment.insert(Segment::begin(&self.to, &self.store.id(), &copy.end)?),
        };
        segment.add(&frames)?;
        segment.sync()?;
        copy.end = end;
        Reached { position: end.position, chain: hex::encode(end.chain), at: Utc::now() }.say(&self.to)
    }

    fn is_well(&self, wanted: u64) {
        let mut state = self.state.lock();
        if state.copied >= wanted {
            state.waiting = None;
        }
        if state.failing.take().is_some() {
            tracing::info!(position = state.copied, "the copy is up to date again");
        }
    }

    /// Said once for each reason: a place that is gone for a night must not fill the log.
    fn fails(&self, error: &CopyError) {
        let mut state = self.state.lock();
        let why = error.to_string();
        if state.failing.as_ref() != Some(&why) {
            let behind = self.store.head().borrow().saturating_sub(state.copied);
            tracing::error!(error = %why, position = state.copied, behind, "the copy does not go on; money is taken all the same");
            state.failing = Some(why);
        }
    }
}
