//! Where a vault may live, and the look into it from outside that a thief has.

use crate::postgres;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use quittance::vault::{Vault, VaultError};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row, postgres::PgRow};
use std::{fs, future::Future, path::Path, thread};
use tempfile::TempDir;

const TABLES: [&str; 6] =
    ["master_check", "changes", "patient_keys", "credentials", "sessions", "signing_keys"];

/// The place of one vault, which can be opened there again and again.
pub enum Place {
    Folder(TempDir),
    Database(String),
}

pub fn sqlite() -> Place {
    Place::Folder(tempfile::tempdir().expect("a folder"))
}

pub fn postgresql() -> Place {
    Place::Database(block(postgres::fresh()))
}

/// The master key of all vaults in PostgreSQL here.
pub fn master() -> String {
    BASE64_STANDARD.encode([7; 32])
}

impl Place {
    pub fn vault(&self) -> Vault {
        self.open().expect("a vault")
    }

    pub fn open(&self) -> Result<Vault, VaultError> {
        match self {
            Self::Folder(dir) => Vault::open(dir.path(), None),
            Self::Database(url) => Vault::open_postgres(url, &master()),
        }
    }

    pub fn path(&self) -> &Path {
        match self {
            Self::Folder(dir) => dir.path(),
            Self::Database(url) => panic!("{url} is no folder"),
        }
    }

    pub fn url(&self) -> &str {
        match self {
            Self::Folder(dir) => panic!("{} is no database", dir.path().display()),
            Self::Database(url) => url,
        }
    }

    /// Changes the tables behind the vault's back.
    pub fn execute(&self, sql: &str) {
        match self {
            Self::Folder(dir) => file(dir).execute_batch(sql).expect("changed"),
            Self::Database(url) => block(async { connect(url).await.execute(AssertSqlSafe(sql)).await })
                .map(drop)
                .expect("changed"),
        }
    }

    /// The first column of a query.
    pub fn peek<T>(&self, sql: &str) -> Vec<T>
    where
        T: rusqlite::types::FromSql + Send + Unpin + sqlx::Type<sqlx::Postgres>,
        T: for<'r> sqlx::Decode<'r, sqlx::Postgres>,
    {
        match self {
            Self::Folder(dir) => {
                let db = file(dir);
                let mut rows = db.prepare(sql).expect("a query");
                rows.query_map([], |row| row.get(0)).expect("rows").collect::<Result<_, _>>().expect("values")
            }
            Self::Database(url) => block(async {
                let rows = connect(url).await.fetch_all(AssertSqlSafe(sql)).await.expect("rows");
                rows.iter().map(|row: &PgRow| row.get(0)).collect()
            }),
        }
    }

    /// The names of the files, or of the tables, that hold `bytes`.
    pub fn holds(&self, bytes: &[u8]) -> Vec<String> {
        self.contents().with(bytes)
    }

    /// All that is kept here.
    pub fn contents(&self) -> Contents {
        let text = |table: &str| self.peek::<String>(&format!("SELECT row::text FROM {table} AS row"));
        match self {
            Self::Folder(dir) => Contents::of_files(dir.path()),
            Self::Database(_) => Contents {
                parts: TABLES.map(|name| (name.to_owned(), text(name).concat().into_bytes())).to_vec(),
                in_digits: true,
            },
        }
    }

    /// Unwraps a key as whoever has the master key can: what must not be possible once it is forgotten.
    pub fn unwrap(&self, bound_to: &[&[u8]], wrapped: &[u8]) -> Vec<u8> {
        let text = match self {
            Self::Folder(dir) => fs::read_to_string(dir.path().join("master.key")).expect("master.key"),
            Self::Database(_) => master(),
        };
        let master = BASE64_STANDARD.decode(text.trim()).expect("base64");
        let (nonce, sealed) = wrapped.split_first_chunk::<24>().expect("a nonce");
        XChaCha20Poly1305::new_from_slice(&master)
            .expect("32 bytes")
            .decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: &bound_to.concat() })
            .expect("a key")
    }
}

/// The contents of files or tables, by their names.
pub struct Contents {
    parts: Vec<(String, Vec<u8>)>,
    /// PostgreSQL shows bytes as hexadecimal digits.
    in_digits: bool,
}

impl Contents {
    fn of_files(dir: &Path) -> Self {
        let files = fs::read_dir(dir).expect("the folder").map(|file| file.expect("a file").path());
        let parts = files.map(|file| (file.display().to_string(), fs::read(&file).expect("the file")));
        Self { parts: parts.collect(), in_digits: false }
    }

    /// The names of those that hold `bytes`.
    pub fn with(&self, bytes: &[u8]) -> Vec<String> {
        let digits = hex::encode(bytes).into_bytes();
        let is_in = |part: &[u8], bytes: &[u8]| part.windows(bytes.len()).any(|somewhere| somewhere == bytes);
        let parts = self.parts.iter();
        let holds = parts.filter(|(_, part)| is_in(part, bytes) || self.in_digits && is_in(part, &digits));
        holds.map(|(name, _)| name.clone()).collect()
    }
}

/// Waits for asynchronous work, in a test that may itself run inside a runtime.
pub fn block<T: Send>(work: impl Future<Output = T> + Send) -> T {
    thread::scope(|threads| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        threads.spawn(move || runtime.block_on(work)).join().expect("an answer")
    })
}

/// A connection that finds the vault's tables by their bare names.
pub async fn connect(url: &str) -> PgConnection {
    let mut connection = PgConnection::connect(url).await.expect("a connection");
    connection.execute("SET search_path = vault").await.expect("a search path");
    connection
}

fn file(dir: &TempDir) -> rusqlite::Connection {
    rusqlite::Connection::open(dir.path().join("vault.db")).expect("vault.db")
}
