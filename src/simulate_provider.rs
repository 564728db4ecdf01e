//! A mobile money provider of our own: the other end of the wire of [`crate::providers`].
//!
//! 1. `POST /{tmoney|flooz}/payment/initiate` opens a payment (`initiate.rs`); the payer's number
//!    chooses what happens to it ([`scenario`], one table for all texts).
//! 2. The plan of the scenario runs: it waits, ends the payment, sends callbacks (`plan.rs`).
//! 3. Callbacks are signed as agreed, or wrongly if the scenario says so (`callback.rs`).
//! 4. `GET /{tmoney|flooz}/payment/status/{id}` tells how far it is (`status.rs`).
//! 5. `/control/...` sets scenarios, sends callbacks by hand, shows what happened (`control.rs`).
//!
//! For tests and demonstrations: it listens where it is told, keeps everything in memory, and has no
//! global state, so that several can run in one process.

use crate::providers::{CallbackScheme, Route, Timing, http_client};
use crate::secret::Secret;
use actix_web::dev::ServerHandle;
use actix_web::{App, HttpRequest, HttpServer, web};
use books::{Books, Captured};
use std::net::SocketAddr;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::watch;

mod books;
mod callback;
mod control;
mod initiate;
mod plan;
pub mod scenario;
mod status;

/// Two are enough for thousands of payments, and leave the processor to the program under test.
const WORKERS: usize = 2;
const LARGEST_CAPTURED_BODY: usize = 16 * 1024;

/// How a simulated provider runs.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where it listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Whom it knows.
    pub merchant_id: String,
    /// The token it expects.
    pub api_key: Secret,
    /// Signs initiate calls and callbacks.
    pub secret_key: Secret,
    /// How it signs callbacks.
    pub scheme: CallbackScheme,
    /// Scales every wait: 1.0 as in the table, 0.01 a hundred times faster.
    pub pace: f64,
    /// Goes into transaction ids, so that two simulators never share one.
    pub seed: u64,
}

/// A simulator that runs. Dropping it stops it too, without waiting.
pub struct Running {
    addr: SocketAddr,
    server: ServerHandle,
    simulator: Arc<Simulator>,
}

/// What all routes and plans share.
struct Simulator {
    options: Options,
    books: Mutex<Books>,
    client: reqwest::Client,
    runtime: Handle,
    outage: AtomicBool,
    stopping: watch::Sender<bool>,
}

/// Starts a provider for both wallets. Must be called within a Tokio runtime, which runs its plans.
pub async fn start(options: Options) -> std::io::Result<Running> {
    if !options.pace.is_finite() || options.pace < 0.0 {
        return Err(std::io::Error::other("the pace must be a number from 0 up"));
    }
    let listen = options.listen;
    let simulator = Arc::new(Simulator {
        books: Mutex::new(Books::new(options.seed)),
        options,
        client: http_client(Route::Direct, &Timing::default()).map_err(std::io::Error::other)?,
        runtime: Handle::current(),
        outage: AtomicBool::new(false),
        stopping: watch::Sender::new(false),
    });
    let shared = web::Data::from(Arc::clone(&simulator));
    let server = HttpServer::new(move || App::new().app_data(shared.clone()).configure(routes))
        .workers(WORKERS)
        .disable_signals()
        .shutdown_timeout(1)
        .bind(listen)?;
    let addr = server.addrs().first().copied().unwrap_or(listen);
    let server = server.run();
    let handle = server.handle();
    simulator.runtime.spawn(server);
    Ok(Running { addr, server: handle, simulator })
}

fn routes(to: &mut web::ServiceConfig) {
    to.route("/{wallet}/payment/initiate", web::post().to(initiate::initiate))
        .route("/{wallet}/payment/status/{id}", web::get().to(status::status))
        .route("/control/scenarios", web::get().to(control::scenarios))
        .route("/control/scenarios", web::post().to(control::choose))
        .route("/control/payments", web::get().to(control::payments))
        .route("/control/captured", web::get().to(control::captured))
        .route("/control/callbacks", web::post().to(control::send_callback))
        .route("/control/outage", web::post().to(control::set_outage));
}

impl Running {
    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The base URL of one wallet's provider.
    pub fn base_url(&self, wallet: domain::Wallet) -> String {
        format!("http://{}/{}", self.addr, wallet.code().to_lowercase())
    }

    /// Ends every plan and every open call, then the server.
    pub async fn stop(self) {
        self.simulator.stopping.send_replace(true);
        self.server.stop(true).await;
        self.simulator.stopping.closed().await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.simulator.stopping.send_replace(true);
        drop(self.server.stop(false));
    }
}

impl Simulator {
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets time pass, at the pace of this simulator.
    async fn wait(&self, ms: u32) {
        tokio::time::sleep(Duration::from_millis(ms.into()).mul_f64(self.options.pace)).await;
    }

    /// Runs `task` until it ends or the simulator stops.
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut stopping = self.stopping.subscribe();
        self.runtime.spawn(async move {
            tokio::select! {
                _ = stopping.wait_for(|stop| *stop) => {}
                () = task => {}
            }
        });
    }

    /// Keeps a request for the tests of privacy, its token struck out.
    fn capture(&self, request: &HttpRequest, body: &[u8]) {
        let shown = |name: &str, value: &[u8]| match name {
            "authorization" => "••••".to_owned(),
            _ => String::from_utf8_lossy(value).into_owned(),
        };
        let headers = request.headers().iter();
        let headers = headers.map(|(name, value)| (name.to_string(), shown(name.as_str(), value.as_bytes())));
        let body = &body[..body.len().min(LARGEST_CAPTURED_BODY)];
        self.books().capture(Captured {
            method: request.method().to_string(),
            path: request.uri().to_string(),
            headers: headers.collect(),
            body: String::from_utf8_lossy(body).into_owned(),
        });
    }
}
