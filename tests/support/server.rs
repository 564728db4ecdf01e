//! A real server on a free port, in a process of its own, with a simulated provider beside it.
//!
//! The simulator lives in the test's process, so that it outlives a `kill -9` of the server.

use quittance::{
    providers::CallbackScheme,
    secret::Secret,
    simulate_provider::{self, Options},
};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// The secret that provider and server share in this run.
pub struct Provider {
    pub running: simulate_provider::Running,
    pub merchant_id: String,
    pub api_key: String,
    pub secret_key: String,
}

/// Shorter than the server keeps an idle connection: a request must not meet its end.
const IDLE: Duration = Duration::from_secs(2);

/// A server process and its folder.
pub struct Server {
    child: Child,
    pub url: String,
    pub dir: PathBuf,
    pub provider: Arc<Provider>,
    env: Vec<(String, String)>,
    pub seen: Arc<AtomicU64>,
    _folder: Arc<TempDir>,
}

/// Random text for secrets of this run.
pub fn random() -> String {
    format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple())
}

/// A simulated provider with fresh secrets; every wait is scaled by `pace`.
pub async fn provider(pace: f64, scheme: CallbackScheme) -> Provider {
    let (api_key, secret_key) = (random(), random());
    let options = Options {
        listen: "127.0.0.1:0".parse().unwrap(),
        merchant_id: "CHU".into(),
        api_key: Secret::parse(&api_key).unwrap(),
        secret_key: Secret::parse(&secret_key).unwrap(),
        scheme,
        pace,
        seed: 7,
    };
    let running = simulate_provider::start(options).await.unwrap();
    Provider { running, merchant_id: "CHU".into(), api_key, secret_key }
}

impl Server {
    /// A server without limits, whose simulator and watch run a hundred times faster than life.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// The same with more environment; a later value for a name wins.
    pub async fn start_with(env: &[(&str, &str)]) -> Self {
        let provider = provider(0.01, CallbackScheme::XSignature).await;
        Self::start_at(provider, env)
    }

    /// A server for this provider.
    pub fn start_at(provider: Provider, env: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().unwrap();
        let dir = folder.path().join("data");
        let mut all = vec![];
        for (code, path) in [("TMONEY", "tmoney"), ("FLOOZ", "flooz")] {
            let addr = provider.running.addr();
            all.push((format!("{code}_API_URL"), format!("http://{addr}/{path}")));
            all.push((format!("{code}_MERCHANT_ID"), provider.merchant_id.clone()));
            all.push((format!("{code}_API_KEY"), provider.api_key.clone()));
            all.push((format!("{code}_SECRET_KEY"), provider.secret_key.clone()));
        }
        for (name, value) in [
            ("QUITTANCE_LISTEN", "127.0.0.1:0"),
            ("QUITTANCE_WATCH_PACE", "0.01"),
            ("QUITTANCE_LIMIT_GENERAL", "0"),
            ("QUITTANCE_LIMIT_PAYMENTS", "0"),
            ("QUITTANCE_LIMIT_LOGINS", "0"),
            ("QUITTANCE_LIMIT_ANONYMOUS", "0"),
            ("QUITTANCE_LIMIT_CALLBACKS", "0"),
            ("QUITTANCE_LIMIT_REJECTIONS", "0"),
            ("RUST_LOG", "info"),
        ] {
            all.push((name.into(), value.into()));
        }
        all.extend(env.iter().map(|(name, value)| ((*name).into(), (*value).into())));
        let (child, url) = spawn(&dir, &all);
        let (provider, folder) = (Arc::new(provider), Arc::new(folder));
        Self { child, url, dir, provider, env: all, seen: Arc::default(), _folder: folder }
    }

    /// Another process with the same settings and provider, at another address.
    pub fn beside(&self, listen: &str) -> Self {
        let mut env = self.env.clone();
        env.push(("QUITTANCE_LISTEN".into(), listen.into()));
        let (child, url) = spawn(&self.dir, &env);
        let (dir, provider, folder) = (self.dir.clone(), self.provider.clone(), self._folder.clone());
        Self { child, url, dir, provider, env, seen: self.seen.clone(), _folder: folder }
    }

    /// The database that it was told to use.
    pub fn database_url(&self) -> String {
        self.env.iter().rfind(|(name, _)| name == "DATABASE_URL").unwrap().1.clone()
    }

    /// The process, for signals.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// `kill -9`, and gone.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for the end of a process that was told to end.
    pub fn wait(&mut self) -> std::process::ExitStatus {
        let begun = std::time::Instant::now();
        while begun.elapsed() < std::time::Duration::from_secs(60) {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        panic!("the server goes on, and should have ended");
    }

    /// Starts the program again on the same folder; it listens at another port.
    pub fn restart(&mut self) {
        let (child, url) = spawn(&self.dir, &self.env);
        (self.child, self.url) = (child, url);
    }

    /// From now on it runs on another folder.
    pub fn move_to(&mut self, dir: &Path) {
        dir.clone_into(&mut self.dir);
    }

    /// All that the server wrote to its log.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.dir.join("server.log")).unwrap()
    }

