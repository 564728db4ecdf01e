//! The server: what its routes share, what every answer carries, how it stops.

use super::{RequestId, limits, problem::Problem, reports::Exports, routes, stream::Streams};
use crate::{app::App, failure::Failure, store::StoreError};
use actix_web::{
    App as Actix, HttpMessage, HttpServer,
    body::MessageBody,
    dev::{Server, ServiceRequest, ServiceResponse},
    http::header::{self, HeaderName, HeaderValue},
    middleware::{Next, from_fn},
    web::{self, Data},
};
use domain::{UserId, user::Role};
use moka::sync::Cache;
use std::{
    net::TcpListener,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

/// More long reports than this wait for their turn.
const LONG_REPORTS: usize = 2;

/// How long one waits.
const LONG_REPORTS_PATIENCE: Duration = Duration::from_secs(10);

/// What the routes share.
pub struct State {
    /// Commands and queries.
    pub app: Arc<App>,
    /// Requests by identity.
    pub limits: limits::Counters,
    /// Roles of the signed-in: a role never changes, and a locked-out user loses his sessions first.
    pub roles: Cache<UserId, Role>,
    /// Exports under way.
    pub exports: Exports,
    /// Screens that listen.
    pub streams: Arc<Streams>,
    /// Long reports that may be read at once: each holds a snapshot of the read models open.
    long_reports: Arc<Semaphore>,
}

impl State {
    /// Empty caches, fresh counters.
    pub fn new(app: Arc<App>, limits: limits::Limits) -> Self {
        Self {
            app,
            limits: limits::Counters::new(limits),
            roles: Cache::new(10_000),
            exports: Exports::default(),
            streams: Arc::default(),
            long_reports: Arc::new(Semaphore::new(LONG_REPORTS)),
        }
    }
}

impl State {
    /// A turn among the long reports; busy if none is free in time, for who waits may hold a snapshot open.
    pub async fn long_report(&self) -> Result<OwnedSemaphorePermit, Failure> {
        let turn = tokio::time::timeout(LONG_REPORTS_PATIENCE, self.long_reports.clone().acquire_owned());
        turn.await.ok().and_then(Result::ok).ok_or(Failure::Busy)
    }
}

/// Carries a command of several steps to its end, also when the caller goes away in the middle of it.
pub async fn to_the_end<T: 'static>(
    command: impl Future<Output = Result<T, Failure>> + 'static,
) -> Result<T, Failure> {
    // Such a task ends early only with its worker.
    actix_web::rt::spawn(command).await.unwrap_or(Err(Failure::Store(StoreError::Stopped)))
}

/// Serves on a bound listener until it is told to stop; requests under way are ended first.
pub fn serve(state: Data<State>, listener: TcpListener) -> std::io::Result<Server> {
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    let server = HttpServer::new(move || {
        Actix::new()
            .app_data(state.clone())
            .app_data(web::PathConfig::default().error_handler(|_, _| Problem::not_found("").into()))
            .app_data(web::QueryConfig::default().error_handler(|_, _| {
                Problem::invalid("/query", "Un paramètre de l’adresse n’a pas la forme attendue.").into()
            }))
            .wrap(from_fn(frame))
            .configure(routes)
            .default_service(web::to(|| async { Err::<String, _>(Problem::not_found("")) }))
    });
    Ok(server.workers(workers).shutdown_timeout(30).disable_signals().listen(listener)?.run())
}

/// Gives every request an id, logs it once, and marks every answer.
async fn frame(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let (begun, id) = (Instant::now(), Uuid::now_v7().to_string());
    request.extensions_mut().insert(RequestId(id.clone()));
    let (method, route) = (request.method().clone(), request.match_pattern());
    let mut response = next.call(request).await?;
    let status = response.status().as_u16();
    // The route's pattern, never its path: a path may carry an id that somebody typed.
    let route = route.as_deref().unwrap_or("unmatched");
    tracing::info!(request = id, %method, route, status, ms = begun.elapsed().as_millis(), "request");
    let headers = response.headers_mut();
    for (name, value) in [("x-content-type-options", "nosniff"), ("referrer-policy", "same-origin")] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        // Pages bring their own; nothing else is one.
        let policy = HeaderValue::from_static("default-src 'self'; frame-ancestors 'none'");
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    Ok(response)
}
