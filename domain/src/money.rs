//! Whole francs (XOF has no cents), checked.
//!
//! There is no `+`: an overflow must be met where it happens. JSON takes an integer and nothing
//! else: `1000.5`, `"1000"` and `1e3` are refused while reading (rule 1).

use serde::{Deserialize, Deserializer, Serialize, de};
use std::fmt;

/// An amount of XOF, never negative, at most [`Money::MAX`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Money(i64);

/// The figure is no amount this ledger takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not an amount between 0 and {max}", max = Money::MAX.0)]
pub struct NotAnAmount(pub i128);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The largest amount that is taken: 10^12 francs (rule 1).
    pub const MAX: Self = Self(1_000_000_000_000);

    /// From francs; refuses what is negative or above [`Money::MAX`].
    pub const fn new(francs: i64) -> Result<Self, NotAnAmount> {
        if francs < 0 || francs > Self::MAX.0 {
            return Err(NotAnAmount(francs as i128));
        }
        Ok(Self(francs))
    }

    /// The number of francs.
    pub const fn francs(self) -> i64 {
        self.0
    }

    /// True for nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum, or an error above [`Money::MAX`].
    pub const fn plus(self, other: Self) -> Result<Self, NotAnAmount> {
        Self::new(self.0 + other.0)
    }

    /// What remains of `self` after `other`, or nothing at all where `other` is more.
    pub const fn less(self, other: Self) -> Self {
        if other.0 > self.0 { Self::ZERO } else { Self(self.0 - other.0) }
    }

    /// The smaller of the two.
    pub const fn min(self, other: Self) -> Self {
        if other.0 < self.0 { other } else { self }
    }

    /// The sum of all, or an error above [`Money::MAX`].
    pub fn sum(amounts: impl IntoIterator<Item = Self>) -> Result<Self, NotAnAmount> {
        amounts.into_iter().try_fold(Self::ZERO, Self::plus)
    }
}

/// `12 500 FCFA`, with the narrow no-break space that French typography asks for.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                f.write_str("\u{202f}")?;
            }
            write!(f, "{digit}")?;
        }
        f.write_str("\u{202f}FCFA")
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Francs;
        impl de::Visitor<'_> for Francs {
            type Value = Money;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number of francs")
            }
            fn visit_i64<E: de::Error>(self, francs: i64) -> Result<Money, E> {
                Money::new(francs).map_err(E::custom)
            }
            fn visit_u64<E: de::Error>(self, francs: u64) -> Result<Money, E> {
                let francs = i64::try_from(francs).unwrap_or(i64::MAX);
                Money::new(francs).map_err(E::custom)
            }
        }
        from.deserialize_i64(Francs)
    }
}
