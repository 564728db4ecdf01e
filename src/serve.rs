//! Opens everything and runs it: the embedded ledger, its followers, its reactions, the HTTP server.

use crate::{
    app::{App, House, People, Providers},
    clock::Clock,
    copy,
    execute::Ledger,
    failure::Failure,
    follow,
    http::server::{self, State},
    providers::{NotAProvider, Timing},
    react::{self, React},
    settings::Settings,
    store::{EventStore, Store, StoreError, embedded::EmbeddedStore},
    vault::{Passwords, Vault, VaultError},
    views::{Views, ViewsError, history},
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
    /// Some reason once the ledger's writer has stopped: the process must end.
    pub failed: watch::Receiver<Option<String>>,
    server: actix_web::dev::Server,
}

/// Binds the port first: a port that is taken is told before any file is touched.
pub fn bind(listen: SocketAddr) -> std::io::Result<TcpListener> {
    TcpListener::bind(listen)
}

/// Opens the ledger in `settings.data` and starts its threads.
pub fn start(settings: Settings, listener: TcpListener) -> Result<Running, CannotStart> {
    let addr = listener.local_addr()?;
    let dir = settings.data.as_path();
    std::fs::create_dir_all(dir)?;
    let store = EmbeddedStore::open(dir)?;
    let failed = store.failed();
    let vault = Vault::open(dir, settings.master_key.as_ref().map(|key| key.expose()))?;
    let (views, batch) = Views::open(dir)?;
    let clock = Clock::new(settings.zone);
    if let Some(reached) = batch.reached()? {
        history::agrees(reached, store.chain_at(reached.position)?, *store.head().borrow())?;
    }
    let store = Arc::new(store);
    let copy = settings.copy.as_deref().map(|to| copy::start(store.clone(), dir, to)).transpose()?;
    let store: Store = store;
    let (react, words) = React::new(settings.watch_pace);
    let timing = Timing { total: Duration::from_millis(settings.provider_timeout_ms), ..Timing::default() };
    let app = Arc::new(App {
        ledger: Ledger::new(store.clone(), clock),
        views: views.clone(),
        passwords: Passwords::new(vault.clone()),
        providers: Providers::new(settings.providers.clone(), timing)?,
        clock,
        react,
        house: House {
            name: settings.hospital.clone(),
            series: settings.series.clone(),
            public_url: settings.api_url.clone().unwrap_or_else(|| format!("http://{addr}")),
        },
        vault: vault.clone(),
        copy,
    });
    follow::start(store, views, batch, clock, Arc::new(People(vault)))?;
    react::start(Arc::downgrade(&app), words)?;
    let state = Data::new(State::new(app.clone(), settings.limits));
    let server = server::serve(state, listener)?;
    let handle = server.handle();
    Ok(Running { app, addr, handle, failed, server })
}

impl Running {
    /// Runs until a signal, or until the ledger's writer has stopped. True if it ended in order.
    pub async fn until_stopped(self) -> bool {
        let Self { app, handle, mut failed, server, .. } = self;
        let server = tokio::spawn(server);
        let in_order = tokio::select! {
            () = signal() => true,
            reason = failed.wait_for(Option::is_some) => {
                let reason = reason.ok().and_then(|reason| reason.clone()).unwrap_or_default();
                tracing::error!(reason, "the ledger's writer has stopped: the process ends");
                false
            }
        };
        // A second signal ends at once; the first lets requests under way end.
        tokio::select! {
            () = handle.stop(in_order) => {}
            () = signal() => {}
        }
        server.abort();
        if let Some(copy) = &app.copy {
            copy.finish(COPY_PATIENCE).await;
        }
        tracing::info!(position = app.ledger.head(), "stopped");
        in_order
    }
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
