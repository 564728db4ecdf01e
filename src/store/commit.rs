//! What every engine asks of a commit before and while it writes it.

use super::{AppendError, Commit, Draft, Expected, Recorded, Write};

/// The longest meta and the longest body: an event is a fact, not a document.
pub const LONGEST: usize = 1024 * 1024;

impl Commit {
    /// Refuses what no engine may write, before it takes a place in a queue.
    pub fn check(&self) -> Result<(), AppendError> {
        let malformed = |what| Err(AppendError::Malformed(what));
        if self.writes.is_empty() {
            return malformed("it writes nothing");
        }
        for (nth, write) in self.writes.iter().enumerate() {
            if write.events.is_empty() {
                return malformed("a write has no events");
            }
            // Commits have a handful of writes, so looking back is cheaper than a set.
            if self.writes[..nth].iter().any(|earlier| earlier.stream == write.stream) {
                return malformed("it writes to a stream twice");
            }
            if write.events.iter().any(|draft| draft.meta.len() > LONGEST || draft.body.len() > LONGEST) {
                return malformed("an event is over 1 MiB");
            }
        }
        Ok(())
    }

    /// All its events in the order of their positions.
    pub fn drafts(&self) -> impl Iterator<Item = (&Write, &Draft)> {
        self.writes.iter().flat_map(|write| write.events.iter().map(move |draft| (write, draft)))
    }

    /// How many events precede those of the nth write.
    pub fn offset(&self, nth: usize) -> u64 {
        self.writes[..nth].iter().map(|write| write.events.len() as u64).sum()
    }

    /// Whether `lying`, found where this commit must lie if it was written before, is this commit.
    /// Ids decide; in a `Tail` write the stream alone, for there the place was never foreseen.
    pub fn lies_in(&self, lying: &[Recorded]) -> bool {
        let count = self.offset(self.writes.len());
        lying.len() as u64 == count
            && self.drafts().zip(lying).all(|((write, draft), event)| {
                event.stream == write.stream && (write.expected == Expected::Tail || event.id == draft.id)
            })
    }
}

impl Write {
    /// Whether the writer saw the stream where it is.
    pub fn fits(&self, actual: u64) -> bool {
        self.expected.revision().is_none_or(|seen| seen == actual)
    }

    /// The answer to one who saw another end.
    pub fn conflict(&self, actual: u64) -> AppendError {
        AppendError::Conflict { stream: self.stream.clone(), actual }
    }
}

impl Expected {
    /// The revision seen, 0 for an empty stream; none for [`Expected::Tail`], which fits anything.
    pub fn revision(self) -> Option<u64> {
        match self {
            Self::Empty => Some(0),
            Self::At(revision) => Some(revision),
            Self::Tail => None,
        }
    }
}
