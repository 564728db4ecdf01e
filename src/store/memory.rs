//! The engine of the tests: everything the port promises, except that it outlives the process.

use super::end::{self, End};
use super::{AppendError, Appended, CommandKey, Commit, EventStore, Recorded, StoreError};
use async_trait::async_trait;
use domain::StreamId;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// A log in memory.
#[derive(Debug)]
pub struct MemoryStore {
    log: Mutex<Log>,
    head: watch::Sender<u64>,
}

#[derive(Debug)]
struct Log {
    events: Vec<Recorded>,
    /// Positions of each stream's events.
    streams: HashMap<StreamId, Vec<u64>>,
    commands: HashMap<[u8; 32], Done>,
    end: End,
}

/// What a command asked, and where its events lie.
#[derive(Debug)]
struct Done {
    request: [u8; 32],
    first: u64,
    last: u64,
}

impl Default for MemoryStore {
    fn default() -> Self {
        let log = Log { events: vec![], streams: HashMap::new(), commands: HashMap::new(), end: End::EMPTY };
        Self { log: Mutex::new(log), head: watch::Sender::new(0) }
    }
}

impl MemoryStore {
    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl EventStore for MemoryStore {
    async fn read(&self, stream: &StreamId, after: u64) -> Result<Vec<Recorded>, StoreError> {
        let log = self.log();
        let positions = log.streams.get(stream).map(Vec::as_slice).unwrap_or_default();
        Ok(positions.iter().skip(after as usize).map(|&position| log.at(position).clone()).collect())
    }

    async fn follow(&self, after: u64, limit: usize) -> Result<Vec<Recorded>, StoreError> {
        Ok(self.log().events.iter().skip(after as usize).take(limit).cloned().collect())
    }

    async fn carried_out(&self, command: &CommandKey) -> Result<Option<Vec<Recorded>>, AppendError> {
        self.log().carried_out(command)
    }

    async fn append(&self, commit: Commit) -> Result<Appended, AppendError> {
        commit.check()?;
        let mut log = self.log();
        let appended = log.append(&commit)?;
        // Still under the lock, so that the head never goes back.
        self.head.send_replace(log.end.position);
        Ok(appended)
    }

    fn head(&self) -> watch::Receiver<u64> {
        self.head.subscribe()
    }
}

impl Log {
    fn at(&self, position: u64) -> &Recorded {
        &self.events[position as usize - 1]
    }

    fn revision(&self, stream: &StreamId) -> u64 {
        self.streams.get(stream).map_or(0, |positions| positions.len() as u64)
    }

    fn carried_out(&self, command: &CommandKey) -> Result<Option<Vec<Recorded>>, AppendError> {
        match self.commands.get(&command.key) {
            None => Ok(None),
            Some(done) if done.request != command.request => Err(AppendError::KeyReused),
            Some(done) => Ok(Some(self.events[done.first as usize - 1..done.last as usize].to_vec())),
        }
    }

    fn append(&mut self, commit: &Commit) -> Result<Appended, AppendError> {
        if let Some(command) = &commit.command
            && let Some(events) = self.carried_out(command)?
        {
            return Ok(Appended { events: events.into(), replayed: true });
        }
        for (nth, write) in commit.writes.iter().enumerate() {
            let actual = self.revision(&write.stream);
            if !write.fits(actual) {
                let there = self.lying(commit, nth).ok_or_else(|| write.conflict(actual))?;
                return Ok(Appended { events: there.into(), replayed: true });
            }
        }
        Ok(Appended { events: self.write(commit).into(), replayed: false })
    }

    /// The commit itself, if the event after the place that its nth write expects is part of it.
    fn lying(&self, commit: &Commit, nth: usize) -> Option<&[Recorded]> {
        let write = &commit.writes[nth];
        let place = *self.streams.get(&write.stream)?.get(write.expected.revision()? as usize)?;
        let first = place.checked_sub(commit.offset(nth) + 1)? as usize;
        let lying = self.events.get(first..first + commit.offset(commit.writes.len()) as usize)?;
        commit.lies_in(lying).then_some(lying)
    }

    fn write(&mut self, commit: &Commit) -> Vec<Recorded> {
        let (first, now) = (self.end.position + 1, end::now());
        for (write, draft) in commit.drafts() {
            let positions = self.streams.entry(write.stream.clone()).or_default();
            let event = self.end.record(&write.stream, positions.len() as u64 + 1, draft, now);
            positions.push(event.position);
            self.events.push(event);
        }
        let last = self.end.position;
        if let Some(CommandKey { key, request }) = commit.command {
            self.commands.insert(key, Done { request, first, last });
        }
        self.events[first as usize - 1..].to_vec()
    }
}
