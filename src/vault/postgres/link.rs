//! Statements from synchronous callers: they run on a thread of their own and are waited for, not long.

use crate::vault::VaultError;
use parking_lot::Mutex;
use sqlx::{
    Connection, PgConnection, PgPool,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{
    future::Future,
    sync::mpsc::{self, RecvTimeoutError},
    thread::{Builder, JoinHandle},
    time::{Duration, Instant},
};
use tokio::{
    runtime::{self, Handle},
    sync::oneshot,
};

const CONNECTIONS: u32 = 4;
/// Getting a connection, a new one included.
const CONNECTED_IN: Duration = Duration::from_secs(2);
/// A caller waits no longer, whatever happened to his statement.
const PATIENCE: Duration = Duration::from_secs(5);
/// After an outage nobody asks for so long: callers block a worker each, and most have others behind them.
const PAUSE: Duration = Duration::from_secs(1);
/// Another process may be making the tables just now.
const MIGRATED_IN: Duration = Duration::from_secs(60);
/// PostgreSQL gives up before the caller does.
const LIMITS: [(&str, &str); 4] = [
    ("statement_timeout", "3s"),
    ("lock_timeout", "2s"),
    ("idle_in_transaction_session_timeout", "5s"),
    ("synchronous_commit", "on"),
];

/// How PostgreSQL is out of reach.
#[derive(Debug, thiserror::Error)]
pub enum Outage {
    /// It, or the way to it, said so.
    #[error("PostgreSQL is out of reach")]
    Failed(#[from] sqlx::Error),
    /// No answer within the time that a caller may wait.
    #[error("PostgreSQL did not answer in time")]
    Silent,
    /// It was out of reach a moment ago.
    #[error("PostgreSQL was out of reach a moment ago")]
    Recent,
}

/// The way to the database: a thread with a runtime, and a few connections.
pub(super) struct Link {
    handle: Handle,
    pool: PgPool,
    options: PgConnectOptions,
    paused: Mutex<Option<Instant>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Link {
    /// Connections are made when they are needed.
    pub(super) fn open(url: &str) -> Result<Self, VaultError> {
        let options: PgConnectOptions = url.parse().map_err(VaultError::Postgres)?;
        let options = options.application_name("quittance-vault");
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let pool = {
            let _inside = handle.enter();
            PgPoolOptions::new()
                .max_connections(CONNECTIONS)
                .acquire_timeout(CONNECTED_IN)
                .connect_lazy_with(options.clone().options(LIMITS))
        };
        let (stop, stopped) = oneshot::channel();
        let closing = pool.clone();
        let thread = Builder::new().name("vault".into()).spawn(move || {
            runtime.block_on(async {
                _ = stopped.await;
                _ = tokio::time::timeout(CONNECTED_IN, closing.close()).await;
            });
        })?;
        let (stop, thread) = (Some(stop), Some(thread));
        Ok(Self { handle, pool, options, paused: Mutex::new(None), stop, thread })
    }

    /// Runs `job` and waits for its answer. A job whose connection is lost runs once more, on another
    /// one: so it must be one that may run twice.
    pub(super) fn ask<T, J, A>(&self, job: J) -> Result<T, VaultError>
    where
        T: Send + 'static,
        J: Fn(PgPool) -> A + Send + 'static,
        A: Future<Output = Result<T, sqlx::Error>> + Send,
    {
        if self.paused.lock().is_some_and(|since| since.elapsed() < PAUSE) {
            return Err(VaultError::Unavailable(Outage::Recent));
        }
        let pool = self.pool.clone();
        self.wait(PATIENCE, async move {
            match job(pool.clone()).await {
                Err(error) if is_lost(&error) => job(pool).await,
                answer => answer,
            }
        })
    }

    /// Makes the tables, on a connection without limits: it may have to wait for another process.
    pub(super) fn migrate(&self, migrator: Migrator) -> Result<(), VaultError> {
        let options = self.options.clone();
        self.wait(MIGRATED_IN, async move {
            let mut connection = PgConnection::connect_with(&options).await?;
            migrator.run_direct(None, &mut connection, false).await?;
            connection.close().await
        })
    }

    /// Blocks this thread, not the one that does the work.
    fn wait<T: Send + 'static>(
        &self,
        patience: Duration,
        work: impl Future<Output = Result<T, sqlx::Error>> + Send + 'static,
    ) -> Result<T, VaultError> {
        let (sender, answer) = mpsc::sync_channel(1);
        let task = self.handle.spawn(async move { _ = sender.send(work.await) });
        let outage = match answer.recv_timeout(patience) {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(error)) if is_outage(&error) => Outage::Failed(error),
            Ok(Err(error)) => return Err(VaultError::Postgres(error)),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Outage::Silent,
        };
        task.abort();
        *self.paused.lock() = Some(Instant::now());
        Err(VaultError::Unavailable(outage))
    }
}

/// The connections are closed before the last owner of the vault goes on.
impl Drop for Link {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(Err(_)) = self.thread.take().map(JoinHandle::join) {
            tracing::error!("the thread of the vault ended by a panic");
        }
    }
}

/// The connection is gone, and with it the answer.
fn is_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed => true,
        // 080: the connection failed; 57P01 to 57P05: the server ends it, or all of them.
        _ => code(error).is_some_and(|code| code.starts_with("080") || code.starts_with("57P")),
    }
}

/// The database is out of reach, too slow, or one that is not to be written to.
fn is_outage(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => true,
        // In order: too slow; a lock, a deadlock, a transaction left open; resources; a standby.
        _ => is_lost(error) || code(error).is_some_and(|code| is_outage_code(&code)),
    }
}

fn is_outage_code(code: &str) -> bool {
    matches!(code, "57014" | "55P03" | "40P01" | "25P03" | "25006") || code.starts_with("53")
}

fn code(error: &sqlx::Error) -> Option<String> {
    error.as_database_error()?.code().map(|code| code.into_owned())
}
