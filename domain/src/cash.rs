//! Notes and coins: what a drawer's count is made of (rule 17).
//!
//! The total is always computed from the piles, never typed: 10 notes of 500 are no 50,000.

use crate::Money;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the BCEAO issues. 500 francs exist both as a note and as a coin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Denomination {
    /// A note.
    Note10000,
    /// A note.
    Note5000,
    /// A note.
    Note2000,
    /// A note.
    Note1000,
    /// A note.
    Note500,
    /// A coin.
    Coin500,
    /// A coin.
    Coin250,
    /// A coin.
    Coin200,
    /// A coin.
    Coin100,
    /// A coin.
    Coin50,
    /// A coin.
    Coin25,
    /// A coin.
    Coin10,
    /// A coin.
    Coin5,
    /// A coin.
    Coin1,
}

impl Denomination {
    /// All of them, the largest first.
    pub const ALL: [Self; 14] = [
        Self::Note10000,
        Self::Note5000,
        Self::Note2000,
        Self::Note1000,
        Self::Note500,
        Self::Coin500,
        Self::Coin250,
        Self::Coin200,
        Self::Coin100,
        Self::Coin50,
        Self::Coin25,
        Self::Coin10,
        Self::Coin5,
        Self::Coin1,
    ];

    /// Francs of one piece.
    pub const fn francs(self) -> i64 {
        match self {
            Self::Note10000 => 10_000,
            Self::Note5000 => 5_000,
            Self::Note2000 => 2_000,
            Self::Note1000 => 1_000,
            Self::Note500 | Self::Coin500 => 500,
            Self::Coin250 => 250,
            Self::Coin200 => 200,
            Self::Coin100 => 100,
            Self::Coin50 => 50,
            Self::Coin25 => 25,
            Self::Coin10 => 10,
            Self::Coin5 => 5,
            Self::Coin1 => 1,
        }
    }

    /// True for paper.
    pub const fn is_note(self) -> bool {
        matches!(self, Self::Note10000 | Self::Note5000 | Self::Note2000 | Self::Note1000 | Self::Note500)
    }
}

/// How many pieces of each denomination; what is not named is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Count(pub BTreeMap<Denomination, u32>);

impl Count {
    /// The sum, or nothing where it is more than any amount.
    pub fn total(&self) -> Option<Money> {
        let francs = self.0.iter().map(|(piece, quantity)| piece.francs() * i64::from(*quantity)).sum();
        Money::new(francs).ok()
    }
}
