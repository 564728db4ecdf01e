//! Events that an operator told one projector to leave out.

use std::collections::HashSet;

/// Which projector leaves out which position.
#[derive(Clone, Debug, Default)]
pub struct Skips(HashSet<(String, u64)>);

impl Skips {
    /// Remembers one.
    pub fn add(&mut self, projector: &str, position: u64) {
        self.0.insert((projector.to_owned(), position));
    }

    /// Is this event left out there?
    pub fn contains(&self, projector: &str, position: u64) -> bool {
        !self.0.is_empty() && self.0.contains(&(projector.to_owned(), position))
    }
}
