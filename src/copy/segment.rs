//! The files in which a copy's events lie, each named after its first position.
//!
//! 64 bytes come first: a word, the ledger's id, the first position and the chain before it. So each
//! file says where it belongs, and a missing one is noticed.

use super::{CopyError, frame};
use crate::{
    backup::files,
    store::{chain::Hash, end::End},
};
use std::{
    fs::{self, File, OpenOptions},
    io::{BufReader, Read, Seek, SeekFrom, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

const WORD: &[u8; 8] = b"QTNCCPY1";
/// The length of what comes first.
pub const HEADER: u64 = 64;
const FOLDER: &str = "segments";

/// What a segment says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The ledger.
    pub store_id: [u8; 16],
    /// The position of its first event.
    pub first: u64,
    /// The chain before that.
    pub chain: Hash,
}

/// A segment that grows.
pub struct Segment {
    file: File,
    /// Its length.
    pub bytes: u64,
    dir: PathBuf,
    named: bool,
}

impl Segment {
    /// A new one, which goes on after `end`.
    pub fn begin(copy: &Path, store_id: &[u8; 16], end: &End) -> Result<Self, CopyError> {
        let dir = copy.join(FOLDER);
        fs::create_dir_all(&dir)?;
        let header = Header { store_id: *store_id, first: end.position + 1, chain: end.chain };
        let name = dir.join(format!("{:020}.seg", header.first));
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(name)?;
        file.write_all(&header.bytes())?;
        Ok(Self { file, bytes: HEADER, dir, named: false })
    }

    /// An old one, which goes on after `bytes`: what lies beyond is cut off.
    pub fn go_on(file: &Path, bytes: u64) -> Result<Self, CopyError> {
        let mut opened = OpenOptions::new().write(true).open(file)?;
        opened.set_len(bytes)?;
        opened.seek(SeekFrom::End(0))?;
        Ok(Self { file: opened, bytes, dir: files::parent(file), named: false })
    }

    /// Adds frames, which are not durable yet.
    pub fn add(&mut self, frames: &[u8]) -> Result<(), CopyError> {
        self.file.write_all(frames)?;
        self.bytes += frames.len() as u64;
        Ok(())
    }

    /// Makes all of it durable, its name included.
    pub fn sync(&mut self) -> Result<(), CopyError> {
        self.file.sync_data()?;
        if !self.named {
            files::sync_dir(&self.dir)?;
            files::sync_dir(&files::parent(&self.dir))?;
            self.named = true;
        }
        Ok(())
    }
}

impl Header {
    fn bytes(&self) -> Vec<u8> {
        [WORD.as_slice(), &self.store_id, &self.first.to_be_bytes(), &self.chain].concat()
    }

    fn parse(bytes: &[u8; HEADER as usize]) -> Option<Self> {
        let rest = bytes.strip_prefix(WORD.as_slice())?;
        let (store_id, rest) = rest.split_first_chunk()?;
        let (first, rest) = rest.split_first_chunk()?;
        let chain = rest.first_chunk()?;
        Some(Self { store_id: *store_id, first: u64::from_be_bytes(*first), chain: *chain })
    }
}

/// The segments of a copy in their order.
pub fn all(copy: &Path) -> Result<Vec<PathBuf>, CopyError> {
    let mut files = vec![];
    match fs::read_dir(copy.join(FOLDER)) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        entries => {
            for entry in entries? {
                let path = entry?.path();
                if path.extension().is_some_and(|extension| extension == "seg") {
                    files.push(path);
                }
            }
        }
    }
    files.sort();
    Ok(files)
}

/// A segment read from its start; none if it has not even a whole header.
pub struct Reading {
    /// What it says of itself.
    pub header: Header,
    from: BufReader<File>,
}

impl Reading {
    /// Opens it.
    pub fn open(file: &Path) -> Result<Option<Self>, CopyError> {
        let mut from = BufReader::with_capacity(1024 * 1024, File::open(file)?);
        let mut bytes = [0; HEADER as usize];
        match from.read_exact(&mut bytes) {
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        }
        Ok(Header::parse(&bytes).map(|header| Self { header, from }))
    }

    /// What lies next.
    pub fn next(&mut self) -> Result<frame::Lying, CopyError> {
        Ok(frame::read(&mut self.from)?)
    }
}
