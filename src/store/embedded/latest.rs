//! What was committed a moment ago, for those who follow close behind: this process has chained it itself,
//! so that it need neither be read from the file nor checked again.

use crate::store::Recorded;
use parking_lot::Mutex;
use std::{collections::VecDeque, sync::Arc};

/// So many bytes are kept, and what was committed last in any case.
const BYTES: usize = 1024 * 1024;

/// The last commits, each the events that follow on those of the one before.
#[derive(Default)]
pub struct Latest(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    commits: VecDeque<Arc<[Recorded]>>,
    bytes: usize,
}

impl Latest {
    /// Keeps a commit that is durable, after all before it.
    pub fn keep(&self, commits: impl IntoIterator<Item = Arc<[Recorded]>>) {
        let mut kept = self.0.lock();
        for commit in commits {
            kept.bytes += weight(&commit);
            kept.commits.push_back(commit);
        }
        while kept.bytes > BYTES && kept.commits.len() > 1 {
            let forgotten = kept.commits.pop_front();
            kept.bytes -= forgotten.map_or(0, |commit| weight(&commit));
        }
    }

    /// At most `limit` events after a position, if the one that follows on it is still here.
    pub fn after(&self, position: u64, limit: usize) -> Option<Vec<Recorded>> {
        let kept = self.0.lock();
        let reaches = |commit: &Arc<[Recorded]>| commit.last().is_some_and(|event| event.position > position);
        let first = kept.commits.partition_point(|commit| !reaches(commit));
        let next = kept.commits.get(first)?.first()?;
        if first == 0 && next.position > position + 1 {
            return None;
        }
        let commits: Vec<_> = kept.commits.range(first..).take(limit).cloned().collect();
        drop(kept);
        let events = commits.iter().flat_map(|commit| commit.iter());
        Some(events.filter(|event| event.position > position).take(limit).cloned().collect())
    }
}

/// Roughly what a commit takes in memory.
fn weight(commit: &[Recorded]) -> usize {
    commit.iter().map(|event| 300 + event.meta.len() + event.body.len()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Draft, end::End};
    use domain::StreamId;
    use uuid::Uuid;

    /// Commits of one, two, one, two... events.
    fn commits(count: usize, body: usize) -> Vec<Arc<[Recorded]>> {
        let (mut end, now) = (End::EMPTY, crate::store::end::now());
        let mut event = || {
            let draft = Draft { id: Uuid::nil(), name: "noted.v1", meta: vec![], body: vec![b'x'; body] };
            end.record(&StreamId::named("note-1"), 1, &draft, now)
        };
        (0..count).map(|nth| (0..=nth % 2).map(|_| event()).collect()).collect()
    }

    fn positions(events: Option<Vec<Recorded>>) -> Option<Vec<u64>> {
        events.map(|events| events.iter().map(|event| event.position).collect())
    }

    #[test]
    fn who_follows_close_behind_gets_all_that_follows() {
        let latest = Latest::default();
        assert_eq!(latest.after(0, 9), None);
        latest.keep(commits(4, 1));
        for after in 0..6 {
            assert_eq!(positions(latest.after(after, 9)), Some((after + 1..=6).collect()));
        }
        assert_eq!(positions(latest.after(1, 2)), Some(vec![2, 3]));
        assert_eq!(latest.after(6, 9), None);
    }

    #[test]
    fn memory_is_bounded_and_who_comes_from_before_it_must_read_the_file() {
        let latest = Latest::default();
        latest.keep(commits(100, BYTES / 10));
        let kept = latest.0.lock().commits.len();
        assert!(kept < 10, "{kept}");
        assert_eq!(latest.after(0, 9), None);
        let oldest = latest.0.lock().commits[0][0].position;
        assert_eq!(latest.after(oldest - 2, 9), None);
        assert_eq!(positions(latest.after(oldest - 1, 1)), Some(vec![oldest]));
        latest.keep([commits(1, 2 * BYTES).remove(0)]);
        assert_eq!(latest.0.lock().commits.len(), 1);
    }
}
