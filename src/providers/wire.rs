//! One HTTP call to a provider: bounded in time, in size and in number.

use super::Unanswered;
use crate::secret::Secret;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url};
use std::net::IpAddr;
use std::time::Duration;
use tokio::sync::Semaphore;

/// No answer of this protocol comes near this size.
const LARGEST_ANSWER: usize = 64 * 1024;
/// More calls to one provider at once would only queue there.
const MOST_CALLS: usize = 64;

/// How long a provider may take.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// For the connection.
    pub connect: Duration,
    /// For the whole call, from the first byte out to the last byte in.
    pub total: Duration,
    /// From an opened circuit to the next probe.
    pub cool_down: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            total: Duration::from_secs(30),
            cool_down: Duration::from_secs(10),
        }
    }
}

/// Which way calls take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// Straight, whatever the environment says.
    Direct,
    /// Through the proxy that the environment names, if it names one.
    ByEnvironment,
}

impl Route {
    /// Loopback is never behind a proxy.
    pub fn to(base_url: &Url) -> Self {
        let host = base_url.host_str().unwrap_or_default();
        let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
        if host == "localhost" || address.is_ok_and(|ip| ip.is_loopback()) {
            Self::Direct
        } else {
            Self::ByEnvironment
        }
    }
}

/// A client with these limits. It follows no redirect: a provider's address is configured, not told.
pub fn http_client(route: Route, timing: &Timing) -> reqwest::Result<Client> {
    // A second installation only means that `main` or another client was first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder()
        .connect_timeout(timing.connect)
        .timeout(timing.total)
        .redirect(reqwest::redirect::Policy::none())
        .pool_idle_timeout(Duration::from_secs(60))
        .tcp_keepalive(Duration::from_secs(30));
    match route {
        Route::Direct => client.no_proxy().build(),
        Route::ByEnvironment => client.build(),
    }
}

/// The connection to one provider.
pub(super) struct Wire {
    client: Client,
    base_url: Url,
    bearer: Secret,
    patience: Duration,
    slots: Semaphore,
}

/// What came back, read to its end.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) body: Vec<u8>,
}

impl Wire {
    pub(super) fn new(base_url: Url, bearer: Secret, timing: &Timing) -> reqwest::Result<Self> {
        let client = http_client(Route::to(&base_url), timing)?;
        Ok(Self { client, base_url, bearer, patience: timing.total, slots: Semaphore::new(MOST_CALLS) })
    }

    /// A request to `{base_url}/{path}`, each segment encoded, with our token.
    pub(super) fn request(&self, method: Method, path: &[&str]) -> RequestBuilder {
        let mut url = self.base_url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        self.client.request(method, url).bearer_auth(self.bearer.expose())
    }

    /// Sends it and reads the answer whole.
    pub(super) async fn call(&self, request: RequestBuilder) -> Result<Reply, Unanswered> {
        let waiting = tokio::time::timeout(self.patience, self.slots.acquire());
        let _slot = waiting.await.map_err(|_| Unanswered::Timeout)?.map_err(|_| Unanswered::Unreachable)?;
        let response = request.send().await.map_err(|error| unanswered(&error))?;
        let status = response.status();
        let body = read_whole(response).await?;
        let wants_us_to_wait = matches!(status.as_u16(), 408 | 425 | 429);
        if status.is_server_error() || wants_us_to_wait {
            return Err(Unanswered::ServerError(status.as_u16()));
        }
        Ok(Reply { status, body })
    }

    /// Calls under way.
    pub(super) fn in_flight(&self) -> usize {
        MOST_CALLS - self.slots.available_permits()
    }
}

async fn read_whole(mut response: Response) -> Result<Vec<u8>, Unanswered> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| unanswered(&error))? {
        if body.len() + chunk.len() > LARGEST_ANSWER {
            return Err(Unanswered::Garbage);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn unanswered(error: &reqwest::Error) -> Unanswered {
    if error.is_timeout() && !error.is_connect() { Unanswered::Timeout } else { Unanswered::Unreachable }
}
