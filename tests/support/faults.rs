//! Disks and clocks that fail on order: `faults.c`, compiled here and preloaded into a server.

use std::{fs, path::PathBuf, process::Command};
use tempfile::TempDir;

/// No space left on device.
pub const ENOSPC: i32 = 28;
/// The disk says no.
pub const EIO: i32 = 5;
/// A read-only file system.
pub const EROFS: i32 = 30;

/// The library and the folder with its orders.
pub struct Faults {
    folder: TempDir,
    preloaded: PathBuf,
}

impl Faults {
    /// Compiles the library: a C compiler is there, or the bundled SQLite would not be.
    pub fn ready() -> Self {
        let folder = TempDir::new().unwrap();
        let source = folder.path().join("faults.c");
        fs::write(&source, include_str!("faults.c")).unwrap();
        let library = folder.path().join("faults.so");
        let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
        let mut command = Command::new(compiler);
        let compiled = command.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(&source).output();
        let compiled = compiled.unwrap();
        assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
        Self { folder, preloaded: library }
    }

    /// What a server needs in its environment.
    pub fn env(&self) -> Vec<(String, String)> {
        let text = |path: &std::path::Path| path.to_str().unwrap().to_owned();
        vec![
            ("LD_PRELOAD".to_owned(), text(&self.preloaded)),
            ("QUITTANCE_FAULTS".to_owned(), text(self.folder.path())),
        ]
    }

    /// Gives an order: `write`, `sync` or `open` with the error and the end of a path, or `clock`.
    pub fn order(&self, kind: &str, order: &str) {
        // By a rename: half an order is never read.
        let draft = self.folder.path().join("draft");
        fs::write(&draft, order).unwrap();
        fs::rename(draft, self.folder.path().join(kind)).unwrap();
    }

    /// Takes an order back.
    pub fn over(&self, kind: &str) {
        fs::remove_file(self.folder.path().join(kind)).unwrap();
    }

    /// True until a `sync` order was carried out.
    pub fn is_due(&self, kind: &str) -> bool {
        self.folder.path().join(kind).exists()
    }

    /// The syncs since the one that failed, that one included.
    pub fn synced(&self) -> Vec<String> {
        let text = fs::read_to_string(self.folder.path().join("synced")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }
}
