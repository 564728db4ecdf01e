//! Where streams end, kept in memory so that most commits are decided without a query.

use domain::StreamId;
use std::collections::HashMap;
use std::mem;

/// A stream's row and its last revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The row in `streams`.
    pub id: i64,
    /// Its last revision.
    pub revision: u64,
}

/// Two generations: when the young one is full it becomes the old one, and what nobody asked for
/// meanwhile is forgotten. It only holds what is committed; forgetting costs a query, nothing else.
#[derive(Debug)]
pub struct Heads {
    young: HashMap<StreamId, Head>,
    old: HashMap<StreamId, Head>,
    generation: usize,
}

impl Heads {
    /// Keeps at most twice as many streams as a generation holds.
    pub fn new(generation: usize) -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), generation }
    }

    /// Where a stream ends, if that is remembered.
    pub fn get(&mut self, stream: &StreamId) -> Option<Head> {
        if let Some(head) = self.young.get(stream) {
            return Some(*head);
        }
        let (stream, head) = self.old.remove_entry(stream)?;
        self.keep(stream, head);
        Some(head)
    }

    /// Remembers the end of a stream once it is committed.
    pub fn keep(&mut self, stream: StreamId, head: Head) {
        if self.young.len() >= self.generation && !self.young.contains_key(&stream) {
            self.old = mem::take(&mut self.young);
        }
        self.young.insert(stream, head);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(n: usize) -> StreamId {
        StreamId::named(format!("note-{n}"))
    }

    #[test]
    fn it_stays_bounded_and_keeps_what_is_asked_for() {
        let mut heads = Heads::new(10);
        for n in 0..1000 {
            heads.keep(stream(n), Head { id: n as i64, revision: 1 });
            assert_eq!(heads.get(&stream(0)), Some(Head { id: 0, revision: 1 }));
        }
        assert!(heads.young.len() + heads.old.len() <= 20);
        assert_eq!(heads.get(&stream(500)), None);
    }

    #[test]
    fn the_newest_end_wins_in_whatever_generation_the_older_lies() {
        let mut heads = Heads::new(1);
        heads.keep(stream(1), Head { id: 1, revision: 1 });
        heads.keep(stream(2), Head { id: 2, revision: 1 });
        heads.keep(stream(1), Head { id: 1, revision: 2 });
        assert_eq!(heads.get(&stream(1)), Some(Head { id: 1, revision: 2 }));
    }
}
