//! Connections for reading and for moving, and what their errors mean.

use super::places::Places;
use crate::views::ViewsError;
use projections::Value;
use sqlx::{
    ConnectOptions, PgConnection, PgPool, Postgres,
    postgres::{PgArguments, PgConnectOptions, PgPoolOptions},
    query::Query,
};
use std::time::Duration;

/// Screens and reports that are read at the same time.
const READERS: u32 = 12;

/// How long a question waits for a connection.
const QUEUE: Duration = Duration::from_secs(2);

/// How long a session of a mover may say nothing. PostgreSQL ends it then, and its leases with it: that
/// is what happens to a process that is stopped, or whose machine is gone without a word.
const SILENCE: &str = "3s";

/// How long anything else of a mover may take before the connection is given up.
pub const ANSWER: Duration = Duration::from_secs(60);

/// A pool of connections that can only read; it connects when it is asked.
pub fn readers(url: &str, places: &Places) -> Result<PgPool, ViewsError> {
    let options = options(url, places)?.application_name("quittance readers").options([
        ("default_transaction_read_only", "on"),
        ("statement_timeout", "30s"),
        ("idle_in_transaction_session_timeout", "60s"),
    ]);
    Ok(PgPoolOptions::new().max_connections(READERS).acquire_timeout(QUEUE).connect_lazy_with(options))
}

/// The connection of a mover.
pub async fn mover(url: &str, places: &Places) -> Result<PgConnection, ViewsError> {
    let options = options(url, places)?.application_name("quittance mover").options([
        ("idle_session_timeout", SILENCE),
        ("idle_in_transaction_session_timeout", SILENCE),
        ("lock_timeout", "10s"),
    ]);
    let connected = tokio::time::timeout(Duration::from_secs(5), options.connect()).await;
    Ok(connected.map_err(|_| sqlx::Error::PoolTimedOut)??)
}

fn options(url: &str, places: &Places) -> Result<PgConnectOptions, ViewsError> {
    // The parser's words may quote the address, and the address holds a password.
    let options: PgConnectOptions = url.parse().map_err(|_| ViewsError::Address)?;
    let path = places.search_path();
    let options = options.options([("search_path", path.as_str()), ("standard_conforming_strings", "on")]);
    // Statements of the movers hold names of patients: they are never written into a log of ours.
    Ok(options.disable_statement_logging())
}

/// A statement with its values; a null is text, which is what every column is that may be null and
/// compared with one.
pub fn bound<'a>(sql: &'static str, args: &[Value]) -> Query<'a, Postgres, PgArguments> {
    let mut query = sqlx::query(sql);
    for arg in args {
        query = match arg {
            Value::Null => query.bind(None::<String>),
            Value::Int(int) => query.bind(*int),
            Value::Text(text) => query.bind(text.clone()),
        };
    }
    query
}

/// Why nothing was moved.
#[derive(Debug)]
pub enum Trouble {
    /// An event: trying again would end the same way.
    Poison(String),
    /// Somebody else moves a model that we took for ours.
    Lost,
    /// The server, the way to it: the same again later.
    Engine(sqlx::Error),
}

impl From<sqlx::Error> for Trouble {
    fn from(error: sqlx::Error) -> Self {
        let code = error.as_database_error().and_then(|error| error.code()).unwrap_or_default().into_owned();
        match code.get(..2) {
            _ if code == "QT001" => Self::Lost,
            // Wrong data, a broken constraint, a table or function that is not what we made, a limit.
            Some("21" | "22" | "23" | "42" | "44" | "54") => {
                Self::Poison(error.as_database_error().map_or_else(String::new, |e| e.message().to_owned()))
            }
            _ => Self::Engine(error),
        }
    }
}

impl From<Trouble> for ViewsError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Poison(reason) => Self::Postgres(sqlx::Error::Protocol(reason)),
            Trouble::Lost => Self::Lost("a read model"),
            Trouble::Engine(error) => Self::Postgres(error),
        }
    }
}
