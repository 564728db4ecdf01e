//! Opens everything and runs it: the ledger (`serve/embedded.rs` or `serve/postgres.rs`), its followers, its reactions, the
//! HTTP server.

mod embedded;
mod postgres;

pub use postgres::vault;

use crate::{
    app::{App, House, Providers},
    clock::Clock,
    copy::Copying,
    execute::{Ledger, others},
    failure::Failure,
    heads::Heads,
    http::{
        server::{self, State},
        stream::Streams,
    },
    proof::head::{BadHead, Origin},
    providers::{NotAProvider, Timing},
    react::{self, React},
    settings::Settings,
    store::{Store, StoreError},
    vault::{Passwords, Vault, VaultError},
    views::{Views, ViewsError},
};
use actix_web::{dev::ServerHandle, web::Data};
use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    time::Duration,
};
use tokio::sync::watch;

/// How long an orderly end waits for the continuous copy to be complete.
const COPY_PATIENCE: Duration = Duration::from_secs(5);
/// And for the ledger's files to be closed.
const CLOSING: Duration = Duration::from_secs(5);

/// Why nothing was started.
#[derive(Debug, thiserror::Error)]
pub enum CannotStart {
    /// Files, ports, threads.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The ledger.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The keys.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The read models.
    #[error(transparent)]
    Views(#[from] ViewsError),
    /// The ledger has a name that can't stand in a head.
    #[error(transparent)]
    Head(#[from] BadHead),
    /// A provider's configuration.
    #[error(transparent)]
    Provider(#[from] NotAProvider),
    /// A first command.
    #[error(transparent)]
    Command(#[from] Failure),
}

/// A running server.
pub struct Running {
    /// Commands and queries, for the demo.
    pub app: Arc<App>,
    /// Where it listens.
    pub addr: SocketAddr,
    /// Ends it.
    pub handle: ServerHandle,
    failed: Option<Failed>,
    streams: Arc<Streams>,
    server: actix_web::dev::Server,
}

/// Binds the port first: a port that is taken is told before any file is touched.
pub fn bind(listen: SocketAddr) -> std::io::Result<TcpListener> {
    TcpListener::bind(listen)
}

/// What an engine gives: the ledger, the keys, the read models with somebody who moves them.
struct Opened {
    store: Store,
    /// Names the ledger in its heads.
    origin: Origin,
    vault: Vault,
    views: Views,
    /// A second place, where the settings name one.
    copy: Option<Copying>,
    failed: Option<Failed>,
}

/// Some reason once the ledger's writer has stopped: the process must end.
type Failed = watch::Receiver<Option<String>>;

/// Opens the ledger that the settings name, and starts its threads.
pub async fn start(settings: Settings, listener: TcpListener) -> Result<Running, CannotStart> {
    let (addr, clock) = (listener.local_addr()?, Clock::new(settings.zone));
    let opened = match &settings.database {
        Some(database) => postgres::open(database, &settings.data, clock).await?,
        None => embedded::open(&settings, clock).await?,
    };
    let (react, words) = React::new(settings.watch_pace);
    let timing = Timing { total: Duration::from_millis(settings.provider_timeout_ms), ..Timing::default() };
    let heads = Arc::new(Heads::new(opened.store.clone(), opened.origin));
    heads.walk_ahead()?;
    let app = Arc::new(App {
        ledger: Ledger::new(opened.store, clock),
        views: opened.views,
        passwords: Passwords::new(opened.vault.clone()),
        providers: Providers::new(settings.providers.clone(), timing)?,
        clock,
        react,
        house: House {
            name: settings.hospital.clone(),
            series: settings.series.clone(),
            folder: settings.data.clone(),
            till_alone: settings.till_alone,
            public_url: settings.api_url.clone().unwrap_or_else(|| format!("http://{addr}")),
        },
        vault: opened.vault,
        heads,
        copy: opened.copy,
    });
    if settings.database.is_some() {
        tokio::spawn(others::forget_outdated(app.ledger.clone()));
    }
    react::start(Arc::downgrade(&app), words)?;
    let state = Data::new(State::new(app.clone(), settings.limits));
    let streams = state.streams.clone();
    let server = server::serve(state, listener)?;
    let handle = server.handle();
    Ok(Running { app, addr, handle, failed: opened.failed, streams, server })
}

impl Running {
    /// Runs until a signal, or until the ledger's writer has stopped. True if it ended in order.
    pub async fn until_stopped(self) -> bool {
        let Self { app, handle, failed, streams, server, .. } = self;
        let server = tokio::spawn(server);
        let in_order = tokio::select! {
            () = signal() => true,
            reason = stopped(failed) => {
                tracing::error!(reason, "the ledger's writer has stopped: the process ends");
                false
            }
        };
        streams.end();
        // A second signal ends at once; the first lets requests under way end.
        tokio::select! {
            () = handle.stop(in_order) => {}
            () = signal() => {}
        }
        server.abort();
        if let Some(copy) = &app.copy {
            copy.finish(COPY_PATIENCE).await;
        }
        close(&app).await;
        tracing::info!(position = app.ledger.head(), "stopped");
        in_order
    }
}

/// Leaves the ledger's files in order, if the disk does it in time and nobody is in a hurry.
async fn close(app: &App) {
    let (ledger, (closed, done)) = (app.ledger.clone(), tokio::sync::oneshot::channel());
    // A thread of its own: the end of the process doesn't wait for it.
    let started = std::thread::Builder::new().name("ledger-close".to_owned()).spawn(move || {
        ledger.close();
        _ = closed.send(());
    });
    let in_time = match started {
        Ok(_) => tokio::select! {
            done = done => done.is_ok(),
            () = tokio::time::sleep(CLOSING) => false,
            () = signal() => false,
        },
        Err(_) => false,
    };
    if !in_time {
        tracing::warn!("the ledger was not closed; its log is read at the next start");
    }
}

/// Ends when the writer has stopped for good; never where it begins again by itself.
async fn stopped(failed: Option<Failed>) -> String {
    let Some(mut failed) = failed else { return std::future::pending().await };
    let reason = failed.wait_for(Option::is_some).await;
    reason.ok().and_then(|reason| reason.clone()).unwrap_or_default()
}

/// Ends with the first signal that asks the process to end.
pub async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
