//! Exports under way: one for each user, watched and stopped from outside.

use crate::{
    background,
    exports::{self, csv, pdf, xlsx},
    failure::Failure,
    http::problem::Problem,
    reports::{Name, paper::Paper},
    views::ViewsError,
};
use actix_web::http::StatusCode;
use domain::UserId;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    fs::File,
    io::{self, BufWriter, Read, Seek, Write},
    ops::ControlFlow,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};
use tokio::{
    runtime::Handle,
    sync::{Notify, OwnedSemaphorePermit, oneshot},
};

/// Beyond so many rows nobody leafs through a paper.
const MOST_ON_PAPER: i64 = 20_000;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A spreadsheet.
    Xlsx,
    /// Paper.
    Pdf,
    /// For other programs.
    Csv,
}

/// Exports under way.
#[derive(Clone, Default)]
pub struct Exports(Arc<Mutex<HashMap<UserId, Arc<Progress>>>>);

/// How far one is.
pub struct Progress {
    /// Which report.
    pub name: Name,
    /// As what.
    pub format: Format,
    rows: AtomicU64,
    total: AtomicU64,
    stopped: AtomicBool,
    /// For whoever waits where no rows go by.
    woken: Notify,
}

/// One that its user waits for; dropped, it stops.
pub struct Making {
    exports: Exports,
    user: UserId,
    progress: Arc<Progress>,
}

/// A file without a name, at its beginning.
pub struct Made {
    /// Its content.
    pub file: File,
    /// How many bytes.
    pub length: u64,
    /// Of its content.
    pub sha256: [u8; 32],
}

impl Format {
    /// The format that an address names.
    pub fn of(name: &str) -> Option<Self> {
        match name {
            "excel" | "xlsx" => Some(Self::Xlsx),
            "pdf" => Some(Self::Pdf),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }

    /// Of the file's name.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Pdf => "pdf",
            Self::Csv => "csv",
        }
    }

    /// For the browser.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Pdf => "application/pdf",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }
}

impl Exports {
    /// The user's turn, if he has no other one running.
    pub fn begin(&self, user: UserId, name: Name, format: Format) -> Result<Making, Problem> {
        let mut running = self.0.lock();
        if running.contains_key(&user) {
            return Err(already_running());
        }
        let progress = Arc::new(Progress {
            name,
            format,
            rows: AtomicU64::new(0),
            total: AtomicU64::new(0),
            stopped: AtomicBool::new(false),
            woken: Notify::new(),
        });
        running.insert(user, progress.clone());
        Ok(Making { exports: self.clone(), user, progress })
    }

    /// The one that a user waits for.
    pub fn of(&self, user: UserId) -> Option<Arc<Progress>> {
        self.0.lock().get(&user).cloned()
    }
}

impl Progress {
    /// Rows written so far.
    pub fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }

    /// Rows in all, where that is known.
    pub fn total(&self) -> Option<u64> {
        Some(self.total.load(Ordering::Relaxed)).filter(|total| *total > 0)
    }

    /// At the next rows it ends.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
        self.woken.notify_one();
    }

    fn watch(&self, rows: u64) -> ControlFlow<()> {
        self.rows.store(rows, Ordering::Relaxed);
        if self.stopped.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

impl Making {
    /// Waits for a turn, unless it is stopped before.
    pub async fn wait<T>(&self, turn: impl Future<Output = Result<T, Failure>>) -> Result<T, Problem> {
        tokio::select! {
            turn = turn => Ok(turn?),
            () = self.progress.woken.notified() => Err(stopped()),
        }
    }

    /// Makes the whole file in `folder`, on a thread of low priority. `turn` is given back at the end.
    pub async fn make(
        &self,
        paper: Paper,
        folder: PathBuf,
        turn: OwnedSemaphorePermit,
    ) -> Result<Made, Problem> {
        self.progress.total.store(paper.rows.unsigned_abs(), Ordering::Relaxed);
        if self.progress.format == Format::Pdf && paper.rows > MOST_ON_PAPER {
            return Err(too_long());
        }
        let (progress, runtime, (made, waits)) =
            (self.progress.clone(), Handle::current(), oneshot::channel());
        background::start("export", move || {
            let _turn = turn;
            // Nobody waits any more: the file is gone with its handle.
            _ = made.send(write(paper, &folder, &progress, runtime));
        })
        .map_err(ViewsError::from)
        .map_err(Failure::from)?;
        let made = waits.await.map_err(|_| Failure::Busy)?;
        made.map_err(problem)
    }
}

impl Drop for Making {
    fn drop(&mut self) {
        self.progress.stop();
        self.exports.0.lock().remove(&self.user);
    }
}

fn write(
    paper: Paper,
    folder: &std::path::Path,
    progress: &Progress,
    runtime: Handle,
) -> Result<Made, exports::Error<Failure>> {
    let (document, mut rows) = (paper.document, paper.list.rows(runtime));
    let watch = |rows| progress.watch(rows);
    let mut file = tempfile::tempfile_in(folder)?;
    let mut out = BufWriter::new(&mut file);
    match progress.format {
        Format::Xlsx => xlsx::write(&document, &mut rows, &watch, folder, &mut out)?,
        Format::Csv => csv::write(&document, &mut rows, &watch, &mut out)?,
        Format::Pdf => out.write_all(&pdf::write(&document, &mut rows, &watch)?)?,
    }
    out.flush()?;
    drop(out);
    hashed(file).map_err(exports::Error::Output)
}

fn hashed(mut file: File) -> io::Result<Made> {
    file.rewind()?;
    let (mut hash, mut length, mut piece) = (Sha256::new(), 0, vec![0; 64 * 1024]);
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            break;
        }
        hash.update(&piece[..read]);
        length += read as u64;
    }
    file.rewind()?;
    Ok(Made { file, length, sha256: hash.finalize().into() })
}

fn problem(error: exports::Error<Failure>) -> Problem {
    use exports::Error as E;
    match error {
        E::Rows(failure) => failure.into(),
        E::Stopped(_) => stopped(),
        E::Output(error) => Failure::from(ViewsError::from(error)).into(),
        E::Misfit { .. } | E::Sheet(_) | E::Paper(_) => {
            Failure::from(ViewsError::from(io::Error::other(error.to_string()))).into()
        }
    }
}

fn stopped() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "export_stopped",
        "L’export a été arrêté. Aucun fichier n’a été remis ; relancez-le si vous en avez besoin.",
    )
}

fn already_running() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "export_running",
        "Un export est déjà en cours pour vous. Attendez-le, ou arrêtez-le.",
    )
}

fn too_long() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "too_long_for_paper",
        format!(
            "Ce rapport a plus de {MOST_ON_PAPER} lignes. Prenez Excel ou CSV, ou une période plus courte."
        ),
    )
}
