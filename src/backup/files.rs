//! Files that must outlive a power cut, and folders that must not be taken for what they are not yet.

use super::BackupError;
use sha2::{Digest, Sha256};
use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

/// What is known of a file: enough to tell one changed byte.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Print {
    /// Its length.
    pub bytes: u64,
    /// Hexadecimal.
    pub sha256: String,
}

/// A folder under another name until it is complete; removed with all that is in it if it never is.
pub struct Part {
    dir: PathBuf,
    kept: bool,
}

impl Part {
    /// Makes it, for its owner alone.
    pub fn make(dir: PathBuf) -> Result<Self, BackupError> {
        match DirBuilder::new().mode(0o700).create(&dir) {
            Ok(()) => Ok(Self { dir, kept: false }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(BackupError::Leftover(dir)),
            Err(error) => Err(error.into()),
        }
    }

    /// Where to write.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Gives it its name. From then on it is there, also after a power cut.
    pub fn keep_as(mut self, target: &Path) -> io::Result<()> {
        sync_dir(&self.dir)?;
        fs::rename(&self.dir, target)?;
        self.kept = true;
        sync_dir(&parent(target))
    }

    /// Leaves it as it is: what is in it has gone elsewhere by halves.
    pub fn leave(mut self) {
        self.kept = true;
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.kept
            && let Err(error) = fs::remove_dir_all(&self.dir)
        {
            tracing::warn!(%error, dir = %self.dir.display(), "a part could not be removed");
        }
    }
}

/// The folder in which a path stands.
pub fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Makes the names in a folder durable.
pub fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// Writes a small file for its owner alone, durably.
pub fn write(file: &Path, content: &[u8]) -> io::Result<()> {
    let mut out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    out.write_all(content)?;
    out.sync_all()
}

/// Makes a file durable and answers what it is.
pub fn sealed(file: &Path) -> io::Result<Print> {
    let file = File::open(file)?;
    file.sync_all()?;
    copy(file, io::sink())
}

/// Copies a file durably, for its owner alone, and answers what was copied.
pub fn carried(from: &Path, to: &Path) -> io::Result<Print> {
    let mut out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
    let print = copy(File::open(from)?, &mut out)?;
    out.sync_all()?;
    Ok(print)
}

fn copy(mut from: impl Read, mut to: impl Write) -> io::Result<Print> {
    let (mut hash, mut bytes) = (Sha256::new(), 0);
    let mut buffer = vec![0; 1024 * 1024];
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return Ok(Print { bytes, sha256: hex::encode(hash.finalize()) });
        }
        hash.update(&buffer[..read]);
        to.write_all(&buffer[..read])?;
        bytes += read as u64;
    }
}
