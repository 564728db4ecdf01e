//! Ends of a server other than `kill -9`, and a place to come back to.

use crate::server::{Server, eventually};
use std::{
    net::TcpListener,
    process::{Command, ExitStatus, Output},
};

/// An address that stays free between two lives of a server: below the range from which the system
/// gives ports to clients, one of whom might otherwise take it (or even connect to itself on it).
pub fn address() -> String {
    let free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let start = 20_000 + uuid::Uuid::new_v4().as_u128() as u16 % 10_000;
    let port = (start..32_000).find(free).expect("a free port");
    format!("127.0.0.1:{port}")
}

impl Server {
    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.pid().to_string()]).status();
        assert!(sent.unwrap().success(), "SIG{name} could be sent");
    }

    /// SIGTERM, and the end that follows.
    pub fn terminate(&mut self) -> ExitStatus {
        self.signal("TERM");
        self.wait()
    }

    /// What `quittance verify` says when everything is in order.
    #[track_caller]
    pub fn verify(&self) -> String {
        let output = self.run(&["verify"]);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "verify: {out}\n{err}");
        out
    }

    /// Until `quittance verify` could compare the screens of a server that goes on: it may first have to
    /// end what it was asked for, and write of that while they are made anew.
    pub async fn screens_agree(&self) {
        eventually("the screens stood still, and agree with the ledger", async || {
            let told = tokio::task::block_in_place(|| self.verify());
            told.contains("Écrans égaux au registre").then_some(())
        })
        .await;
    }
}

/// Output as text.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What a command said that must fail with this exit code.
#[track_caller]
pub fn refused(output: &Output, code: i32) -> String {
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{out}\n{err}");
    err
}
