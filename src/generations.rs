//! A memory that stays small: what nobody asked for lately is forgotten.
//!
//! Two generations: when the young one is full it becomes the old one, and what lay in the old one and was
//! not asked for meanwhile is gone. Cheaper than an order of use, and enough where forgetting costs a query.

use std::{borrow::Borrow, collections::HashMap, hash::Hash, mem};

/// At most twice as many entries as a generation holds.
#[derive(Debug)]
pub struct Generations<K, V> {
    young: HashMap<K, V>,
    old: HashMap<K, V>,
    generation: usize,
}

impl<K: Eq + Hash, V> Generations<K, V> {
    /// Keeps at least the last `generation` entries.
    pub fn new(generation: usize) -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), generation }
    }

    /// What is remembered of a key.
    pub fn get<Q: Eq + Hash + ?Sized>(&mut self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        if let Some((key, value)) = self.old.remove_entry(key) {
            self.keep(key, value);
        }
        self.young.get(key)
    }

    /// Remembers a value instead of the one before.
    pub fn keep(&mut self, key: K, value: V) {
        if self.young.len() >= self.generation && !self.young.contains_key(&key) {
            self.old = mem::take(&mut self.young);
        }
        self.old.remove(&key);
        self.young.insert(key, value);
    }

    /// Takes out what is remembered of a key.
    pub fn take<Q: Eq + Hash + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.young.remove(key).or_else(|| self.old.remove(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stays_bounded_and_keeps_what_is_asked_for() {
        let mut known = Generations::new(10);
        for n in 0..1000 {
            known.keep(n, "kept");
            assert_eq!(known.get(&0), Some(&"kept"));
        }
        assert!(known.young.len() + known.old.len() <= 20);
        assert_eq!(known.get(&500), None);
    }

    #[test]
    fn the_newest_value_wins_in_whatever_generation_the_older_lies() {
        let mut known = Generations::new(1);
        known.keep(1, "old");
        known.keep(2, "other");
        known.keep(1, "new");
        assert_eq!(known.get(&1), Some(&"new"));
    }

    #[test]
    fn what_was_taken_out_is_in_no_generation() {
        let mut known = Generations::new(1);
        known.keep(1, "old");
        known.keep(2, "other");
        for (key, value) in [(1, "old"), (2, "other")] {
            assert_eq!(known.take(&key), Some(value));
            assert_eq!(known.get(&key), None);
        }
    }
}
