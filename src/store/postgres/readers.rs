//! A small pool of sessions for reading, off the path of the appends.
//!
//! A query runs on a task of the runtime that opened the store: one who asks and goes away can't leave
//! a session in the middle of an answer.

use super::connect;
use super::seen::{Distrust, Seen};
use crate::store::StoreError;
use sqlx::Executor;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use std::pin::Pin;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::time::timeout;

const SESSIONS: u32 = 8;
/// The lock is written into the server's log, so that the commit is waited for like any other.
const CONFIRM: &str = "BEGIN; SELECT FROM ledger.log_head FOR UPDATE; COMMIT";
const CONFIRMING: Duration = Duration::from_secs(5);

/// An answer on its way.
pub type Reading<'c, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'c>>;

pub struct Readers {
    sessions: PgPool,
    home: Handle,
    seen: Seen,
}

impl Readers {
    pub fn new(options: PgConnectOptions, seen: Seen) -> Self {
        let looks = seen.clone();
        let sessions = PgPoolOptions::new()
            .max_connections(SESSIONS)
            .acquire_timeout(connect::CONNECTING)
            // A round trip before each query would tell of a lost session no better than the query does.
            .test_before_acquire(false)
            .after_connect(move |session, _| {
                let seen = looks.clone();
                Box::pin(async move { seen.check(session).await.map_err(lost) })
            })
            .connect_lazy_with(options);
        Self { sessions, home: Handle::current(), seen }
    }

    /// A commit of its own: the server confirms it after all that is visible before it, on its standby too.
    pub async fn confirmed(&self) -> Result<(), StoreError> {
        self.seen.trusted()?;
        let sessions = self.sessions.clone();
        let confirming = async move {
            let mut session = sessions.acquire().await?;
            let confirmed = timeout(CONFIRMING, session.execute(CONFIRM)).await;
            if !matches!(confirmed, Ok(Ok(_))) {
                session.close_on_drop();
            }
            let late = || StoreError::Unavailable("the server does not confirm in time".to_owned());
            Ok(confirmed.map_err(|_| late())?.map(drop)?)
        };
        self.home.spawn(confirming).await.map_err(std::io::Error::other)?
    }

    /// Runs a query, and once more on another session for each one that turns out to be lost.
    pub async fn with<T, F>(&self, query: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> Fn(&'c mut PgConnection) -> Reading<'c, T> + Send + Sync + 'static,
    {
        self.seen.trusted()?;
        let sessions = self.sessions.clone();
        let reading = async move {
            for _ in 0..SESSIONS {
                let mut session = sessions.acquire().await?;
                let outcome = query(&mut session).await;
                if outcome.is_err() {
                    // It may be in the middle of an answer.
                    session.close_on_drop();
                }
                if !matches!(outcome, Err(StoreError::Unavailable(_))) {
                    return outcome;
                }
            }
            query(&mut *sessions.acquire().await?).await
        };
        let outcome = self.home.spawn(reading).await.map_err(std::io::Error::other)?;
        // Why there was no session is known better here.
        if outcome.is_err() { self.seen.trusted().and(outcome) } else { outcome }
    }
}

/// Of no use to the pool, which tries again until there is no more time.
fn lost(distrust: Distrust) -> sqlx::Error {
    let why = match distrust {
        Distrust::NotNow(why) => why,
        Distrust::Replaced(replaced) => StoreError::from(replaced).to_string(),
    };
    std::io::Error::other(why).into()
}