    /// The password of a user of the demo.
    pub fn password(&self, username: &str) -> String {
        let told: Value =
            serde_json::from_slice(&std::fs::read(self.dir.join("demo.json")).unwrap()).unwrap();
        let logins = told["logins"].as_array().unwrap().clone();
        let login = logins.into_iter().find(|login| login["username"] == username).unwrap();
        login["password"].as_str().unwrap().to_owned()
    }

    /// A signed-in user: `admin`, `caisse1`, `caisse2`, `labo`, `compta`, `audit`.
    pub async fn login(&self, username: &str) -> Caller {
        self.login_with(username, &self.password(username)).await
    }

    /// A user of any name.
    pub async fn login_with(&self, username: &str, password: &str) -> Caller {
        let anonymous = self.anonymous();
        let body = json!({"username": username, "password": password});
        let answer = anonymous.post("/api/auth/login", body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        Caller { token: answer.json["token"].as_str().map(str::to_owned), ..anonymous }
    }

    /// Nobody.
    pub fn anonymous(&self) -> Caller {
        Caller {
            http: reqwest::Client::builder().no_proxy().pool_idle_timeout(IDLE).build().unwrap(),
            url: self.url.clone(),
            token: None,
            seen: self.seen.clone(),
        }
    }

    /// Runs another command of the program on the same folder.
    pub fn run(&self, args: &[&str]) -> Output {
        self.run_at(&self.dir, args)
    }

    /// Runs a command with the same settings on another folder.
    pub fn run_at(&self, dir: &Path, args: &[&str]) -> Output {
        let mut command = command(dir, &self.env);
        bounded(command.args(args))
    }

    /// True until the process has ended.
    pub fn lives(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// Runs a command that must end by itself.
pub fn bounded(command: &mut Command) -> Output {
    let running = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let pid = running.id();
    let (ended, end) = std::sync::mpsc::channel();
    std::thread::spawn(move || ended.send(running.wait_with_output()));
    end.recv_timeout(Duration::from_secs(120)).map_or_else(
        |_| {
            Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap();
            panic!("{command:?} should have ended by itself");
        },
        Result::unwrap,
    )
}

fn command(dir: &Path, env: &[(String, String)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quittance"));
    command.arg("--data").arg(dir).envs(env.iter().map(|(name, value)| (name, value)));
    command
}

fn spawn(dir: &Path, env: &[(String, String)]) -> (Child, String) {
    std::fs::create_dir_all(dir).unwrap();
    let log = std::fs::OpenOptions::new().create(true).append(true).open(dir.join("server.log")).unwrap();
    let mut command = command(dir, env);
    let mut child = command.args(["demo", "--empty"]).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let url = loop {
        let line = lines.next().expect("the server says where it listens").unwrap();
        if let Some((_, url)) = line.split_once("écoute sur ") {
            break url.to_owned();
        }
    };
    // What it says later is read and dropped: a full pipe would stop it.
    std::thread::spawn(move || lines.for_each(drop));
    (child, url)
}

/// Somebody who sends requests.
#[derive(Clone)]
pub struct Caller {
    pub http: reqwest::Client,
    pub url: String,
    pub token: Option<String>,
    /// The latest position that anybody was told by this server: as in a browser, a read names it.
    pub seen: Arc<AtomicU64>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
    pub json: Value,
}

impl Caller {
    /// A read that shows at least what was answered before; on a busy machine it asks again for that.
    pub async fn get(&self, path: &str) -> Answer {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let seen = self.seen.load(Ordering::SeqCst);
            let request = self.request(reqwest::Method::GET, path).header("Ledger-Position", seen);
            // Each of these answers has waited for two seconds already.
            let answer = self.send(request).await;
            if answer.json["code"] != "read_model_behind" {
                return answer;
            }
            assert!(Instant::now() < deadline, "{path} never shows position {seen}");
        }
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(reqwest::Method::POST, path).json(&body)).await
    }

    /// A command that may be sent again with the same key.
    pub async fn post_once(&self, path: &str, key: &str, body: Value) -> Answer {
        let request = self.request(reqwest::Method::POST, path).header("Idempotency-Key", key);
        self.send(request.json(&body)).await
    }

    /// A request to be completed by the caller.
    pub fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request and reads the whole answer.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        self.try_send(request).await.unwrap()
    }

    /// The same where the server may die meanwhile.
    pub async fn try_send(&self, request: reqwest::RequestBuilder) -> reqwest::Result<Answer> {
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        // A stream has no end to be waited for.
        let kind = headers.get("Content-Type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let text =
            if kind.starts_with("text/event-stream") { String::new() } else { response.text().await? };
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        let position = headers.get("Ledger-Position").and_then(|text| text.to_str().ok()?.parse().ok());
        self.seen.fetch_max(position.unwrap_or(0), Ordering::SeqCst);
        Ok(Answer { status, headers, text, json })
    }
}

impl Answer {
    /// A text field that must be there.
    pub fn text_of(&self, field: &str) -> String {
        self.json[field].as_str().unwrap_or_else(|| panic!("no {field} in {}", self.text)).to_owned()
    }

    /// The position of the answer.
    pub fn position(&self) -> u64 {
        self.headers["Ledger-Position"].to_str().unwrap().parse().unwrap()
    }
}

/// Tries until it is so; a test never waits for a fixed time, and never for ever.
pub async fn eventually<T>(what: &str, mut so: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(found) = so().await {
            return found;
        }
        assert!(Instant::now() < deadline, "never: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
