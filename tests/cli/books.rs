//! A small ledger made through the server, then stopped: copies of it can be bent at will.

use crate::{desk::Desk, server::bounded, tampered::Tampered};
use quittance::store::{
    EventStore, Recorded,
    chain::{GENESIS, leaf, link},
    embedded::EmbeddedStore,
};
use rusqlite::Connection;
use std::{
    fs,
    path::Path,
    process::{Command, Output},
};
use tempfile::TempDir;

/// Three payments: cash, mobile, cash.
pub struct Books {
    desk: Desk,
    /// Ids of the payments, in order.
    pub payments: Vec<String>,
    /// Ids of their prescriptions.
    pub prescriptions: Vec<String>,
    /// A head that was exported at the end.
    pub head: String,
}

impl Books {
    pub async fn kept() -> Self {
        let mut desk = Desk::open().await;
        let (mut payments, mut prescriptions) = (vec![], vec![]);
        for nth in 0..3 {
            let prescription = desk.prescription().await;
            let payment = match nth {
                1 => {
                    let asked = desk.cashier.initiate(&prescription, "90 12 34 00").await;
                    desk.cashier.until(&asked.text_of("paymentId"), "PAID").await;
                    asked.text_of("paymentId")
                }
                _ => desk.cashier.cash(&prescription, 2_000).await.text_of("paymentId"),
            };
            payments.push(payment);
            prescriptions.push(prescription);
        }
        assert_eq!(desk.server.terminate().code(), Some(0));
        let out = desk.server.dir.join("head.txt");
        let output = desk.server.run(&["head", "--out", out.to_str().unwrap()]);
        assert!(output.status.success(), "{output:?}");
        let head = fs::read_to_string(out).unwrap();
        Self { desk, payments, prescriptions, head }
    }

    /// A copy to be bent.
    pub fn copy(&self) -> Copy {
        let folder = TempDir::new().unwrap();
        for file in fs::read_dir(&self.desk.server.dir).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
        }
        Copy { folder }
    }

    pub fn dir(&self) -> &Path {
        &self.desk.server.dir
    }
}

/// A copied ledger without its triggers: somebody who has the file can take them away too.
pub struct Copy {
    folder: TempDir,
}

impl Copy {
    pub fn dir(&self) -> &Path {
        self.folder.path()
    }

    pub fn run(&self, args: &[&str]) -> Output {
        quittance(self.dir(), args)
    }

    /// Against a head kept elsewhere.
    pub fn against(&self, head: &str) -> Output {
        let file = self.dir().join("kept.txt");
        fs::write(&file, head).unwrap();
        self.run(&["verify", "--against", file.to_str().unwrap()])
    }

    /// The ledger, open to every change.
    pub fn ledger(&self) -> Tampered {
        Tampered::open(self.dir())
    }

    /// The read models, open to every change.
    pub fn views(&self) -> Connection {
        Connection::open(self.dir().join("views.db")).unwrap()
    }

    pub fn forget_views(&self) {
        for name in ["views.db", "views.db-wal", "views.db-shm"] {
            // A log may not be there.
            _ = fs::remove_file(self.dir().join(name));
        }
        assert!(!self.dir().join("views.db").exists());
    }

    /// Every event, by the product's own reader.
    pub async fn events(&self) -> Vec<Recorded> {
        EmbeddedStore::open_read_only(self.dir()).unwrap().follow(0, 1_000).await.unwrap()
    }

    /// The position of the first event of this name.
    pub async fn position(&self, name: &str) -> u64 {
        let events = self.events().await;
        events.iter().find(|event| event.name == name).unwrap_or_else(|| panic!("no {name}")).position
    }
}

/// Chains all events anew, as somebody would who knows how; and the head with them.
pub fn chain_anew(ledger: &Connection, mut events: Vec<Recorded>) {
    let mut chain = GENESIS;
    for event in &mut events {
        chain = link(&chain, &leaf(event));
        let set = "update events set chain = ?1, body = ?2 where position = ?3";
        ledger.execute(set, (chain, &event.body, event.position as i64)).unwrap();
    }
    ledger.execute("update log_head set position = ?1, chain = ?2", (events.len() as i64, chain)).unwrap();
}

/// The program on a folder, with nothing else set.
pub fn quittance(dir: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quittance"));
    bounded(command.env_clear().arg("--data").arg(dir).args(args))
}
