//! A desk with a backup's folder beside it, and the ways from one to the other.

use crate::{
    desk::Desk,
    lifecycle::{refused, text},
    server::{Answer, Server},
};
use quittance::store::{EventStore, Recorded, embedded::EmbeddedStore};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// A folder for whatever a test takes away.
pub struct Place {
    folder: TempDir,
}

impl Place {
    pub fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Every name in it.
    pub fn names(&self) -> Vec<String> {
        names(self.folder.path())
    }

    /// A folder for a restore with nothing in it but the master key.
    pub fn with_key(&self, name: &str, server: &Server) -> PathBuf {
        let dir = self.path(name);
        fs::create_dir(&dir).unwrap();
        fs::copy(server.dir.join("master.key"), dir.join("master.key")).unwrap();
        dir
    }
}

pub fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

impl Server {
    /// `quittance backup`, which must be complete; what it says.
    #[track_caller]
    pub fn backup(&self, to: &Path) -> String {
        self.says(&self.dir, &["backup", to.to_str().unwrap()])
    }

    /// `quittance restore`, which must be complete; what it says.
    #[track_caller]
    pub fn restore(&self, from: &Path, into: &Path) -> String {
        self.says(into, &["restore", from.to_str().unwrap()])
    }

    /// What a command says that must go well.
    #[track_caller]
    pub fn says(&self, dir: &Path, args: &[&str]) -> String {
        let output = self.run_at(dir, args);
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{args:?}: {out}\n{err}");
        out
    }

    /// What a command says that must fail.
    #[track_caller]
    pub fn is_refused(&self, dir: &Path, args: &[&str]) -> String {
        refused(&self.run_at(dir, args), 1)
    }

    /// The program on what was restored; passwords of the demo are in no backup.
    pub fn go_on_at(&mut self, dir: &Path) {
        fs::copy(self.dir.join("demo.json"), dir.join("demo.json")).unwrap();
        self.move_to(dir);
        self.seen = std::sync::Arc::default();
        self.restart();
    }
}

impl Desk {
    /// A paid prescription; the answer, and all that is needed to ask for it again.
    pub async fn pay(&self, key: &str) -> (String, Answer) {
        let prescription = self.prescription().await;
        let answer = self.pay_for(&prescription, key).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        (prescription, answer)
    }

    pub async fn pay_for(&self, prescription: &str, key: &str) -> Answer {
        let body = serde_json::json!({"prescriptionId": prescription, "amountTendered": 1_500});
        self.cashier.post_once("/api/payments/cash", key, body).await
    }
}

/// Every event of a ledger.
pub async fn events(dir: &Path) -> Vec<Recorded> {
    let store = EmbeddedStore::open_read_only(dir).unwrap();
    let all = *store.head().borrow();
    store.follow(0, usize::try_from(all).unwrap()).await.unwrap()
}

/// The ledger in `copy` is the beginning of the one in `whole`, commands included; how long it is.
#[track_caller]
pub fn begins(copy: &Path, whole: &Path) -> u64 {
    let (copy, whole) =
        (EmbeddedStore::open_read_only(copy).unwrap(), EmbeddedStore::open_read_only(whole).unwrap());
    assert_eq!(copy.id(), whole.id());
    let end = *copy.head().borrow();
    assert_eq!(copy.chain_at(end).unwrap(), whole.chain_at(end).unwrap(), "position {end}");
    assert_eq!(copy.commands_between(0, end).unwrap(), whole.commands_between(0, end).unwrap());
    end
}
