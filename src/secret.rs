//! Keys and tokens that no log line, error or debug print can show.

use std::fmt;

/// A key or token of at least 16 characters. It shows itself only to [`Secret::expose`].
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// Why a text is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakSecret {
    /// An empty key would let anyone sign.
    #[error("a secret must not be empty")]
    Empty,
    /// Shorter than [`Secret::SHORTEST`].
    #[error("a secret needs at least {} characters", Secret::SHORTEST)]
    Short,
}

impl Secret {
    /// The fewest characters that are taken.
    pub const SHORTEST: usize = 16;

    /// Takes a text without the blanks around it, which files and shells like to add.
    pub fn parse(text: &str) -> Result<Self, WeakSecret> {
        match text.trim() {
            "" => Err(WeakSecret::Empty),
            short if short.chars().count() < Self::SHORTEST => Err(WeakSecret::Short),
            long => Ok(Self(long.to_owned())),
        }
    }

    /// The secret itself, for the one place that signs or sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("••••")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(••••)")
    }
}
