//! A simulator, a provider that calls it, and a hospital that receives its callbacks.

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use chrono::Utc;
use domain::{Money, Msisdn, Wallet};
use quittance::providers::{
    Ask, Authentic, CallbackHeaders, CallbackScheme, Provider, ProviderConfig, Rejection, Report, Timing,
    read_report,
};
use quittance::secret::Secret;
use quittance::simulate_provider::{Options, Running, start};
use serde_json::Value;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

pub const MERCHANT: &str = "CHU-TOKOIN";
pub const API_KEY: &str = "jeton-de-demonstration";
pub const SECRET_KEY: &str = "secret-de-demonstration";

pub fn secret(text: &str) -> Secret {
    Secret::parse(text).expect("a secret long enough")
}

pub fn config(base_url: String, scheme: CallbackScheme) -> ProviderConfig {
    ProviderConfig {
        wallet: Wallet::Tmoney,
        base_url,
        merchant_id: MERCHANT.to_owned(),
        api_key: secret(API_KEY),
        secret_key: secret(SECRET_KEY),
        previous_secret_key: None,
        callback_scheme: scheme,
    }
}

pub fn provider(base_url: String) -> Provider {
    Provider::new(config(base_url, CallbackScheme::XSignature), Timing::default()).expect("a provider")
}

/// Time is up for the client at once that the simulator is silent.
pub fn hasty(base_url: String) -> Provider {
    let timing = Timing { total: Duration::from_millis(300), ..Timing::default() };
    Provider::new(config(base_url, CallbackScheme::XSignature), timing).expect("a provider")
}

/// Waits for a condition, not for a time. A minute is for a machine under load.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut look: impl FnMut() -> F) -> T {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < deadline, "never happened: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// All three together.
pub struct Scene {
    pub simulator: Running,
    pub provider: Provider,
    pub hospital: Hospital,
}

impl Scene {
    pub async fn new(scheme: CallbackScheme) -> Self {
        let simulator = simulator(scheme).await;
        let base_url = simulator.base_url(Wallet::Tmoney);
        let provider = Provider::new(config(base_url, scheme), Timing::default()).expect("a provider");
        Self { simulator, provider, hospital: Hospital::open() }
    }

    /// Asks 15 000 F of the number that ends in `digits`.
    pub fn ask(&self, reference: &str, digits: u8) -> Ask {
        ask(reference, digits, &self.hospital.url)
    }

    /// What `GET /control/payments` says of the only payment.
    pub async fn payment(&self) -> Value {
        self.control("payments").await[0].clone()
    }

    pub async fn control(&self, what: &str) -> Value {
        let url = format!("http://{}/control/{what}", self.simulator.addr());
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        client.get(url).send().await.expect("an answer").json().await.expect("JSON")
    }

    pub async fn set(&self, what: &str, body: Value) -> (u16, Value) {
        let url = format!("http://{}/control/{what}", self.simulator.addr());
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let answer = client.post(url).json(&body).send().await.expect("an answer");
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }

    /// The callbacks, once there are as many.
    pub async fn callbacks(&self, count: usize) -> Vec<Callback> {
        eventually("callbacks arrive", || async {
            let seen = self.hospital.seen();
            (seen.len() >= count).then_some(seen)
        })
        .await
    }

    pub fn judge(&self, callback: &Callback) -> Result<Authentic, Rejection> {
        self.provider.authenticate(callback.headers(), &callback.body, Utc::now())
    }
}

pub async fn simulator(scheme: CallbackScheme) -> Running {
    let options = Options {
        listen: ([127, 0, 0, 1], 0).into(),
        merchant_id: MERCHANT.to_owned(),
        api_key: secret(API_KEY),
        secret_key: secret(SECRET_KEY),
        scheme,
        pace: 0.01,
        seed: 7,
    };
    start(options).await.expect("a free port")
}

pub fn ask(reference: &str, digits: u8, callback_url: &str) -> Ask {
    Ask {
        reference: reference.to_owned(),
        amount: Money::new(15_000).expect("an amount"),
        phone: Msisdn::parse(&format!("900000{digits:02}")).expect("a number"),
        callback_url: callback_url.to_owned(),
    }
}

/// A provider that always answers the same, whatever is asked.
pub fn answering(status: u16, body: String) -> String {
    let server = HttpServer::new(move || {
        let body = body.clone();
        App::new().default_service(web::to(move || {
            let status = actix_web::http::StatusCode::from_u16(status).expect("a status");
            std::future::ready(
                HttpResponse::build(status).insert_header(("location", "/x")).body(body.clone()),
            )
        }))
    });
    let server = server.workers(1).disable_signals().bind(("127.0.0.1", 0)).expect("a free port");
    let base_url = format!("http://{}/base/", server.addrs()[0]);
    tokio::spawn(server.run());
    base_url
}

/// A callback as the hospital received it.
#[derive(Clone)]
pub struct Callback {
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Callback {
    pub fn headers(&self) -> CallbackHeaders<'_> {
        let header =
            |name: &str| self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        CallbackHeaders {
            x_signature: header("x-signature"),
            webhook_id: header("webhook-id"),
            webhook_timestamp: header("webhook-timestamp"),
            webhook_signature: header("webhook-signature"),
        }
    }

    pub fn report(&self) -> Report {
        read_report(&self.body).expect("a report")
    }
}

/// Takes every callback and answers as the queue says, 200 once it is empty.
pub struct Hospital {
    pub url: String,
    seen: Arc<Mutex<Vec<Callback>>>,
    answers: Arc<Mutex<Vec<u16>>>,
    server: ServerHandle,
}

impl Hospital {
    pub fn open() -> Self {
        let (seen, answers) = (Arc::default(), Arc::default());
        let shared = web::Data::new((Arc::clone(&seen), Arc::clone(&answers)));
        let server = HttpServer::new(move || {
            App::new().app_data(shared.clone()).route("/callback", web::post().to(take))
        });
        let server = server.workers(1).disable_signals().bind(("127.0.0.1", 0)).expect("a free port");
        let url = format!("http://{}/callback", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { url, seen, answers, server: handle }
    }

    pub fn seen(&self) -> Vec<Callback> {
        self.seen.lock().expect("no panic before").clone()
    }

    /// The next callbacks are answered so, the last of these first.
    pub fn will_answer(&self, statuses: &[u16]) {
        *self.answers.lock().expect("no panic before") = statuses.to_vec();
    }
}

impl Drop for Hospital {
    fn drop(&mut self) {
        drop(self.server.stop(false));
    }
}

type Inbox = (Arc<Mutex<Vec<Callback>>>, Arc<Mutex<Vec<u16>>>);

async fn take(inbox: web::Data<Inbox>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let header =
        |(name, value): (&actix_web::http::header::HeaderName, &actix_web::http::header::HeaderValue)| {
            (name.to_string(), value.to_str().unwrap_or_default().to_owned())
        };
    let headers = request.headers().iter().map(header).collect();
    inbox.0.lock().expect("no panic before").push(Callback { headers, body: body.to_vec() });
    let status = inbox.1.lock().expect("no panic before").pop().unwrap_or(200);
    HttpResponse::build(actix_web::http::StatusCode::from_u16(status).expect("a status")).finish()
}
