//! What an error of the database says about what was written.

use super::seen::Replaced;
use crate::store::{AppendError, StoreError};
use sqlx::Error;
use sqlx::postgres::{PgDatabaseError, PgSeverity};

/// How an attempt at a batch ended that did not commit, or may not have.
#[derive(Debug)]
pub enum Failure {
    /// Nothing of it was written, and one of its commits may be the reason.
    Undone(StoreError),
    /// Nothing of it was written, whatever its commits are: it may be tried again.
    NotNow(String),
    /// The session leads to another log than the one that was seen.
    Replaced(Replaced),
    /// The connection went away while the server may have been committing.
    Unknown(String),
}

/// Whether the connection is of no use any more.
pub fn is_lost(error: &Error) -> bool {
    match error {
        Error::Database(error) => {
            // An ERROR ends the statement, and the session goes on; FATAL and PANIC end the session.
            let severity = error.try_downcast_ref().map(PgDatabaseError::severity);
            !matches!(severity, Some(PgSeverity::Error))
        }
        Error::Configuration(_)
        | Error::Encode(_)
        | Error::Decode(_)
        | Error::ColumnDecode { .. }
        | Error::RowNotFound => false,
        _ => true,
    }
}

/// Whether it is the server's condition and not the question.
pub fn is_passing(error: &Error) -> bool {
    // Lost connections, locks not had, no resources, read-only after a failover, shutting down, I/O.
    let passing = |code: &str| ["08", "25", "40", "53", "55", "57", "58"].iter().any(|c| code.starts_with(c));
    is_lost(error)
        || error.as_database_error().and_then(|error| error.code()).is_some_and(|code| passing(&code))
}

/// Whether a row was there already that was taken to be new.
pub fn is_duplicate(error: &Error) -> bool {
    error.as_database_error().is_some_and(|error| error.is_unique_violation())
}

impl Failure {
    /// After a statement that commits nothing.
    pub fn before_commit(error: Error) -> Self {
        if is_passing(&error) { Self::NotNow(error.to_string()) } else { Self::Undone(error.into()) }
    }

    /// After a statement with which the transaction ends: only the server's own ERROR says that it failed.
    pub fn at_commit(error: Error) -> Self {
        if is_lost(&error) { Self::Unknown(error.to_string()) } else { Self::before_commit(error) }
    }
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        if is_passing(&error) { Self::Unavailable(error.to_string()) } else { Self::Database(error) }
    }
}

impl From<Error> for AppendError {
    fn from(error: Error) -> Self {
        StoreError::from(error).into()
    }
}
