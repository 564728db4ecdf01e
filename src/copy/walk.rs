//! Reads a copy from its first event to its last whole transaction, and checks each against the chain.

use super::{
    CopyError,
    frame::{Frame, Lying},
    place::{Owner, Reached},
    segment::{self, HEADER, Reading},
};
use crate::store::{Recorded, embedded::Carried, end::End};
use std::path::{Path, PathBuf};

/// What a copy was found to hold.
#[derive(Clone, Debug)]
pub struct Holding {
    /// Whose copy it is.
    pub owner: Owner,
    /// Where its last whole transaction ends.
    pub end: End,
    /// What it says of itself.
    pub said: Option<Reached>,
    /// How many commands it can answer again.
    pub commands: u64,
    /// The last segment, and how much of it counts.
    pub last: Option<(PathBuf, u64)>,
    /// The position before the last segment.
    pub before: u64,
    /// How much of the last segment is known to have reached the disk: up to the mark that the copy names.
    pub durable: Option<u64>,
    /// A segment that was begun and has not even a header.
    pub stub: Option<PathBuf>,
    /// Bytes after that: a write that was cut off, or one under way.
    pub torn: u64,
}

/// A transaction, or several: all of what lies between two marks.
#[derive(Default)]
pub struct Group {
    /// In order.
    pub events: Vec<Recorded>,
    /// Whose last event is in this group or before it.
    pub commands: Vec<Carried>,
}

/// What is done with a group, and with the end of the log after it.
pub type Visit<'a> = &'a mut dyn FnMut(&Group, &End) -> Result<(), CopyError>;

/// Walks the whole copy in `dir`.
pub fn walk(dir: &Path, visit: Visit<'_>) -> Result<Holding, CopyError> {
    from(dir, 0, visit)
}

/// Only its last segment, which tells where it ends.
pub fn end(dir: &Path) -> Result<Holding, CopyError> {
    let segments = segment::all(dir)?;
    from(dir, segments.len().saturating_sub(1), &mut |_, _| Ok(()))
}

fn from(dir: &Path, skipped: usize, visit: Visit<'_>) -> Result<Holding, CopyError> {
    let mut holding = Holding::nothing(dir)?;
    let id = holding.owner.id(dir)?;
    let segments = segment::all(dir)?;
    for (nth, file) in segments.iter().enumerate().skip(skipped) {
        let is_last = nth + 1 == segments.len();
        let Some(mut reading) = Reading::open(file)? else {
            if is_last {
                holding.torn += file.metadata()?.len();
                holding.stub = Some(file.clone());
                break;
            }
            return Err(damaged(file, 0, "it does not begin as a segment does"));
        };
        if nth == skipped && skipped > 0 {
            // Where it says that it begins; whoever asks only for the end compares that with the log.
            holding.end =
                End { position: reading.header.first - 1, chain: reading.header.chain, ..End::EMPTY };
        }
        let header = reading.header;
        if header.store_id != id {
            return Err(CopyError::OtherLedger(file.clone(), hex::encode(header.store_id)));
        }
        if (header.first, header.chain) != (holding.end.position + 1, holding.end.chain) {
            let what = format!("it goes on with {} after {}", header.first, holding.end.position);
            return Err(damaged(file, 0, &what));
        }
        let counted = segment(file, &mut reading, &mut holding, visit)?;
        let rest = file.metadata()?.len().saturating_sub(counted);
        if rest > 0 && !is_last {
            return Err(damaged(file, counted, "what lies there is no whole frame"));
        }
        holding.torn += rest;
        holding.before = header.first - 1;
        holding.last = Some((file.clone(), counted));
    }
    Ok(holding)
}

/// One segment up to its last mark. Answers how many of its bytes count.
fn segment(
    file: &Path,
    reading: &mut Reading,
    holding: &mut Holding,
    visit: Visit<'_>,
) -> Result<u64, CopyError> {
    let (mut at, mut counted) = (HEADER, HEADER);
    holding.durable = None;
    let (mut end, mut group) = (holding.end, Group::default());
    loop {
        let Lying::Whole(frame, bytes) = reading.next()? else { return Ok(counted) };
        match frame {
            Frame::Event(event) => {
                end.pass(&event)?;
                group.events.push(event);
            }
            Frame::Command(carried) => group.commands.push(carried),
            Frame::Mark { position, chain } => {
                if (position, chain) != (end.position, end.chain) {
                    return Err(damaged(file, at, "its mark is not that of the events before it"));
                }
                visit(&group, &end)?;
                holding.commands += group.commands.len() as u64;
                holding.end = end;
                group = Group::default();
                counted = at + bytes;
                if holding.said.as_ref().is_some_and(|said| said.position == position) {
                    holding.durable = Some(counted);
                }
            }
        }
        at += bytes;
    }
}

fn damaged(file: &Path, at: u64, what: &str) -> CopyError {
    CopyError::Damaged { file: file.to_owned(), at, what: what.to_owned() }
}

impl Holding {
    /// As of a copy of which nothing more is known than whose it is.
    pub fn nothing(dir: &Path) -> Result<Self, CopyError> {
        let owner = Owner::read(dir)?.ok_or_else(|| CopyError::NotACopy(dir.to_owned()))?;
        let said = Reached::read(dir)?;
        Ok(Self {
            owner,
            end: End::EMPTY,
            said,
            commands: 0,
            last: None,
            before: 0,
            durable: None,
            stub: None,
            torn: 0,
        })
    }

    /// An error if something is gone that was durable once.
    pub fn keeps_its_word(&self) -> Result<(), CopyError> {
        match &self.said {
            Some(said) if said.position > self.end.position => {
                let (file, at) = self.last.clone().unwrap_or_default();
                let what =
                    format!("it ends at position {}, and {} was there", self.end.position, said.position);
                Err(CopyError::Damaged { file, at, what })
            }
            Some(said) if said.position == self.end.position && said.chain != hex::encode(self.end.chain) => {
                let (file, at) = self.last.clone().unwrap_or_default();
                let what = format!("position {} had another chain", said.position);
                Err(CopyError::Damaged { file, at, what })
            }
            _ => Ok(()),
        }
    }
}
