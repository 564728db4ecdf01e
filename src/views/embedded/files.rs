//! Which file the read models lie in (decision 0019).
//!
//! `views.db` at first. A rebuild makes `views-1.db`, `views-2.db` and so on beside it; the one in use
//! is named in `views.current`, a file that is only ever replaced as a whole. A name is never used
//! twice while anybody may have the old file open, so no write-ahead log can meet a file it isn't of.

use std::{
    fs::{self, File},
    io::{Error, ErrorKind, Result, Write},
    path::{Path, PathBuf},
};

const FIRST: &str = "views.db";
const POINTER: &str = "views.current";
const REPORT: &str = "views-differ.json";
const ASIDE: &str = "views-differ.db";

/// The file in use.
pub fn current(dir: &Path) -> Result<PathBuf> {
    match fs::read_to_string(dir.join(POINTER)) {
        Ok(name) if number(name.trim()).is_some() => Ok(dir.join(name.trim())),
        Ok(name) => Err(Error::new(ErrorKind::InvalidData, format!("{POINTER} names {name:?}: remove it"))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(dir.join(FIRST)),
        Err(error) => Err(error),
    }
}

/// The place of a file that never was before.
pub(super) fn next(dir: &Path) -> Result<PathBuf> {
    let numbers = names(dir)?.into_iter().filter_map(|name| number(&name));
    let last = numbers.chain(number(&name_of(&current(dir)?))).max().unwrap_or(0);
    Ok(dir.join(format!("views-{}.db", last + 1)))
}

/// From now on `file` is the one in use, also after a power cut. Its log must be empty.
pub(super) fn point_to(dir: &Path, file: &Path) -> Result<()> {
    File::open(file)?.sync_all()?;
    let new = dir.join(format!("{POINTER}.new"));
    let mut pointer = File::create(&new)?;
    pointer.write_all(name_of(file).as_bytes())?;
    pointer.sync_all()?;
    fs::rename(new, dir.join(POINTER))?;
    File::open(dir)?.sync_all()
}

/// Removes what a rebuild left that was cut off: every file of read models but the one in use.
pub(super) fn sweep(dir: &Path) -> Result<()> {
    let used = name_of(&current(dir)?);
    let others = names(dir)?.into_iter().filter(|name| number(name).is_some() && !name.starts_with(&used));
    for name in others {
        fs::remove_file(dir.join(name))?;
    }
    Ok(())
}

/// Removes a file with all that SQLite keeps beside it.
pub(super) fn remove(file: &Path) -> Result<()> {
    // The log first: a file without its log is whole, a log without its file is somebody else's.
    for suffix in ["-wal", "-shm", "-journal", ""] {
        match fs::remove_file(format!("{}{suffix}", file.display())) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

/// Keeps a closed file that differs from the one in use, with what was found.
pub(super) fn keep_aside(dir: &Path, file: &Path, report: &[u8]) -> Result<()> {
    remove(&dir.join(ASIDE))?;
    fs::rename(file, dir.join(ASIDE))?;
    fs::write(dir.join(REPORT), report)
}

/// What the last rebuild found that could not be put to use.
pub(super) fn kept_report(dir: &Path) -> Option<Vec<u8>> {
    fs::read(dir.join(REPORT)).ok()
}

/// Forgets the file that was kept aside: a later rebuild had nothing to find.
pub(super) fn forget_aside(dir: &Path) -> Result<()> {
    remove(&dir.join(ASIDE))?;
    remove(&dir.join(REPORT))
}

fn names(dir: &Path) -> Result<Vec<String>> {
    fs::read_dir(dir)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}

fn name_of(file: &Path) -> String {
    file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// 0 for `views.db`, 7 for `views-7.db`, none for what is no such file. A log counts as its file.
fn number(name: &str) -> Option<u64> {
    let name = ["-wal", "-shm", "-journal"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    if name == FIRST {
        return Some(0);
    }
    name.strip_prefix("views-")?.strip_suffix(".db")?.parse().ok()
}
