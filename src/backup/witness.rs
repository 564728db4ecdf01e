//! Walks a restored ledger, and looks on the way whether it contains a head that was kept elsewhere.

use super::{BackupError, Watch};
use crate::{
    proof::head::Head,
    store::{
        Recorded,
        chain::{Hash, leaf},
        tree::Tree,
        verify::{self, Walk},
    },
};
use std::{ops::ControlFlow, path::Path};

/// A head, and what the log has at its place.
pub struct Witness {
    head: Option<Head>,
    tree: Tree,
    seen: Option<(Hash, Hash)>,
}

impl Witness {
    /// Of this head, or of none.
    pub fn of(head: Option<Head>) -> Self {
        Self { head, tree: Tree::default(), seen: None }
    }

    /// Checks the whole ledger in `dir`. Answers where it ends, and the position of the head if that is
    /// further.
    pub fn walk(mut self, dir: &Path, watch: &Watch<'_>) -> Result<(Walk, Option<u64>), BackupError> {
        let walk = verify::walk(dir, &mut |done, total| (watch.progress)(done, total), &mut |event| {
            self.see(event);
            Ok(if (watch.stopped)() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        watch.at(walk.position, walk.position)?;
        match (self.head, self.seen) {
            (None, _) => Ok((walk, None)),
            (Some(head), Some(seen)) if seen == (head.root, head.chain) => Ok((walk, None)),
            (Some(head), None) if head.size > walk.position => Ok((walk, Some(head.size))),
            // The head of an empty ledger is in every ledger of that name.
            (Some(head), None) if head.size == 0 => Ok((walk, None)),
            (Some(head), _) => Err(BackupError::Rewritten(head.size)),
        }
    }

    fn see(&mut self, event: &Recorded) {
        if let Some(head) = &self.head
            && event.position <= head.size
        {
            self.tree.push(leaf(event));
            if event.position == head.size {
                self.seen = Some((self.tree.root(), event.chain));
            }
        }
    }
}
