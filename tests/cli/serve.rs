//! `quittance serve` on a new folder, and after a first start that was cut off.

use rusqlite::Connection;
use serde_json::json;
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};
use tempfile::TempDir;

/// A server, killed at the end, with what it said at its start.
struct Served {
    child: Child,
    url: String,
    password: Option<String>,
}

impl Served {
    fn on(dir: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quittance"));
        command.env_clear().env("QUITTANCE_LISTEN", "127.0.0.1:0").arg("--data").arg(dir).arg("serve");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut password = None;
        let url = loop {
            let line = lines.next().expect("it says where it listens").unwrap();
            if let Some((_, told)) = line.split_once("affiché une seule fois) : ") {
                password = Some(told.to_owned());
            } else if let Some((_, url)) = line.split_once("écoute sur ") {
                break url.to_owned();
            }
        };
        Self { child, url, password }
    }

    async fn login(&self, password: &str) -> u16 {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let body = json!({"username": "admin", "password": password});
        http.post(format!("{}/api/auth/login", self.url)).json(&body).send().await.unwrap().status().as_u16()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[tokio::test]
async fn the_first_start_tells_a_password_and_later_ones_do_not() {
    let folder = TempDir::new().unwrap();
    let first = Served::on(folder.path());
    let password = first.password.clone().unwrap();
    assert_eq!(first.login(&password).await, 200);
    drop(first);
    let second = Served::on(folder.path());
    assert_eq!(second.password, None);
    assert_eq!((second.login(&password).await, second.login("another one").await), (200, 401));
}

#[tokio::test]
async fn a_first_start_cut_off_before_the_password_locks_nobody_out() {
    let folder = TempDir::new().unwrap();
    drop(Served::on(folder.path()));
    let vault = Connection::open(folder.path().join("vault.db")).unwrap();
    assert_eq!(vault.execute("delete from credentials", []).unwrap(), 1);
    drop(vault);
    let again = Served::on(folder.path());
    assert_eq!(again.login(again.password.as_deref().unwrap()).await, 200);
}
